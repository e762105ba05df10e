"""One turn: the words are read, a model or the planner answers, the thread remembers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from weakref import WeakValueDictionary

from langchain_core.messages import HumanMessage

from agents.conversation.agent import build_graph, final_text
from agents.conversation.allowance import AllowancePort, Unlimited
from agents.conversation.around import AroundPort, Nothing, tainted
from agents.conversation.cli_view import spoken
from agents.conversation.facts_after import facts_after
from agents.conversation.finish import finish, without_text
from agents.conversation.mandate import mandate_of, orderable, ordering
from agents.conversation.memory import Memory, Pruner, Thread, shortened
from agents.conversation.offline import carry_out, stored_proposal
from agents.conversation.ports import ChangesPort, GatePort, NamesPort, RecordsPort
from agents.conversation.things import things_of
from agents.conversation.toolset import toolset_of
from agents.conversation.unmodelled import said_first
from agents.conversation.window import answered, past
from agents.conversation.work import Work
from agents.gate.called import Called
from agents.gate.turn import MAX_SECONDS, Turn
from agents.models import Chain, ModelsAway
from agents.outcomes import Answer, Outcome, Progress, Question
from agents.people import Actor, Request
from agents.planner import Context, Kind, LastRead, Route, ThreadFacts, Topic, TurnedDown, route, things
from agents.planner.memory import after_outcome
from agents.planner.planned import planned
from prompts import load
from tools.plan import Action
from tools.spec import Tool

NAMED_FOR = timedelta(minutes=15)  # how long "it" may mean what a command named outside any thread
RESERVE_S = 3.0  # of the turn's time, for the answer that code makes
SURE = 0.9  # an order this clear becomes a proposal even when a model forgets it
BY_CODE = frozenset({Topic.APPROVAL, Topic.INJECTION, Topic.CANCEL, Topic.PASTED})


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True)
class ConversationParts:
    """What a conversation is made of. `chain` empty means offline; `saver` is LangGraph's checkpointer."""

    gate: GatePort
    changes: ChangesPort
    names: NamesPort
    records: RecordsPort
    chain: Chain
    saver: Any
    clock: Clock
    tools: tuple[Tool[Any], ...]
    actions: tuple[Action[Any], ...]
    pruner: Pruner | None = None
    allowance: AllowancePort = Unlimited()
    around: AroundPort = Nothing()
    prompt_variant: str = "a"
    seconds: float = MAX_SECONDS


