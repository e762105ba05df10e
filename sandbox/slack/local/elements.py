"""Finding what a person clicks, and putting what they chose into Slack's words."""

from __future__ import annotations

from typing import Any, Final

from sandbox.slack.core.blockids import walk
from sandbox.slack.core.errors import BadInput
from sandbox.slack.workspace import Json

PLAIN: Final = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
ONE_OPTION: Final = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
OPTIONS: Final = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})
PRESSED: Final = frozenset({"button", "workflow_button", "icon_button", "feedback_buttons"})


KEPT: Final = ("placeholder", "confirm", "style", "url", "initial_option")


def find(blocks: list[Json], action_id: str, block_id: str = "", value: str = "") -> tuple[Json, Json]:
    """The element and its block. Raises BadInput, as a 404, when it is not there (any more)."""
    named = [(b, e) for b, e in walk(blocks) if e.get("action_id") == action_id]
    found = [(b, e) for b, e in named if block_id in {"", b.get("block_id")}]
    if value and len(found) > 1:
        found = [(b, e) for b, e in found if e.get("value") == value] or found
    if not found:
        there = ", ".join(sorted({e["action_id"] for _, e in walk(blocks) if e.get("action_id")}))
        raise BadInput(
            f"there is nothing to click named {action_id} (any more); {there or 'nothing'} is there", 404
        )
    return found[0]


def action(block: Json, element: Json, chosen: Any, ts: str) -> Json:
    """One entry of `actions` in a `block_actions` payload."""
    kept: Json = {key: element[key] for key in KEPT if key in element}
    base = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
    return {**base, **kept, **chosen_state(element, chosen), "action_ts": ts}


def chosen_state(element: Json, chosen: Any) -> Json:
    """`chosen` (an option's value, an id, a date, a text, or a list of them) as the element's own fields."""
    kind = element["type"]
    if kind in {"button", "workflow_button", "icon_button"}:
        return {key: element[key] for key in ("text", "value", "icon") if key in element}
    if kind == "feedback_buttons":
        return _feedback(element, chosen)
    if kind in ONE_OPTION:
        return {"selected_option": _option(element, chosen) if chosen not in (None, "") else None}
    if kind in OPTIONS:
        wanted = chosen if isinstance(chosen, list) else [chosen] if chosen else []
        return {"selected_options": [_option(element, item) for item in wanted]}
    if kind in PLAIN:
        return {PLAIN[kind]: _typed(kind, chosen)}
    raise BadInput(f"a {kind} cannot be used")


def unwrapped(given: Any) -> Any:
    """The choice itself, where it comes in Slack's own form, such as `{"selected_option": {...}}`."""
    if not isinstance(given, dict):
        return given
    named = [
        key for key in given if key.startswith("selected_") or key in {"value", "rich_text_value", "files"}
    ]
    return given[named[0]] if len(named) == 1 else None if set(given) <= {"type"} else given


def _typed(kind: str, chosen: Any) -> Any:
    many = kind.startswith("multi_") or kind == "file_input"
    if many and not isinstance(chosen, list):
        return [chosen] if chosen else []
    if kind == "datetimepicker" and isinstance(chosen, str) and chosen.isdigit():
        return int(chosen)
    return None if chosen == "" else chosen


def _feedback(element: Json, chosen: Any) -> Json:
    buttons = [element.get("positive_button") or {}, element.get("negative_button") or {}]
    found = next((b for b in buttons if b.get("value") == chosen), None)
    if found is None:
        raise BadInput(
            f"feedback is one of {', '.join(str(b.get('value')) for b in buttons)}, not {chosen!r}"
        )
    return {"value": found.get("value"), "text": found.get("text")}


def _option(element: Json, value: Any) -> Json:
    """The option with that value; an external menu's options are not known here and are taken at their word."""
    if isinstance(value, dict):
        value = value.get("value")
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(value), "emoji": True}, "value": str(value)}
    options = [*element.get("options", [])]
    for group in element.get("option_groups", []):
        options += group.get("options", [])
    found = next((o for o in options if o.get("value") == value), None)
    if found is None:
        raise BadInput(f"{value!r} is none of the options: {', '.join(str(o.get('value')) for o in options)}")
    return dict(found)


def hidden_from(element: Json, user: str) -> bool:
    """Cosmetic in Slack, so not enforced here either: the app must check who clicks."""
    allowed = element.get("visible_to_user_ids")
    return isinstance(allowed, list) and bool(allowed) and user not in allowed
