"""The two seams of the agent: every model call and every tool call of a turn passes through here."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

from langchain.agents.middleware import AgentMiddleware, ModelRequest
from langchain.agents.middleware.types import ModelResponse, ToolCallRequest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from agents.conversation.limits import closing
from agents.conversation.modeltools import run_tool
from agents.conversation.patience import patient
from agents.conversation.state import ConversationState
from agents.conversation.steps import told
from agents.conversation.toolset import CORE
from agents.conversation.window import windowed
from agents.conversation.work import Work
from agents.gate.envelope import inline
from agents.models import Chain, ModelAway, ModelEntry
from agents.models.errors import Why
from agents.models.tokens import used
from agents.outcomes import Refusal
from agents.planner.facts import Finding, TurnedDown
from prompts import load

MAX_HINTS = 2
REASON_CHARS = 200
Handler = Callable[[ModelRequest[Work]], Awaitable[ModelResponse[Any]]]


class ModelSeam(AgentMiddleware[ConversationState, Work, Any]):
    """History window, the role's tools, the chain of models, the last step that must answer, replies nobody can use."""

    state_schema = ConversationState

    def __init__(self, chain: Chain) -> None:
        super().__init__()
        self._chain = chain

    def awrap_model_call(
        self, request: ModelRequest[Work], handler: Handler
    ) -> Coroutine[Any, Any, ModelResponse[Any]]:
        """Plain, as the other one: LangSmith's wrapper, off as it is, takes an `async def` through a thread each time."""
        return self._called(request, handler)

    async def _called(self, request: ModelRequest[Work], handler: Handler) -> ModelResponse[Any]:
        work = request.runtime.context
        if refused := _refused(work):
            return ModelResponse(result=[AIMessage(refused)])
        messages = framed(windowed(request.messages, work.turn.request.id), work)
        last = closing(work)
        if last:
            messages.append(HumanMessage(last))
        words = "is thinking…" if work.log.model_turns == 0 else "is weighing what it found…"
        work.log.model_turns += 1
        async with told(work.progress, words), patient(work.progress):
            message = await self._answer(request, handler, messages, closing=bool(last))
        work.log.order.expect([str(call["id"]) for call in message.tool_calls])
        return ModelResponse(result=[message])

    async def _answer(
        self, request: ModelRequest[Work], handler: Handler, messages: list[AnyMessage], *, closing: bool
    ) -> AIMessage:
        work = request.runtime.context

        async def ask(entry: ModelEntry) -> AIMessage:
            """One usable reply of one model; what cannot be used is asked again with a hint, twice at most a turn."""
            asked = list(messages)
            while True:
                model = entry.bound(work.toolset.key, list(work.toolset.functions), closing=closing)
                call = request.override(model=model, tools=[], messages=asked)
                reply = _reply((await handler(call)).result)
                work.log.tokens += used(reply)
                problem = unusable(reply, closing=closing)
                if not problem:
                    return _closed(reply) if closing else reply
                if work.log.hints >= MAX_HINTS:
                    raise ModelAway(Why.BROKEN, f"its replies could not be used ({problem})")
                work.log.hints += 1
                asked = [*messages, HumanMessage(load("hint", problem=problem).text)]

        message, spec, away = await self._chain.run(ask, work.turn.deadline)
        work.log.model = str(spec)
        work.log.notes += [
            note for note in (f"{text}; used {spec.model}" for text in away) if note not in work.log.notes
        ]
        return message


def _refused(work: Work) -> str:
    """What the person hears when all that came of a turn is that they may not: no model need word it again."""
    if work.log.good or work.log.plans:
        return ""
    return next((said.text for said in work.log.said_no if isinstance(said, Refusal) and said.who_may), "")


