"""A message that grows: started in a thread, appended to, stopped. Left alone for long it cannot be appended to."""

from __future__ import annotations

from sandbox.slack.api.lookup import channel_of, open_channel
from sandbox.slack.api.registry import Call, method
from sandbox.slack.content import blocks_of, metadata_of
from sandbox.slack.core.blockids import filled
from sandbox.slack.core.channels import Channel
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.messages import Message
from sandbox.slack.core.people import BOT_USER
from sandbox.slack.posting import as_bot, edit, post, touch
from sandbox.slack.streaming import apply_chunks, chunks_of, shown_blocks, still_streaming
from sandbox.slack.workspace import Json, Stream


@method("chat.startStream", "chat:write")
async def start(call: Call) -> Json:
    channel = open_channel(call)
    thread = call.args.need("thread_ts", "invalid_thread_ts")
    if call.workspace.messages.get(channel.id, thread) is None:
        raise SlackError("thread_not_found")
    _recipient(call, channel)
    mode = call.args.text("task_display_mode", "timeline")
    if mode not in {"timeline", "plan"}:
        raise SlackError("invalid_arguments")
    now = call.workspace.clock()
    stream = Stream(channel.id, "", now, now, mode)
    apply_chunks(stream, chunks_of(call.args))
    content = as_bot(call.workspace) | _content(stream) | {"streaming_state": "in_progress"}
    message = post(call.workspace, channel, content, thread_ts=thread)
    stream.ts = message["ts"]
    call.workspace.streams[(channel.id, stream.ts)] = stream
    return {"channel": channel.id, "ts": stream.ts}


def _recipient(call: Call, channel: Channel) -> None:
    """In a channel a stream is for one person, who must be named with their team."""
    if channel.kind == "im":
        return
    for name in ("recipient_user_id", "recipient_team_id"):
        if name not in call.args:
            raise SlackError(f"missing_{name}")
    person = call.workspace.people.get(call.args.text("recipient_user_id"))
    if person is None or person.team != call.args.text("recipient_team_id"):
        raise SlackError("invalid_recipient_user_id" if person is None else "invalid_recipient_team_id")


@method("chat.appendStream", "chat:write")
async def append(call: Call) -> Json:
    channel, stream, message = _running(call)
    chunks = chunks_of(call.args)
    if not chunks:
        raise SlackError("no_text")
    apply_chunks(stream, chunks)
    stream.touched = call.workspace.clock()
    message |= _content(stream)
    touch(call.workspace, channel, message)
    return {"channel": channel.id, "ts": stream.ts}


@method("chat.stopStream", "chat:write")
async def stop(call: Call) -> Json:
    channel, stream, message = _running(call)
    apply_chunks(stream, chunks_of(call.args))
    below = filled(blocks_of(call.args) or [])
    changes = _content(stream) | {"streaming_state": "completed"}
    changes["blocks"] = [*changes["blocks"], *below]
    metadata = metadata_of(call.args)
    if metadata is not None:
        changes["metadata"] = metadata
    edit(call.workspace, channel, message, changes, editor="")
    del call.workspace.streams[(channel.id, stream.ts)]
    return {"channel": channel.id, "ts": stream.ts, "message": dict(message)}


def _running(call: Call) -> tuple[Channel, Stream, Message]:
    channel = channel_of(call)
    ts = call.args.need("ts", "message_not_found")
    message = call.workspace.messages.get(channel.id, ts)
    if message is None:
        raise SlackError("message_not_found")
    if message.get("user") != BOT_USER:
        raise SlackError("message_not_owned_by_app")
    stream = call.workspace.streams.get((channel.id, ts))
    if stream is None or not still_streaming(call.workspace, channel, message):
        raise SlackError("message_not_in_streaming_state")
    return channel, stream, message


def _content(stream: Stream) -> Json:
    return {"text": stream.text, "blocks": shown_blocks(stream)}
