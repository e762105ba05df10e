"""Pins and bookmarks: kept with the message and the channel, nothing more."""

from __future__ import annotations

from sandbox.slack.api.lookup import message_of, open_channel
from sandbox.slack.api.registry import Call, method
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.stamps import new_id
from sandbox.slack.posting import touch
from sandbox.slack.workspace import Json


@method("pins.add", "pins:write")
async def pin(call: Call) -> Json:
    channel = open_channel(call)
    message = message_of(call, channel, "timestamp")
    pinned = message.setdefault("pinned_to", [])
    if channel.id in pinned:
        raise SlackError("already_pinned")
    pinned.append(channel.id)
    touch(call.workspace, channel, message)
    return {}


@method("bookmarks.add", "bookmarks:write")
async def bookmark(call: Call) -> Json:
    channel = open_channel(call, "channel_id")
    title, kind = call.args.need("title"), call.args.need("type")
    if kind != "link" or not call.args.text("link"):
        raise SlackError("invalid_bookmark_type" if kind != "link" else "invalid_link")
    made = {"id": new_id("Bk"), "channel_id": channel.id, "title": title, "link": call.args.text("link")}
    return {"bookmark": made | {"type": kind, "emoji": call.args.text("emoji")}}
