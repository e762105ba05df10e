"""A window that is there before anything was read, and what it says where there is nothing to show."""

from __future__ import annotations

from typing import Any, Final

from bot.replies import limits
from bot.replies.blocks import Message, modal, section
from bot.replies.text import cut

READING: Final = "reading"  # marks the window that is still to be filled


def opening(title: str, doing: str) -> dict[str, Any]:
    """The trigger of a click lives three seconds: it is spent on this."""
    return modal(title, [section(doing) | {"block_id": READING}])


def told(title: str, message: Message) -> dict[str, Any]:
    """An answer, a refusal or a failure: its words and by what it is found again. Its buttons belong to messages."""
    small = [block for block in message.blocks if block["type"] == "context"]
    return modal(title, [section(cut(message.text, limits.SECTION_TEXT)), *small])
