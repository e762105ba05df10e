"""The agent: LangGraph's loop around our two seams."""

from __future__ import annotations

from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult

from agents.conversation.seams import ModelSeam, ToolSeam
from agents.conversation.work import Work
from agents.models import Chain, ModelsAway


class NoModel(BaseChatModel):
    """Stands where LangGraph wants a model. The seam asks the chain; nothing ever asks this one."""

    @property
    def _llm_type(self) -> str:
        return "none"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        del messages, stop, run_manager, kwargs
        raise ModelsAway(("no model is set up",))


def build_graph(chain: Chain, system_prompt: str) -> Any:
    """The compiled agent. Tools are bound per role in the seam, so the graph knows none by name.

    Without a checkpointer: a turn that breaks off runs again from its start, and what it ended with is kept by Memory.
    """
    return create_agent(
        NoModel(),
        tools=[],
        system_prompt=system_prompt,
        middleware=[ModelSeam(chain), ToolSeam()],
        context_schema=Work,
    )


def final_text(messages: list[Any]) -> str:
    last = messages[-1] if messages else None
    return last.text if isinstance(last, AIMessage) and not last.tool_calls else ""
