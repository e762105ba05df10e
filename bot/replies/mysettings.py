"""The form of `settings me`: opened at once, filled when what was set before is read."""

from __future__ import annotations

from typing import Any

from bot.mine import VERBOSITY, quiet_words
from bot.replies import limits
from bot.replies.blocks import Block, context, modal, plain, section
from storage.preferences import Preferences

MY_SETTINGS = "my_settings"
MY_SETTINGS_VIEW = "my_settings"
TITLE = "My settings"
FIELDS = (
    ("zone", "Time zone of times in my answers", "Europe/Berlin"),
    ("quiet", "Quiet hours: nothing that can wait is sent to you then", "22:00-07:00"),
    ("service", "Service that is meant when you name none", "checkout"),
    ("cluster", "Cluster", ""),
    ("namespace", "Namespace", "shop"),
    ("compartment", "Compartment of Oracle Cloud", ""),
)
ABOUT = {
    "short": "Short: the answer, three pieces of evidence, what I could not see",
    "normal": "Normal",
    "full": "Full: up to forty pieces of evidence",
}


def form(row: Preferences, zone: str) -> dict[str, Any]:
    """`zone`: of their Slack profile."""
    values = {name: getattr(row, name, "") for name, _, _ in FIELDS} | {"quiet": quiet_words(row)}
    blocks = [
        section("These hold for you alone, wherever you ask. They give nobody any right."),
        _choice(row.verbosity or "normal"),
        *(_field(name, label, values[name], example) for name, label, example in FIELDS),
        context(
            "A scope of your own is used where a channel has none, and each answer that stands on it says so.",
            "Language: English, the only one that I speak.",
            f"Your Slack profile is in {plain(zone, 60)['text']}." if zone else "",
        ),
    ]
    return modal(
        TITLE,
        blocks,
        submit=plain("Save", limits.MODAL_TITLE),
        callback_id=MY_SETTINGS_VIEW,
    )


def _field(name: str, label: str, value: str, example: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": "text", "max_length": 120}
    if value:
        element["initial_value"] = value[:120]
    if example:
        element["placeholder"] = plain(f"as {example}", 150)
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": plain(label, 200),
        "element": element,
    }


def _choice(chosen: str) -> Block:
    options = {name: {"text": plain(ABOUT[name], limits.OPTION_TEXT), "value": name} for name in VERBOSITY}
    element: Block = {
        "type": "static_select",
        "action_id": "choice",
        "options": list(options.values()),
        "initial_option": options[chosen if chosen in options else "normal"],
    }
    return {
        "type": "input",
        "block_id": "verbosity",
        "label": plain("How much I say", 200),
        "element": element,
    }
