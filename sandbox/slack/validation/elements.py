"""Elements: buttons, menus, pickers, inputs, and where each may stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from sandbox.slack.validation import inputs, limits
from sandbox.slack.validation.menus import MENUS
from sandbox.slack.validation.spot import Spot
from sandbox.slack.validation.texts import confirm, identifier, options, plain, style

Check = Callable[[Spot], None]
DATE: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def button(spot: Spot) -> None:
    optional = "action_id url value style confirm accessibility_label visible_to_user_ids agent_prompt"
    if spot.fields("text", optional):
        plain(spot["text"], limits.BUTTON_TEXT)
    for each in spot.get("value"):
        each.string(limits.BUTTON_VALUE, 0)
    for each in spot.get("url"):
        each.string(limits.BUTTON_URL)
    for each in spot.get("accessibility_label"):
        each.string(limits.BUTTON_LABEL)
    for each in spot.get("agent_prompt"):
        each.string(limits.AGENT_PROMPT)
    _visible(spot)
    style(spot)
    _common(spot)


def workflow_button(spot: Spot) -> None:
    if spot.fields("text workflow", "action_id style accessibility_label"):
        plain(spot["text"], limits.BUTTON_TEXT)
    style(spot)
    _common(spot)


def icon_button(spot: Spot) -> None:
    optional = "action_id value confirm accessibility_label visible_to_user_ids"
    if spot.fields("icon text", optional):
        spot["icon"].one_of("trash")
        plain(spot["text"], limits.BUTTON_TEXT)
    for each in spot.get("value"):
        each.string(limits.BUTTON_VALUE, 0)
    _visible(spot)
    _common(spot)


def feedback_buttons(spot: Spot) -> None:
    if spot.fields("positive_button negative_button", "action_id"):
        for name in ("positive_button", "negative_button"):
            _feedback(spot[name])
    _common(spot)


def _feedback(spot: Spot) -> None:
    if spot.fields("text value", "accessibility_label"):
        plain(spot["text"], limits.BUTTON_TEXT)
        spot["value"].string(limits.BUTTON_VALUE)
    for each in spot.get("accessibility_label"):
        each.string(limits.BUTTON_LABEL)


def overflow(spot: Spot) -> None:
    if spot.fields("options", "action_id confirm"):
        options(spot["options"], limits.OVERFLOW_MOST, limits.OVERFLOW_LEAST, "plain_text")
    _common(spot)


def choices(spot: Spot) -> None:
    """Checkboxes and radio buttons."""
    if spot.fields("options", "action_id initial_options initial_option confirm focus_on_load"):
        options(spot["options"], limits.CHOICES)
    _common(spot)


def image(spot: Spot) -> None:
    if spot.fields("alt_text", "image_url slack_file"):
        spot["alt_text"].string(limits.ALT_TEXT)
    if spot.has("image_url") == spot.has("slack_file"):
        spot.bad("must have one of image_url and slack_file")
    for each in spot.get("image_url"):
        each.string(limits.IMAGE_URL)


def picker(name: str, shape: re.Pattern[str]) -> Check:
    def check(spot: Spot) -> None:
        spot.fields("", f"action_id {name} placeholder confirm focus_on_load timezone")
        for each in spot.get(name):
            if not isinstance(each.value, str) or not shape.fullmatch(each.value):
                each.bad("has the wrong format")
        for each in spot.get("placeholder"):
            plain(each, limits.PLACEHOLDER)
        _common(spot)

    return check


def datetimepicker(spot: Spot) -> None:
    spot.fields("", "action_id initial_date_time confirm focus_on_load")
    for each in spot.get("initial_date_time"):
        each.number(1_000_000_000, 9_999_999_999)
    _common(spot)


def _visible(spot: Spot) -> None:
    for each in spot.get("visible_to_user_ids"):
        for user in each.items():
            user.string(limits.IDENTIFIER)


def _common(spot: Spot) -> None:
    identifier(spot, "action_id")
    for each in spot.get("confirm"):
        confirm(each)


ELEMENTS: Final[Mapping[str, Check]] = {
    "button": button,
    "workflow_button": workflow_button,
    "icon_button": icon_button,
    "feedback_buttons": feedback_buttons,
    "overflow": overflow,
    "checkboxes": choices,
    "radio_buttons": choices,
    "image": image,
    "datepicker": picker("initial_date", DATE),
    "timepicker": picker("initial_time", TIME),
    "datetimepicker": datetimepicker,
    **MENUS,
    **inputs.INPUTS,
}
IN_ACTIONS: Final = (
    "button",
    "workflow_button",
    "overflow",
    "checkboxes",
    "radio_buttons",
    "datepicker",
    "timepicker",
    "datetimepicker",
    *MENUS,
)
IN_SECTION: Final = (*(kind for kind in IN_ACTIONS if kind != "datetimepicker"), "image")
IN_INPUT: Final = (
    "checkboxes",
    "radio_buttons",
    "datepicker",
    "timepicker",
    "datetimepicker",
    *MENUS,
    *inputs.INPUTS,
)


def element(spot: Spot, allowed: tuple[str, ...]) -> None:
    if not isinstance(spot.value, dict):
        spot.bad("must be an object")
    elif spot.kind not in allowed:
        spot.bad(f"unsupported type: {spot.kind or 'none'}")
    else:
        ELEMENTS[spot.kind](spot)


def distinct_actions(spot: Spot) -> None:
    """Within one block every action is named once."""
    ids = [str(item["action_id"]) for item in spot.value if isinstance(item, dict) and item.get("action_id")]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        spot.bad(f"`action_id` {name} already exists")
