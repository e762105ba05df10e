"""What a message may be made of, checked as Slack checks it: text, blocks, markdown, metadata."""

from __future__ import annotations

from typing import Any, Final

from sandbox.slack.core.args import Args
from sandbox.slack.core.blockids import filled
from sandbox.slack.core.errors import SlackError
from sandbox.slack.validation import limits
from sandbox.slack.validation.surfaces import check_message
from sandbox.slack.workspace import Json

SHOWN: Final = ("attachments", "unfurl_links", "unfurl_media", "username", "icon_emoji", "icon_url")


def message_content(args: Args) -> Json:
    """The parts of a new message. Raises SlackError `no_text`, `msg_too_long`, `invalid_blocks`..."""
    text, blocks = args.text("text"), blocks_of(args)
    markdown = args.text("markdown_text")
    if markdown:
        blocks = _markdown(markdown, text, blocks)
        text = markdown
    if len(text) > limits.MESSAGE_TEXT:
        raise SlackError("msg_too_long")
    if not text.strip() and not blocks and not args.items("attachments"):
        raise SlackError("no_text")
    _check_attachments(args)
    content: Json = {"text": text}
    if blocks is not None:
        content["blocks"] = filled(blocks)
    for name in SHOWN:
        if name in args:
            content[name] = args.values[name]
    metadata = metadata_of(args)
    return content | ({"metadata": metadata} if metadata else {})


def _check_attachments(args: Args) -> None:
    """Attachments are legacy; the blocks in them are held to the same limits."""
    for attachment in args.items("attachments", "invalid_attachments") or []:
        if not isinstance(attachment, dict) or not isinstance(attachment.get("blocks", []), list):
            raise SlackError("invalid_attachments")
        refuse(check_message(attachment.get("blocks", [])))


def blocks_of(args: Args) -> list[Json] | None:
    blocks = args.items("blocks", "invalid_blocks_format")
    if blocks is None:
        return None
    refuse(check_message(blocks))
    return blocks


def refuse(problems: list[str]) -> None:
    """Slack's `invalid_blocks` with a sentence for every problem."""
    if problems:
        messages = [f"[ERROR] {problem}" for problem in problems]
        raise SlackError("invalid_blocks", errors=problems, response_metadata={"messages": messages})


def metadata_of(args: Args) -> Json | None:
    metadata = args.object("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    kind: Any = metadata.get("event_type")
    if not isinstance(kind, str) or not kind or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    return metadata


def _markdown(markdown: str, text: str, blocks: list[Json] | None) -> list[Json]:
    if text or blocks:
        raise SlackError("markdown_text_conflict")
    if len(markdown) > limits.MARKDOWN:
        raise SlackError("msg_too_long")
    return [{"type": "markdown", "text": markdown}]