class Conversation:
    def __init__(self, parts: ConversationParts) -> None:
        self._parts = parts
        self._prompt = load("conversation", parts.prompt_variant)
        self._tools: Mapping[str, Tool[Any]] = {tool.name: tool for tool in parts.tools}
        self._graph = build_graph(parts.chain, self._prompt.text)
        self._memory = Memory(parts.saver, parts.pruner)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def ask(self, request: Request, progress: Progress) -> Outcome:
        """One turn, remembered when it returns. The same request again gives its first answer."""
        async with self.turn(request, progress) as outcome:
            return outcome

    @asynccontextmanager
    async def turn(self, request: Request, progress: Progress) -> AsyncIterator[Outcome]:
        """One turn, at most `seconds` long, one at a time a thread; remembered as it is left: its answer waits for nothing."""
        if not request.text.strip():
            yield Question("What would you like to know? For example: what is unhealthy?")
            return
        async with self._lock(request.place.key):
            thread = (
                await self._opened(request) if request.opens else await self._memory.load(request.place.key)
            )
            if done := answered(thread.messages, request.id):
                yield Answer(done, notes=("Answered before; this is the same answer.",))
                return
            work = await self._work(request, progress, thread.facts)
            outcome = self._signed(await self._outcome(work, thread), work)
            try:
                yield outcome
            finally:
                await self._memory.keep_turn(request, thread, spoken(outcome), facts_after(work, outcome))

    async def _opened(self, request: Request) -> Thread:
        """A thread that begins. Words that lean back may mean what a command just named to this person in this channel."""
        if not things.leans_back(request.text):
            return Thread()
        aside = (await self._memory.load(request.aside.key)).facts
        fresh = aside.named_at is not None and self._parts.clock.now() - aside.named_at < NAMED_FOR
        return Thread(facts=ThreadFacts(things=aside.things, read=aside.read)) if fresh else Thread()

    async def named(self, request: Request, called: Called) -> None:
        """What a command showed, which asked no conversation: "stop it" may follow it, in its thread or beside it."""
        if not (found := things_of(called)):
            return
        place = request.place if request.place.thread else request.aside
        async with self._lock(place.key):
            known = await self._memory.load(place.key)
            read = LastRead(kind="tool", name=called.name, args=dict(called.args))
            facts = known.facts.knows(things=found, read=read, named_at=self._parts.clock.now())
            await self._memory.save(place.key, [], facts)

    async def remember(self, request: Request, reply: str, progress: Progress) -> None:
        """A turn whose process died between its answer and its memory: the words of both, and what the request names."""
        async with self._lock(request.place.key):
            thread = await self._memory.load(request.place.key)
            if not answered(thread.messages, request.id):
                work = await self._work(request, progress, thread.facts)
                await self._memory.keep_turn(request, thread, reply, facts_after(work, Answer(reply)))

    async def tokens_left(self, actor: Actor) -> tuple[int, int] | None:
        """How many tokens a person may have models use now, and how many a day; None where no model is asked."""
        return await self._parts.allowance.left(actor) if self._parts.chain else None

    async def note(
        self, thread: str, text: str, *, plan_id: str = "", state: str = "", no: TurnedDown | None = None
    ) -> None:
        """A fact that the program itself adds to a thread, e.g. how a plan ended. `thread` is `Place.key`."""
        async with self._lock(thread):
            known = await self._memory.load(thread)
            await self._memory.save(thread, [], after_outcome(known.facts, plan_id, state, text[:400], no))

    async def route(self, request: Request, before: str = "") -> Route:
        """What the planner would do with a text, with the names and the scope of the requester; nothing runs."""
        catalog = await self._parts.names.catalog(request)
        return planned(
            request.text, before, catalog, self._parts.clock.now(), self._parts.names.scope(request)
        )

    # one turn

    async def _work(self, request: Request, progress: Progress, facts: ThreadFacts) -> Work:
        parts = self._parts
        started = asyncio.get_running_loop().time()
        turn = Turn.start(request, now=started, memory=parts.records.memory(), seconds=parts.seconds)
        if (
            facts.focus is not None
        ):  # moved by people's words and typed results alone, so "it" is nobody's invention
            turn.taint.typed(facts.focus.where())
        catalog = await parts.names.catalog(request)
        context = Context(catalog, parts.clock.now(), facts, parts.names.scope(request))
        found = route(request.text, context)
        turn = replace(turn, orders=frozenset({found.tool} if found.kind is Kind.CHANGE else ()))
        return Work(
            turn=turn,
            progress=progress,
            gate=parts.gate,
            changes=parts.changes,
            records=parts.records,
            tools=self._tools,
            context=context,
            route=found,
            mandate=mandate_of(found, context, request.text),
            toolset=toolset_of(parts.gate.visible(turn), parts.actions),
            started=started,
        )

    async def _outcome(self, work: Work, thread: Thread) -> Outcome:
        chain = self._parts.chain
        if _ordered(work) and (refusal := await self._barred(work)) is not None:
            return refusal
        if not chain or work.route.topic in BY_CODE:
            return await self._offline(work)
        if not chain.available():
            return await self._fallback(work, chain.reasons())
        if spent := await self._parts.allowance.spent(work.turn.request.actor):
            return await self._fallback(work, (spent.why,), spent.seconds)
        try:
            return await self._with_model(work, thread)
        except ModelsAway as away:
            await work.progress.step("is going on without the model…")
            return await self._fallback(work, away.reasons)
        finally:
            await self._parts.allowance.used(work.turn.request.actor, work.log.tokens)

    async def _barred(self, work: Work) -> Outcome | None:
        """No model is asked to word what the policy says already."""
        tool, args = work.route.tool, work.route.args
        refusal = await self._parts.changes.barred(work.turn, tool, args)
        if refusal is None or not refusal.who_may or not orderable(tool):
            return refusal
        return replace(refusal, order=ordering(tool, args))

    async def _offline(self, work: Work) -> Outcome:
        try:
            async with asyncio.timeout_at(work.turn.deadline - RESERVE_S):
                return await carry_out(work)
        except TimeoutError:
            return without_text(work)

    async def _fallback(self, work: Work, reasons: tuple[str, ...], seconds: float = 0.0) -> Outcome:
        """The planner's answer, after why no model gave one. What the model already found or proposed stays."""
        outcome = await self._planned(work)
        now = self._parts.clock.now()
        return said_first(outcome, reasons, now, seconds or self._parts.chain.waits())

    async def _planned(self, work: Work) -> Outcome:
        if work.log.plans:
            return stored_proposal(work)
        turn = replace(work.turn, budget=type(work.turn.budget)())
        fresh = replace(work, turn=turn, log=type(work.log)(tokens=work.log.tokens))
        outcome = await self._offline(fresh)
        work.log.calls[:] = [*work.log.calls, *fresh.log.calls]
        return outcome

    async def _with_model(self, work: Work, thread: Thread) -> Outcome:
        request = work.turn.request
        service = str(work.route.args.get("service") or work.context.scope.service or "")
        told = await self._parts.around.told(request, service)
        work = replace(work, around=tainted(work.turn, told))
        said = HumanMessage(shortened(request.text), id=request.id)
        text = ""
        try:
            async with asyncio.timeout_at(work.turn.deadline - RESERVE_S):
                state = await self._graph.ainvoke(
                    {"messages": [*past(thread.messages), said]}, {"recursion_limit": 60}, context=work
                )
            text = final_text(state["messages"])
        except TimeoutError:
            work.log.notes.append("The time of this turn was used up; this is what was found.")
        if _forgotten(work):
            await work.propose(work.route.tool, work.route.args, reason=request.text.strip()[:300])
            return stored_proposal(work) if work.log.plans else work.log.said_no[-1]
        return finish(work, text) if text else without_text(work)

    def _signed(self, outcome: Outcome, work: Work) -> Outcome:
        """Who answered, with which prompt, at what price."""
        if not isinstance(outcome, Answer):
            return outcome
        ms = round((asyncio.get_running_loop().time() - work.started) * 1000)
        by_model = bool(work.log.model)
        model = work.log.model or "offline"
        return replace(
            outcome, model=model, prompt=self._prompt.label if by_model else "", tokens=work.log.tokens, ms=ms
        )

    def _lock(self, key: str) -> asyncio.Lock:
        lock = self._locks.get(key)
        if lock is None:
            lock = asyncio.Lock()
            self._locks[key] = lock
        return lock


def _forgotten(work: Work) -> bool:
    """A clear order that the model neither proposed nor was refused."""
    return _ordered(work) and not work.log.plans and not work.log.said_no


def _ordered(work: Work) -> bool:
    return work.route.kind is Kind.CHANGE and work.route.confidence >= SURE
