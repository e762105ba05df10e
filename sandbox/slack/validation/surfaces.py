"""The places that blocks are shown in: messages, modals, Home tabs."""

from __future__ import annotations

from typing import Any

from sandbox.slack.validation import limits

Json = dict[str, Any]


def check_message(blocks: list[Any]) -> list[str]:
    if len(blocks) > limits.MESSAGE_BLOCKS:
        return [f"no more than {limits.MESSAGE_BLOCKS} items allowed [json-pointer:/blocks]"]
    return []


def check_view(view: Json) -> tuple[list[str], list[str]]:
    """Problems of the view itself, and problems of its blocks."""
    if not isinstance(view.get("blocks"), list):
        return ["missing required field: blocks [json-pointer:/view/blocks]"], []
    return [], []
