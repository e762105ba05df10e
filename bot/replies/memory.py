"""A fact that waits for a person who confirms it, and what became of it."""

from __future__ import annotations

from typing import Final

from bot.replies.blocks import Message, actions, button, context, section
from bot.replies.text import Outbound
from storage.facts import FactRow

CONFIRM: Final = "memory_confirm"
FORGET: Final = "memory_forget"
REMEMBERING: Final = frozenset((CONFIRM, FORGET))


def asked(row: FactRow, line: str, out: Outbound) -> Message:
    text = f"Shall I remember this? {out.mrkdwn(line, 600)}"
    made = [
        button("Confirm this fact", CONFIRM, row.id, style="primary"),
        button("Do not keep it", FORGET, row.id),
    ]
    hint = context(
        "It is shown with who said it and when, and orders nothing. Whoever may steer incidents there may confirm it."
    )
    return Message(text, (section(text), actions(f"fact:{row.id}", made), hint))


def told(line: str, out: Outbound) -> Message:
    """In place of the question, without its buttons."""
    text = out.mrkdwn(line, 700)
    return Message(text, (section(text),))
