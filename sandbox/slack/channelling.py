"""Channels made and people brought in, for the Web API and the local one alike."""

from __future__ import annotations

import re
import time
from typing import Final

from sandbox.slack.core.channels import Channel
from sandbox.slack.core.people import BOT_USER, TEAM
from sandbox.slack.core.stamps import new_id
from sandbox.slack.payloads.events import emit
from sandbox.slack.workspace import Workspace

NAME: Final = re.compile(r"[a-z0-9_-]{1,80}")


def create(workspace: Workspace, name: str, members: list[str], *, private: bool, creator: str) -> Channel:
    channel = Channel(
        new_id("C"),
        name,
        "private" if private else "public",
        members,
        creator=creator,
        created=int(time.time()),
    )
    workspace.channels.add(channel)
    workspace.journal.write("channel", channel=channel.as_record())
    if not private:
        about = {"id": channel.id, "name": name, "created": channel.created, "creator": creator}
        emit(workspace, {"type": "channel_created", "channel": about, "event_ts": workspace.stamps.next()})
    if BOT_USER in members:
        _joined(workspace, channel, BOT_USER, creator)
    return channel


def rename(workspace: Workspace, channel: Channel, name: str) -> None:
    channel.previous_names.append(channel.name)
    channel.name, channel.updated = name, int(time.time() * 1000)
    workspace.journal.write("channel", channel=channel.as_record())
    kind = "channel_rename" if channel.kind == "public" else "group_rename"
    about = {"id": channel.id, "name": name, "created": channel.created}
    event = {"type": kind, "channel": about, "event_ts": workspace.stamps.next()}
    emit(workspace, event, None if channel.kind == "public" else channel)


def join(workspace: Workspace, channel: Channel, user: str) -> None:
    """By themselves: nobody invited them."""
    channel.members.append(user)
    workspace.journal.write("channel", channel=channel.as_record())
    _joined(workspace, channel, user, "")


def invite(workspace: Workspace, channel: Channel, user: str, *, inviter: str) -> None:
    channel.members.append(user)
    workspace.journal.write("channel", channel=channel.as_record())
    _joined(workspace, channel, user, inviter)


def _joined(workspace: Workspace, channel: Channel, user: str, inviter: str) -> None:
    event = {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": "G" if channel.kind == "private" else "C",
        "team": TEAM,
        **({"inviter": inviter} if inviter else {}),
        "event_ts": workspace.stamps.next(),
    }
    emit(workspace, event, channel)
