"""Which messages of a thread a model still sees, and which the thread still keeps."""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, RemoveMessage

_NUMBER = re.compile(r"\s?\[\d{1,3}\]")
TURNS_KEPT = 5  # past turns: question and final answer; what tools said is read again, not remembered
CHARS_KEPT = 1_500  # of a past question or answer


def past(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """Questions and final answers of finished turns, newest `TURNS_KEPT` of them."""
    turns: list[list[AnyMessage]] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            turns.append([message])
        elif turns and isinstance(message, AIMessage) and not message.tool_calls and message.text.strip():
            turns[-1] = [turns[-1][0], message]
    return [message for turn in turns if len(turn) == 2 for message in turn][-2 * TURNS_KEPT :]


def outdated(messages: Sequence[AnyMessage]) -> list[RemoveMessage]:
    """Removals that bring the stored thread down to its window: tool chatter, unfinished turns, old turns."""
    kept = {message.id for message in past(messages)}
    return [RemoveMessage(id=message.id) for message in messages if message.id and message.id not in kept]


def answered(messages: Sequence[AnyMessage], turn_id: str) -> str:
    """The final answer that this turn already has; empty when it was not answered."""
    seen = False
    for message in messages:
        if isinstance(message, HumanMessage):
            seen = message.id == turn_id
        elif seen and isinstance(message, AIMessage) and not message.tool_calls and message.text.strip():
            return message.text
    return ""


def windowed(messages: Sequence[AnyMessage], turn_id: str) -> list[AnyMessage]:
    """What goes to the model: past turns shortened, then everything of the present one."""
    at = next((n for n, message in enumerate(messages) if message.id == turn_id), len(messages))
    return [_short(message) for message in past(messages[:at])] + list(messages[at:])


def _short(message: AnyMessage) -> AnyMessage:
    """Within its room, and without evidence numbers: what they stood for is gone, and this turn counts anew."""
    text = _NUMBER.sub("", message.text) if isinstance(message, AIMessage) else message.text
    if len(text) > CHARS_KEPT:
        text = text[:CHARS_KEPT] + " […]"
    return message if text == message.text else message.model_copy(update={"content": text})