class ToolSeam(AgentMiddleware[ConversationState, Work, Any]):
    """Every call goes through the gate or becomes a proposal; nothing is executed here."""

    state_schema = ConversationState

    def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Any]]
    ) -> Coroutine[Any, Any, ToolMessage]:
        del handler
        return self._called(request)

    async def _called(self, request: ToolCallRequest) -> ToolMessage:
        work = cast("Work", request.runtime.context)
        call = request.tool_call
        call_id = str(call["id"])
        try:
            text = await run_tool(work, call_id, call["name"], call["args"])
        finally:
            work.log.order.passed(call_id)
        return ToolMessage(text, tool_call_id=call_id, name=call["name"])


def framed(messages: list[AnyMessage], work: Work) -> list[AnyMessage]:
    """The present message with the thread's notes around it; past messages and the prefix stay as they are."""
    return [_framed(message, work) if message.id == work.turn.request.id else message for message in messages]


def _framed(message: AnyMessage, work: Work) -> AnyMessage:
    request = work.turn.request
    who = request.actor.name or request.actor.user
    now = work.context.now.strftime("%Y-%m-%d %H:%M UTC")
    text = load("turn", now=now, notes=notes_of(work), who=who, text=message.text).text
    return message.model_copy(update={"content": "\n\n".join(filter(None, (text, work.around)))})


def notes_of(work: Work) -> str:
    """The typed facts of the thread and the channel's scope, in a line or two."""
    facts, scope = work.facts, work.context.scope
    parts = [
        f"{name} {value}"
        for name, value in (
            ("service", scope.service),
            ("namespace", scope.namespace),
            ("cluster", scope.cluster),
        )
        if value
    ]
    lines = [f"channel scope {', '.join(parts)}"] if parts else []
    if facts.focus is not None and facts.focus.label:
        lines.append(f"the thread is about {json.dumps(facts.focus.where())}")
    if facts.finding is not None and facts.finding.culprit:
        lines.append(found_before(facts.finding))
    if facts.plan is not None:
        lines.append(
            f"last plan {facts.plan.id} ({facts.plan.title or facts.plan.action}) is {facts.plan.state}"
        )
    lines += [f"outcome: {text}" for text in facts.outcomes[-2:]]
    lines += [said_no(no, work.turn.delimiter) for no in facts.turned_down[-2:]]
    if hidden := sorted({*CORE} & work.tools.keys() - set(work.toolset.core)):
        named = (f"{name} ({work.tools[name].permission})" for name in hidden)
        lines.append(
            f"tools that this person may not use, with the right that is missing: {', '.join(named)}"
        )
    return "; ".join(lines) or "no channel scope, nothing said before"


def said_no(no: TurnedDown, delimiter: str) -> str:
    """Why a proposal of this thread was turned down: in a person's words, so data."""
    why = f", for the reason {inline(no.reason[:REASON_CHARS], delimiter)}" if no.reason else ""
    return f"{no.by} said no to {no.plan} ({no.title}){why}; it comes again only when it is ordered anew"


def found_before(finding: Finding) -> str:
    """An earlier diagnosis in names that the API typed; its sentences hold what others wrote."""
    victim = f", {finding.victim} is a victim" if finding.victim else ""
    release = f" with its revision {finding.revision}" if finding.revision else ""
    return f"found before in this thread: the cause is {finding.culprit}{release}{victim}"


def unusable(reply: AIMessage, *, closing: bool) -> str:
    """Why nothing can be done with a reply; empty when it can be used."""
    if reply.tool_calls and not closing:
        return ""
    if reply.invalid_tool_calls:
        return "the arguments of the tool call were not valid JSON"
    if not reply.text.strip():
        return "it was empty" if not closing else "it held no text for the person"
    return ""


def _closed(reply: AIMessage) -> AIMessage:
    return reply.model_copy(update={"tool_calls": [], "invalid_tool_calls": []})


def _reply(result: list[Any]) -> AIMessage:
    found = next((message for message in result if isinstance(message, AIMessage)), None)
    if found is None:
        raise ModelAway(Why.BROKEN, "it gave no reply")
    if found.invalid_tool_calls and found.tool_calls:
        return found.model_copy(update={"invalid_tool_calls": []})
    return found


__all__ = ["ModelSeam", "ToolSeam", "framed", "notes_of", "unusable"]
