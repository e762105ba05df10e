"""Posting, editing and deleting messages."""

from __future__ import annotations

from sandbox.slack.api.lookup import message_of, open_channel, person_of, thread_of
from sandbox.slack.api.registry import Call, method
from sandbox.slack.content import SHOWN, blocks_of, message_content, metadata_of
from sandbox.slack.core.blockids import filled
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.messages import Message, without_metadata
from sandbox.slack.core.people import BOT_USER
from sandbox.slack.posting import as_bot, edit, post, remove, whisper
from sandbox.slack.streaming import still_streaming
from sandbox.slack.validation import limits
from sandbox.slack.workspace import Json


@method("chat.postMessage", "chat:write")
async def post_message(call: Call) -> Json:
    channel = open_channel(call)
    content = message_content(call.args)
    broadcast = call.args.flag("reply_broadcast")
    message = post(
        call.workspace,
        channel,
        as_bot(call.workspace) | content,
        thread_ts=thread_of(call, channel),
        broadcast=broadcast,
    )
    shown = message if "metadata" in content else without_metadata(message)
    return {"channel": channel.id, "ts": message["ts"], "message": shown}


@method("chat.postEphemeral", "chat:write")
async def post_ephemeral(call: Call) -> Json:
    channel = open_channel(call)
    content = message_content(call.args)
    person = person_of(call)
    if person.id not in channel.members:
        raise SlackError("user_not_in_channel")
    thread = thread_of(call, channel)
    whispered = whisper(call.workspace, channel, person.id, as_bot(call.workspace) | content, thread)
    return {"message_ts": whispered.message["ts"]}


@method("chat.update", "chat:write")
async def update(call: Call) -> Json:
    channel = open_channel(call)
    message = _own(message_of(call, channel), "cant_update_message")
    if still_streaming(call.workspace, channel, message):
        raise SlackError("streaming_state_conflict")
    changes = _changes(call)
    edit(call.workspace, channel, message, changes, editor=BOT_USER)
    text = str(message.get("text") or "")
    return {"channel": channel.id, "ts": message["ts"], "text": text, "message": without_metadata(message)}


def _changes(call: Call) -> Json:
    """What is given replaces what was there; what is not given stays."""
    args = call.args
    if not any(name in args for name in ("text", "blocks", "attachments", "markdown_text", "metadata")):
        raise SlackError("no_text")
    if "markdown_text" in args:
        return message_content(args)
    text, blocks = args.text("text"), blocks_of(args)
    if len(text.encode()) > limits.EDITED_TEXT:
        raise SlackError("msg_too_long")
    changes: Json = {"text": text} if "text" in args else {}
    if blocks is not None:
        changes["blocks"] = filled(blocks)
    metadata = metadata_of(args)
    if metadata is not None:
        changes["metadata"] = metadata
    return changes | {name: args.values[name] for name in SHOWN if name in args}


@method("chat.delete", "chat:write")
async def delete(call: Call) -> Json:
    channel = open_channel(call)
    message = _own(message_of(call, channel), "cant_delete_message")
    if still_streaming(call.workspace, channel, message):
        raise SlackError("cant_delete_message")
    remove(call.workspace, channel, message)
    return {"channel": channel.id, "ts": message["ts"]}


def _own(message: Message, error: str) -> Message:
    if message.get("user") != BOT_USER:
        raise SlackError(error)
    return message
