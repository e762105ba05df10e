"""One Slack delivery, read from its signed envelope alone: what kind it is, who sent it, where, and its duplicate keys.

Pure: no network, no database. Payloads of any shape must come out as a `Delivery`, never as an exception.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "mention",
    "dm",
    "reply",
    "edit",
    "command",
    "action",
    "shortcut",
    "submission",
    "closed",
    "home",
    "joined",
    "agent",
    "ignored",
]
Body = Mapping[str, Any]

MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
INVESTIGATE = "investigate"
FILLED, FILLED_TEXT = 40, 3_000  # blocks of a form, characters of one
HEARD = frozenset(
    {"app_context_changed", "app_home_opened", "app_mention", "member_joined_channel", "message"}
)
WANTED_SUBTYPES = frozenset({"", "file_share", "thread_broadcast"})


@dataclass(frozen=True, slots=True)
class Delivery:
    """`keys` are the duplicate keys that this copy claims; `actor_team` is where the person belongs."""

    kind: Kind
    workspace: str = ""
    actor_team: str = ""
    user: str = ""
    channel: str = ""
    channel_kind: str = ""
    thread: str = ""
    ts: str = ""
    text: str = ""
    keys: tuple[str, ...] = ()
    shared_externally: bool = False
    why_ignored: str = ""
    files: tuple[str, ...] = field(default=())  # names of attached files
    file_ids: tuple[str, ...] = field(default=())
    viewing: str | None = None  # the channel beside the agent's conversation, "" for none; None: not said

    @property
    def in_dm(self) -> bool:
        return self.channel_kind == "im" or self.channel.startswith("D")


def ignored(why: str, workspace: str = "") -> Delivery:
    return Delivery(kind="ignored", why_ignored=why, workspace=workspace)


def read(body: Body, bot_user: str, app_id: str = "") -> Delivery:
    """`bot_user` and `app_id` are our own, to drop our echoes and to find mentions."""
    if "event" in body and isinstance(body["event"], Mapping):
        return _event(body, body["event"], bot_user, app_id)
    if body.get("command"):
        return _command(body)
    if text_of(body, "type") == "message_action" and text_of(body, "callback_id") == INVESTIGATE:
        return _interaction(body, "shortcut")  # on anybody's message: what that says is never an order
    kinds: dict[str, Kind] = {
        "block_actions": "action",
        "view_submission": "submission",
        "view_closed": "closed",
    }
    kind = kinds.get(text_of(body, "type"))
    author = text_of(body, "message", "user")
    if kind and author not in {"", bot_user}:
        return ignored("a button on a message of somebody else", workspace_of(body))
    return _interaction(body, kind) if kind else ignored(f"not handled: {text_of(body, 'type') or 'unknown'}")


def text_of(source: Any, *path: str) -> str:
    """The string at `path`, empty when anything on the way is missing or of another type; half a character is a `?`."""
    for key in path:
        source = source.get(key) if isinstance(source, Mapping) else None
    return source.encode("utf-8", "replace").decode() if isinstance(source, str) else ""


def workspace_of(body: Body) -> str:
    """The installed workspace or organisation that this delivery was sent to."""
    grants = body.get("authorizations")
    first = grants[0] if isinstance(grants, list) and grants else {}
    return (
        text_of(first, "team_id")
        or text_of(first, "enterprise_id")
        or text_of(body, "team_id")
        or text_of(body, "team", "id")
        or text_of(body, "enterprise_id")
        or text_of(body, "enterprise", "id")
    )


def _event(body: Body, event: Body, bot_user: str, app_id: str) -> Delivery:
    workspace = workspace_of(body)
    kind, why = _event_kind(event, bot_user, app_id)
    if kind == "ignored":
        return ignored(why, workspace)
    message = event.get("message") if kind == "edit" else event
    channel, ts = text_of(event, "channel"), text_of(message, "ts")
    event_id = text_of(body, "event_id")
    keys = [f"event:{event_id}"] if event_id else []
    if kind in {"mention", "dm", "reply"} and ts:
        keys.append(f"message:{workspace}:{channel}:{ts}")
    return Delivery(
        kind=kind,
        workspace=workspace,
        actor_team=_event_team(body, event, workspace),
        user=text_of(message, "inviter" if kind == "joined" else "user"),
        channel=channel,
        channel_kind="channel" if kind == "joined" else text_of(event, "channel_type"),
        thread=text_of(message, "thread_ts") or ts,
        ts=ts,
        text=text_of(message, "text"),
        keys=tuple(keys),
        shared_externally=body.get("is_ext_shared_channel") is True,
        files=_files(message, "name"),
        file_ids=_files(message, "id"),
        viewing=_viewing(event),
    )


def _viewing(event: Body) -> str | None:
    """The entities come the most relevant one first; an empty context says that nothing is looked at."""
    context = event.get("context")
    if not isinstance(context, Mapping):
        return None
    entities = context.get("entities")
    for entity in entities if isinstance(entities, list) else []:
        if text_of(entity, "type") == "slack#/types/channel_id":
            return text_of(entity, "value")
    return ""


def _event_kind(event: Body, bot_user: str, app_id: str) -> tuple[Kind, str]:
    kind, subtype = text_of(event, "type"), text_of(event, "subtype")
    if kind not in HEARD:
        return "ignored", f"event {kind or 'unknown'}"
    if kind == "app_home_opened":
        return ("home", "") if text_of(event, "tab") in {"home", ""} else ("agent", "")
    if kind in {"app_context_changed", "member_joined_channel"}:
        return _said_by_nobody(event, bot_user)
    if event.get("bot_id") or event.get("bot_profile") or (app_id and text_of(event, "app_id") == app_id):
        return "ignored", "written by an app"
    if subtype == "message_changed":
        return _edit_kind(event, bot_user)
    if subtype not in WANTED_SUBTYPES:
        return "ignored", f"message {subtype}"
    if text_of(event, "user") in {"", bot_user}:
        return "ignored", "no person"
    return _message_kind(event, kind, bot_user)


def _said_by_nobody(event: Body, bot_user: str) -> tuple[Kind, str]:
    if text_of(event, "type") == "app_context_changed":
        return "agent", ""
    return ("joined", "") if text_of(event, "user") == bot_user else ("ignored", "somebody else joined")


def _message_kind(event: Body, kind: str, bot_user: str) -> tuple[Kind, str]:
    if text_of(event, "channel_type") == "im":
        return "dm", ""
    if kind == "app_mention":
        return "mention", ""
    if bot_user in MENTION.findall(text_of(event, "text")):
        return "ignored", "arrives as a mention too"
    if text_of(event, "thread_ts") not in {"", text_of(event, "ts")}:
        return "reply", ""
    return "ignored", "not addressed to the bot"


def _edit_kind(event: Body, bot_user: str) -> tuple[Kind, str]:
    message = event.get("message")
    before = text_of(event, "previous_message", "text")
    changed = text_of(message, "text") != before and bool(text_of(message, "user"))
    if isinstance(message, Mapping) and message.get("bot_id"):
        return "ignored", "written by an app"
    ours = bot_user in MENTION.findall(text_of(message, "text")) or text_of(event, "channel_type") == "im"
    return ("edit", "") if changed and ours else ("ignored", "edit of something else")


def _event_team(body: Body, event: Body, workspace: str) -> str:
    """Where the author belongs. In shared channels only these fields tell; a missing one there is nobody's."""
    team = text_of(event, "user_team") or text_of(event, "source_team")
    if team:
        return team
    if body.get("is_ext_shared_channel") is True:
        return text_of(event, "team")
    return text_of(event, "team") or workspace


