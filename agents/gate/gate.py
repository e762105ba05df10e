"""The one door to the clouds for reads: permission on the final arguments, audit before and after, limits, redaction.

Every way in passes here (conversation, slash command, command line), so that none of them can forget a step.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError

from agents.gate.called import Called, Kind
from agents.gate.clean import Redactor, clean_result
from agents.gate.fill import fill_scope, scope_near
from agents.gate.kept import RESULTS, key_of, seconds_of
from agents.gate.looking import Looking
from agents.gate.records import Records
from agents.gate.shown import asked, for_model, learn, refused
from agents.gate.spool import SpoolFull
from agents.gate.turn import CHARS_A_TOKEN, Turn
from agents.gate.words import args_hash, spell_invalid
from agents.outcomes import Artifact
from agents.policy import Decision, Permission, Policy, PolicyStore, Reach
from agents.trail import Trail
from storage.artifacts import new_artifact_id
from storage.cache import Cache
from storage.clock import Clock
from storage.database import Database
from storage.errors import StoreUnavailable
from storage.tx import Job
from tools.clients import Clients
from tools.errors import AskBack, GiveUp, NotAllowed, ToolError
from tools.spec import Args, Call, Result, Tool

RAW_KEPT = 512 * 1024  # characters of a full result that are kept for paging
TELLING_S = 1.0  # of a tool's time: what it found of the whole by then is told, and not lost with the rest


@dataclass(frozen=True, slots=True)
class _Ready:
    """A call that may run: arguments final, permission given, decision on record."""

    tool: Tool[Any]
    args: Args
    final: Mapping[str, Any]
    reach: Reach
    cloud: Reach
    decision: Decision


@dataclass(frozen=True, slots=True)
class _Ended:
    """How the tool's own part went."""

    kind: Kind
    error: str = ""
    result: Result | None = None
    upstream: str = ""
    ask: AskBack | None = None
    cached: bool = False


