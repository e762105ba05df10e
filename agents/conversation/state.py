"""The state of a thread as the checkpointer keeps it: messages and facts, JSON types only."""

from __future__ import annotations

from typing import Annotated, Any

from langchain.agents.middleware import AgentState


def merged(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    """Facts of parallel steps join; the newer value of a key wins."""
    return {**(before or {}), **(after or {})}


class ConversationState(AgentState[Any]):
    """`facts` is `ThreadFacts` as JSON."""

    facts: Annotated[dict[str, Any], merged]