def _command(body: Body) -> Delivery:
    return Delivery(
        kind="command",
        workspace=workspace_of(body),
        actor_team=text_of(body, "team_id") or text_of(body, "enterprise_id"),
        user=text_of(body, "user_id"),
        channel=text_of(body, "channel_id"),
        channel_kind="channel",  # the id tells a direct message; a channel may be called `directmessage`
        text=text_of(body, "text").strip(),
        keys=tuple(f"trigger:{item}" for item in [text_of(body, "trigger_id")] if item),
    )


def _interaction(body: Body, kind: Kind) -> Delivery:
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else {}
    unique = [
        text_of(body, "trigger_id"),
        text_of(first, "action_ts") or text_of(body, "action_ts") or text_of(body, "view", "id"),
    ]
    return Delivery(
        kind=kind,
        workspace=text_of(body, "view", "app_installed_team_id") or workspace_of(body),
        actor_team=text_of(body, "user", "team_id") or text_of(body, "user", "enterprise_id"),
        user=text_of(body, "user", "id"),
        channel=text_of(body, "channel", "id") or text_of(body, "container", "channel_id"),
        thread=text_of(body, "message", "thread_ts")
        or text_of(body, "container", "thread_ts")
        or text_of(body, "message", "ts"),
        ts=text_of(body, "message", "ts") or text_of(body, "container", "message_ts"),
        keys=(f"interaction:{':'.join(unique)}",) if all(unique) else (),
    )


def _files(message: Any, key: str) -> tuple[str, ...]:
    files = message.get("files") if isinstance(message, Mapping) else None
    return tuple(text_of(item, key) or "a file" for item in files) if isinstance(files, list) else ()


def filled_in(body: Body) -> dict[str, str]:
    """What a form was sent with: the text or the choice of each block that has one."""
    view = body.get("view")
    state = view.get("state") if isinstance(view, Mapping) else None
    values = state.get("values") if isinstance(state, Mapping) else None
    found: dict[str, str] = {}
    for block, elements in list(values.items())[:FILLED] if isinstance(values, Mapping) else ():
        for element in elements.values() if isinstance(elements, Mapping) else ():
            said = text_of(element, "value") or text_of(element, "selected_option", "value")
            if said and isinstance(block, str):
                found[block[:255]] = said[:FILLED_TEXT]
    return found


def without_mention(text: str, bot_user: str) -> str:
    """The words meant for the bot: its own mention removed, white space folded at the ends."""
    return MENTION.sub(lambda m: "" if m[1] == bot_user else m[0], text).strip()
