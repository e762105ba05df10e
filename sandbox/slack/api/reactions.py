"""Reactions on messages."""

from __future__ import annotations

import re
from typing import Final

from sandbox.slack.api.lookup import message_of, open_channel
from sandbox.slack.api.registry import Call, method
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.people import BOT_USER
from sandbox.slack.reacting import react, unreact
from sandbox.slack.workspace import Json

NAME: Final = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


def _name(call: Call) -> str:
    name = call.args.need("name", "invalid_name").strip(":")
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name")
    return name


@method("reactions.add", "reactions:write")
async def add(call: Call) -> Json:
    name, channel = _name(call), open_channel(call)
    message = message_of(call, channel, "timestamp")
    if not react(call.workspace, channel, message, BOT_USER, name):
        raise SlackError("already_reacted")
    return {}


@method("reactions.remove", "reactions:write")
async def remove(call: Call) -> Json:
    name, channel = _name(call), open_channel(call)
    message = message_of(call, channel, "timestamp")
    if not unreact(call.workspace, channel, message, BOT_USER, name):
        raise SlackError("no_reaction")
    return {}


@method("reactions.get", "reactions:read")
async def get(call: Call) -> Json:
    channel = open_channel(call)
    message = message_of(call, channel, "timestamp")
    return {"type": "message", "channel": channel.id, "message": dict(message)}
