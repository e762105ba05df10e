"""Thumbs under an answer, and the window that asks why it was of no use."""

from __future__ import annotations

import json
from typing import Any, Final

from bot.replies import limits
from bot.replies.blocks import Block, modal, plain, section

FEEDBACK: Final = "feedback"
FEEDBACK_VIEW: Final = "feedback_reason"
WORDS: Final = ("useful", "useless")
WHY_TITLE: Final = "Not useful"
REASON_LENGTH: Final = 500


def thumbs(request: str) -> Block:
    """`request` is what was answered."""
    up, down = (f"{word} {request}" for word in WORDS)
    return {
        "type": "context_actions",
        "block_id": f"{FEEDBACK}:{request}",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": FEEDBACK,
                "positive_button": _thumb("Useful", up, "This answer was useful"),
                "negative_button": _thumb("Not useful", down, "This answer was not useful"),
            }
        ],
    }


def has_thumbs(body: Any, request: str) -> bool:
    """Whether a message as it was posted offers them for this very request."""
    blocks = body.get("blocks", []) if isinstance(body, dict) else []
    return any(block.get("block_id") == f"{FEEDBACK}:{request}" for block in blocks)


def why_form(request: str, channel: str, thread: str) -> dict[str, Any]:
    """The word counts already: closing the window takes nothing back."""
    ask: Block = {
        "type": "input",
        "block_id": "reason",
        "optional": True,
        "label": plain("What was wrong or missing? You may leave it empty.", 200),
        "element": {
            "type": "plain_text_input",
            "action_id": "text",
            "multiline": True,
            "max_length": REASON_LENGTH,
        },
    }
    where = json.dumps({"answer": request, "channel": channel, "thread": thread})
    return modal(
        WHY_TITLE,
        [section("Noted that this answer was not useful."), ask],
        submit=plain("Send", limits.MODAL_TITLE),
        callback_id=FEEDBACK_VIEW,
        private_metadata=where,
    )


def _thumb(label: str, value: str, read_aloud: str) -> dict[str, Any]:
    text = plain(label, limits.BUTTON_TEXT)
    return {"text": text, "value": value[: limits.BUTTON_VALUE], "accessibility_label": read_aloud}
