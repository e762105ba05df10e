"""Making and changing channels."""

from __future__ import annotations

from typing import Final

from sandbox.slack.api.lookup import channel_of
from sandbox.slack.api.registry import Call, method
from sandbox.slack.channelling import NAME, create, invite, join, rename
from sandbox.slack.core.channels import Channel
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.people import BOT_USER
from sandbox.slack.workspace import Json

LONGEST: Final = 250


@method("conversations.create", "channels:manage", "groups:write")
async def new_channel(call: Call) -> Json:
    name = call.args.need("name", "invalid_name_required")
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if call.workspace.channels.named(name) is not None:
        raise SlackError("name_taken")
    channel = create(call.workspace, name, [BOT_USER], private=call.args.flag("is_private"), creator=BOT_USER)
    return {"channel": channel.as_slack()}


@method("conversations.join", "channels:join")
async def join_channel(call: Call) -> Json:
    channel = channel_of(call)
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if BOT_USER in channel.members:
        return {
            "channel": channel.as_slack(),
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    join(call.workspace, channel, BOT_USER)
    return {"channel": channel.as_slack()}


@method("conversations.rename", "channels:manage", "groups:write")
async def rename_channel(call: Call) -> Json:
    channel, name = _inside(call), call.args.need("name", "invalid_name_required")
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if call.workspace.channels.named(name) is not None:
        raise SlackError("name_taken")
    rename(call.workspace, channel, name)
    return {"channel": channel.as_slack()}


@method("conversations.invite", "channels:manage", "groups:write")
async def invite_people(call: Call) -> Json:
    channel = _inside(call)
    users = [user for user in call.args.text("users").split(",") if user]
    if not users:
        raise SlackError("no_user")
    for user in users:
        person = call.workspace.people.get(user)
        if person is None or person.kind in {"deactivated", "stranger"}:
            raise SlackError("user_not_found" if person is None else "user_is_restricted")
        if user in channel.members:
            raise SlackError("already_in_channel")
    for user in users:
        invite(call.workspace, channel, user, inviter=BOT_USER)
    return {"channel": channel.as_slack()}


@method("conversations.archive", "channels:manage", "groups:write")
async def archive(call: Call) -> Json:
    channel = _inside(call)
    if channel.is_archived:
        raise SlackError("already_archived")
    channel.is_archived = True
    _keep(call, channel)
    return {}


@method("conversations.setTopic", "channels:manage", "groups:write", "im:write")
async def set_topic(call: Call) -> Json:
    channel = _inside(call)
    channel.topic = _short(call.args.text("topic"))
    _keep(call, channel)
    return {"topic": channel.topic, "channel": channel.as_slack()}


@method("conversations.setPurpose", "channels:manage", "groups:write", "im:write")
async def set_purpose(call: Call) -> Json:
    channel = _inside(call)
    channel.purpose = _short(call.args.text("purpose"))
    _keep(call, channel)
    return {"purpose": channel.purpose, "channel": channel.as_slack()}


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise SlackError("too_long")
    return text


def _inside(call: Call) -> Channel:
    channel = channel_of(call)
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _keep(call: Call, channel: Channel) -> None:
    call.workspace.journal.write("channel", channel=channel.as_record())
