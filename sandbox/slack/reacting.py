"""Reactions put on a message and taken off, with their events."""

from __future__ import annotations

from sandbox.slack.core.channels import Channel
from sandbox.slack.core.messages import Message
from sandbox.slack.payloads.events import emit
from sandbox.slack.posting import touch
from sandbox.slack.workspace import Json, Workspace


def react(workspace: Workspace, channel: Channel, message: Message, user: str, name: str) -> bool:
    """False when `user` had put it there already."""
    reactions = message.setdefault("reactions", [])
    found = next((r for r in reactions if r["name"] == name), None)
    if found is None:
        found = {"name": name, "users": [], "count": 0}
        reactions.append(found)
    if user in found["users"]:
        return False
    found["users"].append(user)
    found["count"] = len(found["users"])
    _told(workspace, channel, message, {"type": "reaction_added", "user": user, "reaction": name})
    return True


def unreact(workspace: Workspace, channel: Channel, message: Message, user: str, name: str) -> bool:
    found = next((r for r in message.get("reactions", []) if r["name"] == name), None)
    if found is None or user not in found["users"]:
        return False
    found["users"].remove(user)
    found["count"] = len(found["users"])
    left = [r for r in message["reactions"] if r["users"]]
    message["reactions"] = left
    if not left:
        del message["reactions"]
    _told(workspace, channel, message, {"type": "reaction_removed", "user": user, "reaction": name})
    return True


def _told(workspace: Workspace, channel: Channel, message: Message, done: Json) -> None:
    touch(workspace, channel, message)
    event = {
        **done,
        "item": {"type": "message", "channel": channel.id, "ts": message["ts"]},
        "item_user": message.get("user", ""),
        "event_ts": workspace.stamps.next(),
    }
    emit(workspace, event, channel)
