"""One turn at work: who asks, what may be used, and what has been found so far. Both ways of answering go through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from agents.conversation.again import again
from agents.conversation.log import TurnLog
from agents.conversation.ports import ChangesPort, GatePort, PlanLike, RecordsPort
from agents.conversation.steps import step, told
from agents.gate.called import Called
from agents.gate.turn import Turn
from agents.outcomes import Failure, Progress, Question, Refusal
from agents.planner import Catalog, Context, Route, ThreadFacts
from tools.spec import Tool

if TYPE_CHECKING:
    from agents.conversation.mandate import Mandate
    from agents.conversation.toolset import Toolset


@dataclass(frozen=True)
class Work:
    """`context` is what the planner knew and `route` what it made of the words; `mandate` is what may be proposed."""

    turn: Turn
    progress: Progress
    gate: GatePort
    changes: ChangesPort
    records: RecordsPort
    tools: Mapping[str, Tool[Any]]
    context: Context
    route: Route
    mandate: Mandate
    toolset: Toolset
    started: float
    around: str = ""  # words of others, in their envelopes
    log: TurnLog = field(default_factory=TurnLog)

    @property
    def text(self) -> str:
        return self.turn.request.text

    @property
    def facts(self) -> ThreadFacts:
        return self.context.facts

    @property
    def catalog(self) -> Catalog:
        return self.context.catalog

    async def read(self, tool: str, args: Mapping[str, Any]) -> Called:
        """One call through the gate, with the arguments that the tool takes; told to the person, kept in the log."""
        called = await self.look(tool, args)
        self.log.add(called)
        return called

    async def look(self, tool: str, args: Mapping[str, Any]) -> Called:
        """Like `read`, but the caller decides whether it becomes part of the answer."""
        async with told(self.progress, step(tool, args)) as ended:
            called = await self.gate.call(self.turn, tool, self._fitting(tool, args))
            ended.well = called.ok
        return called

    async def propose(self, action: str, args: Mapping[str, Any], reason: str) -> PlanLike | None:
        """The stored plan, or None with the reason in the log."""
        async with told(self.progress, step("propose_change", args)) as ended:
            proposed = await self._proposed(action, args, reason)
            ended.well = not isinstance(proposed, Failure)
        if isinstance(proposed, Refusal | Question | Failure):
            whole = self._whole(proposed, args) if isinstance(proposed, Question) else proposed
            self.log.said_no.append(whole)
            return None
        self.log.plans.append(proposed.id)
        return proposed

    async def _proposed(
        self, action: str, args: Mapping[str, Any], reason: str
    ) -> PlanLike | Refusal | Question | Failure:
        if action == "undo":
            return await self.changes.undo(self.turn, str(args.get("plan", "")))
        return await self.changes.propose(self.turn, action, args, reason)

    def _whole(self, asked: Question, args: Mapping[str, Any]) -> Question:
        """Its options as whole sentences: a name alone would be a question about it, and the order lost."""
        typed, namespace = (
            str(args.get("service") or args.get("name") or ""),
            str(args.get("namespace") or ""),
        )
        if not typed:
            return asked
        return replace(
            asked, options=tuple(again(self.text, typed, namespace, option) for option in asked.options)
        )

    def visible(self, tool: str) -> bool:
        return any(known.name == tool for known in self.gate.visible(self.turn))

    def _fitting(self, tool: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """A playbook gives every tool the same arguments; each takes what it knows."""
        known = self.tools.get(tool)
        if known is None:
            return dict(args)
        return {key: value for key, value in args.items() if key in known.args.model_fields}