class Gate:
    def __init__(
        self,
        *,
        tools: tuple[Tool[Any], ...],
        policy: PolicyStore,
        clients: Clients,
        db: Database,
        trail: Trail,
        redactor: Redactor,
        cache: Cache,
        clock: Clock,
    ) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._policy = policy
        self._clients = clients
        self._db = db
        self._redactor = redactor
        self._cache = cache
        self._clock = clock
        self._records = Records(trail, clock)
        self.looking = Looking(self._tools, policy, self._records)

    def visible(self, turn: Turn) -> tuple[Tool[Any], ...]:
        """The tools that the person may use here, in registry order."""
        request = turn.request
        return self._policy.policy.visible_tools(request.actor, request.place, self._tools.values())

    async def call(self, turn: Turn, name: str, raw_args: Mapping[str, Any]) -> Called:
        """Never raises for what a model, a person, the policy, the cloud or the store does; see Called.kind."""
        started = asyncio.get_running_loop().time()
        key = f"{name} {args_hash(raw_args)}"
        if key in turn.refused:
            return turn.refused[key]
        called = await self._call(turn, name, raw_args, started)
        if called.kind == "refused":
            turn.refused[key] = called
        return called

    async def _call(self, turn: Turn, name: str, raw: Mapping[str, Any], started: float) -> Called:
        tool = self._tools.get(name)
        if tool is None:
            return self._unknown(turn, name)
        if spent := turn.budget.spent():
            return Called(
                False, "refused", name, error=spent, text_for_model=f"{spent}; answer with what you have"
            )
        turn.budget.calls -= 1
        try:
            ready = await self._prepare(turn, tool, raw)
        except AskBack as ask:
            return Called(
                False, "ask", name, dict(raw), error=ask.question, text_for_model=asked(ask), ask=ask
            )
        except (StoreUnavailable, SpoolFull):
            return _no_record(name)
        if isinstance(ready, Called):
            return ready
        return await self._run(turn, ready, started)

    def _unknown(self, turn: Turn, name: str) -> Called:
        near = difflib.get_close_matches(name, [tool.name for tool in self.visible(turn)], n=3, cutoff=0.4)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        text = f"there is no tool {name[:80]!r}{hint}"
        turn.budget.calls -= 1
        more = "" if near else "; find_tools searches what there is"
        return Called(False, "invalid", name, error=text, text_for_model=text + more)

    # before

    async def _prepare(self, turn: Turn, tool: Tool[Any], raw: Mapping[str, Any]) -> _Ready | Called:
        policy, request = self._policy.policy, turn.request
        if not policy.holds(request.actor, request.place, tool.permission, tool.name):
            # Before any name is looked up: whoever may not ask is not asked back either.
            refused = await self._decided(policy, turn, tool, dict(raw))
            if isinstance(refused, Called):
                return refused
        reach = policy.reach(request.actor, request.place, tool.permission, tool.name)
        try:
            final = await self._final(policy, turn, tool.args, raw, reach)
            args: Args = tool.args.model_validate(final)
        except ValidationError as error:
            text = spell_invalid(error, tool.args)
            return Called(False, "invalid", tool.name, error=text, text_for_model=text)
        final = args.model_dump(mode="json", exclude_none=True)
        needed = tool.needs(args)
        decision = await self._decided(policy, turn, tool, final, needed)
        if isinstance(decision, Called):
            return decision
        reach = policy.reach(request.actor, request.place, needed, tool.name)
        cloud = policy.reach(request.actor, request.place, Permission.MONITORING_READ, tool.name)
        return _Ready(tool, args, final, reach, cloud, decision)

    async def _decided(
        self, policy: Policy, turn: Turn, tool: Tool[Any], final: Mapping[str, Any], needed: str = ""
    ) -> Decision | Called:
        """The decision, on record before anything runs; what the person hears when it is a no."""
        request, right = turn.request, needed or tool.permission
        decision = policy.decide(
            request.actor, request.place, right, tool=tool.name, args=final, risk=tool.risk
        )
        seq = await self._records.decision(turn, tool.name, final, decision, policy)
        if decision.allow:
            return decision
        text = f"not allowed: {decision.reason}"
        return Called(
            False, "refused", tool.name, final, error=text, text_for_model=refused(turn, decision),
            audit=seq, who_may=decision.who_may,
        )  # fmt: skip

    async def _final(
        self, policy: Policy, turn: Turn, model: type[Args], raw: Mapping[str, Any], reach: Reach
    ) -> dict[str, Any]:
        clusters = self._clients.clusters
        services = (
            await self._clients.known_services() if raw.get("service") or _needs_service(model) else None
        )
        filled = fill_scope(
            model,
            raw,
            services=services or self._clients.services,
            clusters=clusters.names,
            default_cluster=clusters.default,
            channel=scope_near(policy.scope_for(turn.request.place.channel), turn.request.own.scope),
            reach=reach,
        )
        if named := filled.get("compartment"):
            named_for = policy.environment_named_for
            filled["compartment"] = await self._clients.compartment_path(str(named), reach, named_for)
        return filled

    # run

    async def _run(self, turn: Turn, ready: _Ready, started: float) -> Called:
        loop = asyncio.get_running_loop()
        try:
            ended = await self._ended(turn, ready, turn.deadline - loop.time())
        except BaseException as crash:  # a cancelled call, too, has an end on record; it goes on its way
            await asyncio.shield(
                self._records.crashed(turn, ready.tool.name, ready.final, type(crash).__name__)
            )
            raise
        return await self._after(turn, ready, ended, round((loop.time() - started) * 1000))

    async def _ended(self, turn: Turn, ready: _Ready, left: float) -> _Ended:
        seconds = min(ready.tool.deadline_s, left)
        if seconds <= 0:
            return _Ended("later", "the time of this turn is used up")
        try:
            async with asyncio.timeout(seconds):
                result, cached = await self._result(turn, ready, seconds)
        except TimeoutError:
            return _Ended("later", f"{ready.tool.name} did not answer within {seconds:.0f} s")
        except AskBack as question:
            return _Ended("ask", question.question, ask=question)
        except ToolError as error:
            return _Ended(_kind(error), self._text(error.reason, turn), upstream=error.upstream_id)
        return _Ended("ok", result=result, cached=cached)

    async def _result(self, turn: Turn, ready: _Ready, seconds: float) -> tuple[Result, bool]:
        """The clean result and whether the cache had it. What is kept for others has passed redaction."""
        fresh = False

        async def load() -> Result:
            nonlocal fresh
            fresh = True
            left = max(seconds - TELLING_S, seconds / 2)
            call = Call(
                self._clients, self._clock.now(), left, ready.reach, turn.request.id, ready.cloud,
                turn.request.place.workspace,
            )  # fmt: skip
            return clean_result(await ready.tool.run(call, ready.args), self._redactor, turn.memory)

        if not ready.tool.cache_s:
            return await load(), False
        scope = ready.reach.key + ready.cloud.key
        key = key_of(turn.request.place.workspace, ready.tool, scope, args_hash(ready.final))
        result: Result = await self._cache.get_or(key, seconds_of(ready.tool), load, RESULTS)
        return result, not fresh

    # after

    async def _after(self, turn: Turn, ready: _Ready, ended: _Ended, ms: int) -> Called:
        name, result = ready.tool.name, ended.result
        try:
            artifact, put = self._artifact(turn, _title(name, ready.final), result)
            seq = await self._records.result(
                turn, name, ready.final, kind=ended.kind, error=ended.error, upstream=ended.upstream, ms=ms,
                beside=put,
            )  # fmt: skip
        except (StoreUnavailable, SpoolFull):
            return _no_record(name)
        if result is None:
            text = asked(ended.ask) if ended.ask else ended.error
        else:
            text = for_model(turn, name, result)
            learn(turn, name, result)
        turn.budget.tokens -= len(text) // CHARS_A_TOKEN
        return Called(
            ended.kind == "ok", ended.kind, name, ready.final, result, ended.error, text,
            artifact if seq else None, seq, ms, ended.ask, cached=ended.cached,
        )  # fmt: skip

    def _artifact(
        self, turn: Turn, title: str, result: Result | None
    ) -> tuple[Artifact | None, Job[str] | None]:
        """The full result and how it is kept for paging and download: with its audit row, or not at all."""
        if result is None or result.raw is None:
            return None, None
        artifact = Artifact(new_artifact_id(), title, len(result.raw))
        put = partial(
            self._db.artifacts.put,
            artifact_id=artifact.id,
            title=title,
            content_type="text/plain",
            text=result.raw[:RAW_KEPT],
            owner=turn.request.actor.id,
            correlation=turn.request.correlation,
        )
        return artifact, put

    def _text(self, text: str, turn: Turn) -> str:
        return str(self._redactor.redact(text, turn.memory).text) if text else text


def _title(name: str, args: Mapping[str, Any]) -> str:
    """What a full result is called where it is offered."""
    return f"{name} of {about}" if (about := args.get("service") or args.get("name")) else name


def _no_record(name: str) -> Called:
    text = "the audit trail cannot be written, so nothing was read; try again later"
    return Called(False, "later", name, error=text, text_for_model=text)


def _kind(error: ToolError) -> Kind:
    if isinstance(error, NotAllowed):
        return "not_allowed"
    return "gone" if isinstance(error, GiveUp) else "later"


def _needs_service(model: type[Args]) -> bool:
    field = model.model_fields.get("service")
    return field is not None and field.is_required()
