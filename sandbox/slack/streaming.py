"""What the chunks of a stream add up to: text, a plan's title, tasks by id, blocks."""

from __future__ import annotations

from typing import Any, Final

from sandbox.slack.content import refuse
from sandbox.slack.core.args import Args
from sandbox.slack.core.blockids import filled
from sandbox.slack.core.channels import Channel
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.messages import Message
from sandbox.slack.posting import touch
from sandbox.slack.validation import limits
from sandbox.slack.validation.surfaces import check_message
from sandbox.slack.workspace import Json, Stream, Workspace

STATUSES: Final = frozenset({"pending", "in_progress", "complete", "error"})
TASK_PARTS: Final = ("title", "status", "details", "output", "sources")


def chunks_of(args: Args) -> list[Json]:
    """Text comes in `markdown_text` or in chunks; both are one list here."""
    chunks = args.items("chunks", "invalid_chunks") or []
    text = args.text("markdown_text")
    if text and chunks:
        raise SlackError("invalid_arguments")
    found = [{"type": "markdown_text", "text": text}] if text else chunks
    for chunk in found:
        _check(chunk)
    if sum(len(c["text"]) for c in found if c["type"] == "markdown_text") > limits.MARKDOWN:
        raise SlackError("msg_too_long")
    return found


def _check(chunk: Any) -> None:
    if not isinstance(chunk, dict):
        raise SlackError("invalid_chunks")
    kind = chunk.get("type")
    wanted = {
        "markdown_text": ("text",),
        "plan_update": ("title",),
        "task_update": ("id", "title"),
        "blocks": (),
    }
    if kind not in wanted or not all(isinstance(chunk.get(key), str) for key in wanted[kind]):
        raise SlackError("invalid_chunks")
    if len(str(chunk.get("title", ""))) > limits.TASK_TITLE:
        raise SlackError("invalid_chunks")
    if kind == "task_update" and chunk.get("status", "pending") not in STATUSES:
        raise SlackError("invalid_chunks")
    if kind == "blocks":
        blocks = chunk.get("blocks")
        if not isinstance(blocks, list):
            raise SlackError("invalid_chunks")
        refuse(check_message(blocks))


def still_streaming(workspace: Workspace, channel: Channel, message: Message) -> bool:
    """Slack ends a stream that was left alone, and one that is old; the message then stands as it was."""
    key = (channel.id, str(message["ts"]))
    stream = workspace.streams.get(key)
    if stream is None:
        return False
    now, timing = workspace.clock(), workspace.timing
    if now - stream.touched <= timing.stream_idle and now - stream.begun <= timing.stream_life:
        return True
    del workspace.streams[key]
    message["streaming_state"] = "completed"
    touch(workspace, channel, message)
    return False


def apply_chunks(stream: Stream, chunks: list[Json]) -> None:
    for chunk in chunks:
        match chunk["type"]:
            case "markdown_text":
                stream.text += chunk["text"]
            case "plan_update":
                stream.title = chunk["title"]
            case "task_update":
                task = stream.tasks.setdefault(chunk["id"], {"task_id": chunk["id"], "status": "pending"})
                task |= {key: chunk[key] for key in TASK_PARTS if key in chunk}
            case "blocks":
                stream.blocks += filled(chunk["blocks"])


def shown_blocks(stream: Stream) -> list[Json]:
    """The message as blocks: tasks above, then the text, then blocks that were streamed."""
    cards: list[Json] = [
        {"type": "task_card", "block_id": f"task-{key}", **task} for key, task in stream.tasks.items()
    ]
    if cards and stream.mode == "plan":
        cards = [{"type": "plan", "block_id": "plan", "title": stream.title or "Plan", "tasks": cards}]
    text = [{"type": "markdown", "block_id": "text", "text": stream.text}] if stream.text else []
    return [*cards, *text, *stream.blocks]
