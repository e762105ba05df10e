"""The memory of threads: one LangGraph thread a Slack thread, messages and facts in its latest checkpoint only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, StateGraph
from pydantic import ValidationError

from agents.conversation.state import ConversationState
from agents.conversation.window import outdated
from agents.people import Request
from agents.planner import ThreadFacts

MODEL_NODE = "model"
MAX_CHARS = 8_000  # of a question that is kept or reaches a model; more is pasted output


class Pruner(Protocol):
    """storage.checkpoints: everything but the newest `keep` checkpoints of a thread is dropped."""

    async def prune(self, thread_id: str, keep: int) -> None: ...


@dataclass(frozen=True)
class Thread:
    """What a thread holds before a turn."""

    messages: tuple[AnyMessage, ...] = ()
    facts: ThreadFacts = field(default_factory=ThreadFacts)


class Memory:
    """`saver` is LangGraph's; `pruner` may be absent where the saver keeps one checkpoint anyway."""

    def __init__(self, saver: Any, pruner: Pruner | None) -> None:
        self._graph = _kept(saver)
        self._pruner = pruner

    async def load(self, key: str) -> Thread:
        values: dict[str, Any] = (await self._graph.aget_state(config_of(key))).values
        return Thread(tuple(values.get("messages") or ()), facts_from(values.get("facts")))

    async def save(
        self, key: str, update: Sequence[BaseMessage], facts: ThreadFacts, *, first: bool = False
    ) -> None:
        """Messages to add (or remove) and the facts, as one checkpoint; then older checkpoints go, if it is not the first."""
        values = {"messages": list(update), "facts": facts.model_dump(mode="json")}
        await self._graph.aupdate_state(config_of(key), values, as_node=MODEL_NODE)
        if self._pruner is not None and not first:
            await self._pruner.prune(key, keep=1)

    async def keep_turn(self, request: Request, before: Thread, reply: str, facts: ThreadFacts) -> None:
        """A finished turn as question and answer, after `before` as it was loaded; turns past the window leave."""
        gone = [message for message in outdated(before.messages) if message.id != request.id]
        turn = [
            HumanMessage(shortened(request.text), id=request.id),
            AIMessage(reply or "-", id=f"{request.id}:reply"),
        ]
        await self.save(request.place.key, [*gone, *turn], facts, first=request.opens)


def _kept(saver: Any) -> Any:
    """The form of what is kept, as a graph of one step that nobody runs: the agent itself keeps nothing."""
    form = StateGraph(ConversationState)
    form.add_node(MODEL_NODE, lambda _: {})
    form.add_edge(START, MODEL_NODE)
    return form.compile(checkpointer=saver)


def shortened(text: str) -> str:
    """Both ends of a long text: the question is at one of them."""
    if len(text) <= MAX_CHARS:
        return text
    half = MAX_CHARS // 2
    return f"{text[:half]}\n[… {len(text) - MAX_CHARS} characters left out …]\n{text[-half:]}"


def config_of(key: str) -> RunnableConfig:
    return {"configurable": {"thread_id": key}}


def facts_from(stored: Any) -> ThreadFacts:
    """Facts that cannot be read any more are forgotten: a thread must not break on an old form."""
    try:
        return ThreadFacts.model_validate(stored or {})
    except ValidationError:
        return ThreadFacts()
