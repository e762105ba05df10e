"""The object in the body of a delivery by HTTP: JSON, a form, or the JSON in a form's `payload`.

Read here and not by bolt: that takes a command in which somebody writes "payload" for an empty one, and trips over values of
other types than Slack's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

JSON_TYPE: Final = "application/json"
OBJECTS: Final = frozenset(
    {"event", "view", "message", "previous_message", "item", "container", "assistant_thread", "function_data"}
)
LISTS: Final = frozenset({"authorizations", "actions", "response_urls"})
NAMED: Final = frozenset({"team", "user", "channel", "enterprise"})  # an id, or an object that has one
WORDS: Final = frozenset({"type", "command", "callback_id", "action_id", "block_id"})
WORDS_OR_NONE: Final = frozenset({"id", "team_id", "enterprise_id", "user_id", "channel_id", "thread_ts"})
NEEDS: Final = {
    "block_actions": "actions",
    "interactive_message": "actions",
    "workflow_step_edit": "workflow_step",
}


def read(text: str, content_type: str) -> Mapping[str, Any] | None:
    """None where there is no object, or one that Slack would not send."""
    try:
        found = json.loads(text) if content_type == JSON_TYPE or text.startswith("{") else _form(text)
        return found if isinstance(found, dict) and _whole(found) else None
    except (ValueError, RecursionError):
        return None


def _form(text: str) -> Any:
    fields = dict(parse_qsl(text, keep_blank_values=True))
    return json.loads(fields["payload"]) if "payload" in fields else fields


def _whole(body: Mapping[str, Any]) -> bool:
    """Something in it, of the right types, with what its kind cannot be without."""
    if not body or not _shaped(body):
        return False
    kind = body.get("type", "")
    if kind == "block_actions" and not all("action_id" in one for one in body.get("actions", [])):
        return False
    if kind == "view_submission" and "type" not in body.get("view", {}):
        return False
    return kind not in NEEDS or bool(body.get(NEEDS[kind]))


def _shaped(held: Mapping[str, Any]) -> bool:
    return all(_fits(key, value) for key, value in held.items())


def _fits(key: str, value: Any) -> bool:
    if key in OBJECTS:
        return isinstance(value, dict) and _shaped(value)
    if key in LISTS:
        return isinstance(value, list) and all(isinstance(one, dict) and _shaped(one) for one in value)
    if key in WORDS:
        return isinstance(value, str)
    if key in NAMED and isinstance(value, dict):
        return _shaped(value)
    return key not in NAMED | WORDS_OR_NONE or value is None or isinstance(value, str)
