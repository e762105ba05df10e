"""Message events: new ones, mentions (which come a second time as `app_mention`), edits and deletions."""

from __future__ import annotations

from sandbox.slack.core.channels import Channel
from sandbox.slack.core.messages import Message, without_metadata
from sandbox.slack.core.people import BOT_ID, BOT_USER, TEAM
from sandbox.slack.payloads.events import emit
from sandbox.slack.workspace import Json, Workspace


def announce(workspace: Workspace, channel: Channel, message: Message) -> None:
    """A new message: `app_mention` first where the app is named, then `message`."""
    body = without_metadata(message) | _actor(workspace, message)
    body |= {"channel": channel.id, "event_ts": message["ts"]}
    mentioned = f"<@{BOT_USER}" in str(message.get("text") or "")
    if mentioned and channel.kind != "im" and message.get("bot_id") != BOT_ID:
        emit(workspace, {**body, "type": "app_mention"}, channel)
    emit(workspace, {**body, "channel_type": channel.event_kind}, channel)


def announce_edit(workspace: Workspace, channel: Channel, message: Message, before: Message) -> None:
    emit(workspace, _hidden(workspace, channel, "message_changed", before, message=message), channel)


def announce_deletion(workspace: Workspace, channel: Channel, before: Message) -> None:
    emit(workspace, _hidden(workspace, channel, "message_deleted", before, deleted_ts=before["ts"]), channel)


def _hidden(workspace: Workspace, channel: Channel, subtype: str, before: Message, **more: object) -> Json:
    ts = workspace.stamps.next()
    cleaned = {key: without_metadata(item) if isinstance(item, dict) else item for key, item in more.items()}
    return {
        "type": "message",
        "subtype": subtype,
        **cleaned,
        "previous_message": without_metadata(before),
        "channel": channel.id,
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel.event_kind,
    }


def _actor(workspace: Workspace, message: Message) -> Json:
    """Somebody of another company is marked as such in the event, not in the message."""
    person = workspace.people.get(str(message.get("user") or ""))
    if person is None or person.team == TEAM:
        return {}
    profile = {"team": person.team, "name": person.name, "real_name": person.real_name}
    return {"team": TEAM, "user_team": person.team, "source_team": person.team, "user_profile": profile}
