"""Reading channels, their members, their messages and their threads."""

from __future__ import annotations

from sandbox.slack.api.lookup import HISTORY, READ, channel_of, person_of, readable
from sandbox.slack.api.pages import paged
from sandbox.slack.api.registry import Call, method, need_scope
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.messages import Message, without_metadata
from sandbox.slack.core.people import BOT_USER
from sandbox.slack.core.stamps import as_micros, is_ts
from sandbox.slack.workspace import Json

TYPES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


@method("conversations.list", "channels:read", "groups:read", "im:read")
async def list_channels(call: Call) -> Json:
    kinds = _kinds(call)
    found = [
        channel.as_slack()
        for channel in call.workspace.channels
        if channel.kind in kinds
        and not (call.args.flag("exclude_archived") and channel.is_archived)
        and (channel.kind == "public" or BOT_USER in channel.members)
    ]
    part, cursor = paged(call, found)
    return {"channels": part, "response_metadata": {"next_cursor": cursor}}


def _kinds(call: Call) -> set[str]:
    wanted = call.args.text("types", "public_channel").split(",")
    if not set(wanted) <= set(TYPES):
        raise SlackError("invalid_types")
    kinds = {TYPES[name] for name in wanted}
    for kind in kinds & set(READ):
        need_scope(call.workspace, READ[kind])
    return kinds


@method("conversations.info", "channels:read", "groups:read", "im:read")
async def info(call: Call) -> Json:
    channel = channel_of(call)
    need_scope(call.workspace, READ[channel.kind])
    found = channel.as_slack()
    if not call.args.flag("include_num_members"):
        found.pop("num_members", None)
    return {"channel": found}


@method("conversations.members", "channels:read", "groups:read", "im:read")
async def members(call: Call) -> Json:
    channel = channel_of(call)
    need_scope(call.workspace, READ[channel.kind])
    part, cursor = paged(call, list(channel.members))
    return {"members": part, "response_metadata": {"next_cursor": cursor}}


@method("conversations.open", "im:write", "channels:manage", "groups:write")
async def open_direct(call: Call) -> Json:
    users = [user for user in call.args.text("users").split(",") if user]
    if "channel" in call.args:
        return {"channel": {"id": channel_of(call).id}, "no_op": True, "already_open": True}
    if len(users) != 1:
        raise SlackError("users_list_not_supplied" if not users else "method_not_supported_for_channel_type")
    person = call.workspace.people.get(users[0])
    if person is None:
        raise SlackError("user_not_found")
    if person.kind in {"deactivated", "bot"}:
        raise SlackError("user_disabled" if person.kind == "deactivated" else "cannot_dm_bot")
    if person.kind == "stranger":
        raise SlackError("user_not_visible")
    channel = call.workspace.channels.direct(person.id)
    whole = call.args.flag("return_im")
    return {"channel": channel.as_slack() if whole else {"id": channel.id}}


@method("conversations.history", *HISTORY.values())
async def history(call: Call) -> Json:
    channel = readable(call)
    found = _between(call, call.workspace.messages.top(channel.id))
    newest_first = list(reversed(found))
    part, cursor = paged(call, newest_first, 100, 999)
    return {
        "messages": _shown(call, part),
        "has_more": bool(cursor),
        "pin_count": 0,
        "response_metadata": {"next_cursor": cursor},
    }


@method("conversations.replies", *HISTORY.values())
async def replies(call: Call) -> Json:
    channel = readable(call)
    parent = call.workspace.messages.parent_of(channel.id, call.args.need("ts", "thread_not_found"))
    thread = call.workspace.messages.thread(channel.id, parent)
    if not thread:
        raise SlackError("thread_not_found")
    part, cursor = paged(call, [thread[0], *_between(call, thread[1:])], 1000)
    return {
        "messages": _shown(call, part),
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _between(call: Call, found: list[Message]) -> list[Message]:
    """`oldest` and `latest` are left out themselves unless `inclusive`."""
    oldest, latest = _bound(call, "oldest", -1), _bound(call, "latest", 2**63)
    edge = 1 if call.args.flag("inclusive") else 0
    return [m for m in found if oldest - edge < as_micros(m["ts"]) < latest + edge]


def _bound(call: Call, name: str, default: int) -> int:
    text = call.args.text(name)
    if not text:
        return default
    if not is_ts(text) and not text.isdigit():
        raise SlackError(f"invalid_ts_{name}")
    return as_micros(text)


def _shown(call: Call, found: list[Message]) -> list[Message]:
    whole = call.args.flag("include_all_metadata")
    return [dict(m) if whole else without_metadata(m) for m in found]


@method("users.conversations", "channels:read", "groups:read", "im:read")
async def of_user(call: Call) -> Json:
    user = person_of(call).id if "user" in call.args else BOT_USER
    kinds = _kinds(call)
    found = [c.as_slack() for c in call.workspace.channels if user in c.members and c.kind in kinds]
    part, cursor = paged(call, found)
    return {"channels": part, "response_metadata": {"next_cursor": cursor}}
