"""Finding what a call names, with the errors that Slack has for not finding it."""

from __future__ import annotations

from typing import Final

from sandbox.slack.api.registry import Call, need_scope
from sandbox.slack.core.channels import Channel
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.messages import Message
from sandbox.slack.core.people import BOT_USER, Person

READ: Final = {"public": "channels:read", "private": "groups:read", "im": "im:read"}
HISTORY: Final = {"public": "channels:history", "private": "groups:history", "im": "im:history"}


def channel_of(call: Call, name: str = "channel") -> Channel:
    """A channel that the app may know of: a private one only from inside."""
    key = call.args.need(name, "channel_not_found")
    channels = call.workspace.channels
    found = channels.get(key) or (channels.named(key) if not key.startswith(("C", "D", "G", "U")) else None)
    if found is None or (found.kind != "public" and BOT_USER not in found.members):
        raise SlackError("channel_not_found")
    return found


def open_channel(call: Call, name: str = "channel") -> Channel:
    """A channel that the app may write to; a person's id stands for the direct message with them."""
    person = call.workspace.people.get(call.args.text(name))
    if person is not None:
        return direct_with(call, person)
    found = channel_of(call, name)
    if found.is_archived:
        raise SlackError("is_archived")
    if BOT_USER not in found.members and "chat:write.public" not in call.workspace.manifest.scopes:
        raise SlackError("not_in_channel")
    return found


def direct_with(call: Call, person: Person) -> Channel:
    if person.kind == "deactivated":
        raise SlackError("user_disabled")
    if person.kind in {"bot", "stranger"}:
        raise SlackError("cannot_dm_bot" if person.kind == "bot" else "user_not_visible")
    return call.workspace.channels.direct(person.id)


def readable(call: Call, name: str = "channel") -> Channel:
    """A channel whose history the app may read: it is in it, and holds the scope for its kind."""
    found = channel_of(call, name)
    need_scope(call.workspace, HISTORY[found.kind])
    if BOT_USER not in found.members:
        raise SlackError("not_in_channel")
    return found


def message_of(call: Call, channel: Channel, name: str = "ts") -> Message:
    found = call.workspace.messages.get(channel.id, call.args.need(name, "message_not_found"))
    if found is None:
        raise SlackError("message_not_found")
    return found


def person_of(call: Call, name: str = "user") -> Person:
    found = call.workspace.people.get(call.args.need(name, "user_not_found"))
    if found is None:
        raise SlackError("user_not_found")
    return found


def thread_of(call: Call, channel: Channel) -> str:
    """The thread to answer in, empty for none; it must exist."""
    ts = call.args.text("thread_ts")
    if ts and call.workspace.messages.get(channel.id, ts) is None:
        raise SlackError("thread_not_found")
    return ts
