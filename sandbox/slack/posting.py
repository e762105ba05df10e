"""The only ways in which messages come, change and go: stored, journalled, shown to pages and told to the app."""

from __future__ import annotations

from typing import Final

from sandbox.slack.core.channels import Channel
from sandbox.slack.core.copying import copied
from sandbox.slack.core.messages import Message
from sandbox.slack.core.people import APP_ID, BOT_ID, BOT_USER, TEAM
from sandbox.slack.payloads.messages import announce, announce_deletion, announce_edit
from sandbox.slack.workspace import Ephemeral, Json, Workspace

KEPT_BY_A_STONE: Final = (
    "ts",
    "thread_ts",
    "reply_count",
    "reply_users",
    "reply_users_count",
    "latest_reply",
)
STONE: Final = {
    "type": "message",
    "subtype": "tombstone",
    "user": "USLACKBOT",
    "text": "This message was deleted.",
    "hidden": True,
}


def post(
    workspace: Workspace, channel: Channel, content: Json, *, thread_ts: str = "", broadcast: bool = False
) -> Message:
    """Add `content` (who, text, blocks...) as a new message."""
    message: Message = {"type": "message", **content, "ts": workspace.stamps.next()}
    if thread_ts:
        message["thread_ts"] = workspace.messages.parent_of(channel.id, thread_ts)
        if broadcast:
            message["subtype"] = "thread_broadcast"
    _keep(workspace, channel, message)
    announce(workspace, channel, message)
    return message


def edit(workspace: Workspace, channel: Channel, message: Message, changes: Json, *, editor: str) -> Message:
    """Change a message in place. An edit that a person would not see as one, such as a stream, names no editor."""
    before = copied(message)
    message |= changes
    if editor:
        message["edited"] = {"user": editor, "ts": workspace.stamps.next()}
    _keep(workspace, channel, message)
    announce_edit(workspace, channel, message, before)
    return message


def touch(workspace: Workspace, channel: Channel, message: Message) -> None:
    """Something about the message changed that is no edit: reactions, reply counts, a growing stream."""
    workspace.journal.write("message", channel=channel.id, message=message)
    _show(workspace, channel, message)


def remove(workspace: Workspace, channel: Channel, message: Message) -> None:
    """Take a message away. One that was answered leaves a stone in its place, so that its thread stands."""
    if workspace.messages.replies(channel.id, message["ts"]):
        before = dict(message)
        message.clear()
        message |= {key: before[key] for key in KEPT_BY_A_STONE if key in before} | STONE
        touch(workspace, channel, message)
        announce_deletion(workspace, channel, before)
        return
    workspace.messages.drop(channel.id, message["ts"])
    workspace.journal.write("dropped", channel=channel.id, ts=message["ts"])
    _show(workspace, channel, message, deleted=True)
    _count(workspace, channel, message)
    announce_deletion(workspace, channel, message)


def whisper(
    workspace: Workspace, channel: Channel, user: str, content: Json, thread_ts: str = ""
) -> Ephemeral:
    message = {"type": "message", "is_ephemeral": True, **content, "ts": workspace.stamps.next()}
    if thread_ts:
        message["thread_ts"] = workspace.messages.parent_of(channel.id, thread_ts)
    ephemeral = Ephemeral(user, channel.id, str(message.get("thread_ts") or ""), message)
    workspace.ephemerals.append(ephemeral)
    show_ephemeral(workspace, ephemeral)
    return ephemeral


def show_ephemeral(workspace: Workspace, ephemeral: Ephemeral, *, deleted: bool = False) -> None:
    data = ephemeral.as_json() | ({"deleted": True} if deleted else {})
    workspace.feed.tell("ephemeral", data, frozenset({ephemeral.user}))


def as_bot(workspace: Workspace) -> Json:
    """Who our app is, as its messages say it."""
    profile = {
        "id": BOT_ID,
        "deleted": False,
        "name": workspace.manifest.bot_name,
        "updated": 1_764_000_000,
        "app_id": APP_ID,
        "icons": {},
        "team_id": TEAM,
    }
    return {"user": BOT_USER, "bot_id": BOT_ID, "app_id": APP_ID, "team": TEAM, "bot_profile": profile}


def set_status(workspace: Workspace, channel: Channel, thread_ts: str, status: str) -> None:
    key = (channel.id, thread_ts)
    if not status and key not in workspace.statuses:
        return
    workspace.statuses.pop(key, None)
    if status:
        workspace.statuses[key] = status
    data = {"channel": channel.id, "thread_ts": thread_ts, "status": status}
    workspace.feed.tell("status", data, workspace.viewers(channel))


def _keep(workspace: Workspace, channel: Channel, message: Message) -> None:
    workspace.messages.put(channel.id, message)
    workspace.journal.write("message", channel=channel.id, message=message)
    _show(workspace, channel, message)
    if message.get("bot_id") == BOT_ID and message.get("thread_ts"):
        set_status(workspace, channel, message["thread_ts"], "")
    _count(workspace, channel, message)


def _count(workspace: Workspace, channel: Channel, message: Message) -> None:
    parent = message.get("thread_ts")
    if parent and parent != message["ts"]:
        root = workspace.messages.count_replies(channel.id, parent)
        if root is not None:
            touch(workspace, channel, root)


def _show(workspace: Workspace, channel: Channel, message: Message, *, deleted: bool = False) -> None:
    data: Json = {"channel": channel.id, "message": message}
    if message.get("thread_ts"):
        data["thread_ts"] = message["thread_ts"]
    if deleted:
        data["deleted"] = True
    workspace.feed.tell("message", data, workspace.viewers(channel))
