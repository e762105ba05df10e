"""What comes to a response address or with an ack: a message to the person, to the channel, or in place."""

from __future__ import annotations

from typing import Any

from sandbox.slack.content import message_content
from sandbox.slack.core.args import Args
from sandbox.slack.core.channels import Channel
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.people import BOT_USER
from sandbox.slack.core.responses import Origin
from sandbox.slack.posting import as_bot, edit, post, remove, show_ephemeral, whisper
from sandbox.slack.workspace import Ephemeral, Json, Workspace


def respond(workspace: Workspace, origin: Origin, body: Any) -> Json | None:
    """Do what `body` says; the message that came of it. Raises SlackError as the Web API would."""
    if isinstance(body, str):
        body = {"text": body}
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    channel = workspace.channels.get(origin.channel)
    if channel is None:
        raise SlackError("channel_not_found")
    args = Args(body)
    if args.flag("delete_original"):
        _delete(workspace, channel, origin)
        return None
    content = as_bot(workspace) | message_content(args)
    if args.flag("replace_original") and origin.ts:
        return _replace(workspace, channel, origin, content)
    thread = args.text("thread_ts")
    if args.text("response_type") == "in_channel":
        return post(workspace, channel, content, thread_ts=thread)
    return whisper(workspace, channel, origin.user, content, thread).message


def _replace(workspace: Workspace, channel: Channel, origin: Origin, content: Json) -> Json:
    if not origin.ephemeral:
        message = workspace.messages.get(channel.id, origin.ts)
        if message is None:
            raise SlackError("message_not_found")
        return edit(workspace, channel, message, {"blocks": []} | content, editor=BOT_USER)
    found = _whispered(workspace, origin)
    found.message |= {"blocks": []} | content
    show_ephemeral(workspace, found)
    return found.message


def _delete(workspace: Workspace, channel: Channel, origin: Origin) -> None:
    if not origin.ephemeral:
        message = workspace.messages.get(channel.id, origin.ts)
        if message is None:
            raise SlackError("message_not_found")
        remove(workspace, channel, message)
        return
    found = _whispered(workspace, origin)
    workspace.ephemerals.remove(found)
    show_ephemeral(workspace, found, deleted=True)


def _whispered(workspace: Workspace, origin: Origin) -> Ephemeral:
    found = next(
        (e for e in workspace.ephemerals if e.message["ts"] == origin.ts and e.user == origin.user), None
    )
    if found is None:
        raise SlackError("message_not_found")
    return found
