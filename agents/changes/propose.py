"""From a wish to a sealed plan that waits for people. Reads and dry-runs only; every refusal is on record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from agents.advice import Adviser
from agents.changes.acting import sealed_for
from agents.changes.beside import MORE, Beside
from agents.changes.budget import spent
from agents.changes.closed import closed
from agents.changes.hours import at_this_hour
from agents.changes.ledger import Ledger
from agents.changes.requests import Proposed
from agents.changes.resting import at_rest
from agents.changes.risk import risk_of, too_big
from agents.changes.runbooks.judging import may_all
from agents.changes.runbooks.sealed import environment_of
from agents.changes.runbooks.taking_back import taken_back
from agents.changes.seal import Plan, opened, seal
from agents.changes.turned_down import turned_down
from agents.changes.undo import target_of
from agents.changes.wish import (
    NOTHING_CHANGED,
    Judged,
    Wish,
    advised,
    failure,
    invalid,
    plan_of,
    refusal,
    replacing,
    row_of,
)
from agents.gate.fill import fill_scope
from agents.gate.records import decided, said_by
from agents.gate.turn import Turn
from agents.gate.words import args_hash
from agents.outcomes import Announcer, Failure, Question, Refusal
from agents.policy import Decision, Permission, Policy, PolicyStore
from storage.audit.events import AuditEvent, EventType
from storage.database import Tx
from storage.errors import StoreUnavailable
from storage.plans import PlanRow
from tools.clients import Clients
from tools.errors import AskBack, GiveUp, ToolError
from tools.plan import Action, Draft, Target
from tools.spec import Args, Call, Scope

PLAN_SECONDS = 25.0
REASON_CHARS = 500
T = TypeVar("T")
UNDER_WAY = "another proposal for it is under way"


class Refused(Exception):
    """Ends a proposal; carries what the person hears."""

    def __init__(self, answer: Refusal | Question | Failure) -> None:
        self.answer = answer


class Proposer:
    def __init__(
        self,
        *,
        actions: Mapping[str, Action[Any]],
        policy: PolicyStore,
        clients: Clients,
        ledger: Ledger,
        announcer: Announcer,
        adviser: Adviser,
    ) -> None:
        self._actions = actions
        self._beside = Beside(clients, adviser, ledger.clock)
        self._policy = policy
        self._clients = clients
        self._ledger = ledger
        self._announcer = announcer

    async def propose(self, turn: Turn, action: str, raw: Mapping[str, Any], reason: str) -> Proposed:
        """The stored plan, or why there is none. Never raises for what people, policy, clouds or the store do."""
        return await self._answered(turn, self._propose(turn, action, raw, reason))

    async def barred(self, turn: Turn, action: str, raw: Mapping[str, Any]) -> Refusal | None:
        """The refusal of whoever may not propose this at all here, before anything is looked up; None says nothing yet."""
        known = self._actions.get(action)
        permission = known.permission if known else Permission.REMEDIATION_EXECUTE
        policy, request = self._policy.policy, turn.request
        if policy.holds(request.actor, request.place, permission, known.name if known else ""):
            return None
        try:
            await self._may_ask(turn, permission, known.name if known else "", raw)
        except Refused as refused:
            return refused.answer if isinstance(refused.answer, Refusal) else None
        return None

    async def undo(self, turn: Turn, plan_id: str) -> Proposed:
        """The same for a plan that restores what `plan_id` saved before its write."""
        return await self._answered(turn, self._undo(turn, plan_id))

    async def _answered(self, turn: Turn, made: Awaitable[T]) -> T | Refusal | Question | Failure:
        try:
            return await made
        except Refused as refused:
            return refused.answer
        except AskBack as ask:
            return Question(ask.question, ask.options)
        except ToolError as error:
            return failure(error, turn)
        except TimeoutError:
            return Failure(
                f"reading the target took longer than {PLAN_SECONDS:.0f} s",
                NOTHING_CHANGED,
                "Try again.",
                turn.request.id,
            )
        except StoreUnavailable:
            return Failure(
                "the record of changes cannot be written, so no change may be proposed",
                NOTHING_CHANGED, "Try again when the database is back.", turn.request.id,
            )  # fmt: skip

    async def _undo(self, turn: Turn, plan_id: str) -> PlanRow:
        raw = {"plan": plan_id}
        await self._may_ask(turn, Permission.REMEDIATION_EXECUTE, "", raw)
        row = await self._ledger.get(plan_id)
        if row is None or row.workspace != turn.request.place.workspace:
            raise Refused(Question(f"I know no plan {plan_id[:60]!r}. Which one?"))
        return await self._propose(turn, row.action, raw, f"undo {plan_id}", row)

    async def _propose(
        self, turn: Turn, name: str, raw: Mapping[str, Any], reason: str, undoing: PlanRow | None = None
    ) -> PlanRow:
        action = self._actions.get(name)
        if action is None:
            raise Refused(Question(f"I know no change {name[:60]!r}. Which one?", tuple(self._actions)))
        if shut := await closed(self._policy, self._ledger, turn.request.id):
            raise Refused(shut)
        await self._may_ask(
            turn, action.permission, action.name, raw, target_of(undoing) if undoing else None
        )
        if undoing is not None:
            action = taken_back(action, undoing, self._actions, self._ledger)
        wish = await self._wish(turn, action, raw, reason, undoing)
        known = await self._known(wish)
        if known is not None:
            return known
        draft = await self._draft(wish)
        key = f"{action.name} {draft.target}"
        try:
            row, replaced = await self._store(wish, await self._judge(wish, draft))
            turn.proposed[key] = row.id
        finally:  # what failed for a moment, neither made nor refused, may be tried again
            if turn.proposed[key] == UNDER_WAY:
                del turn.proposed[key]
        for old in replaced:
            await self._announcer.plan_settled(old.id)
        await self._announcer.plan_changed(row.id)
        return row

    # who asks, for what

    async def _may_ask(
        self, turn: Turn, permission: str, tool: str, raw: Mapping[str, Any], target: Target | None = None
    ) -> None:
        """Before any name or plan is looked up: whoever may not ask is neither asked back nor told."""
        policy, actor, place = self._policy.policy, turn.request.actor, turn.request.place
        decision = policy.decide(actor, place, permission, target or Scope(), tool, args=dict(raw))
        if policy.holds(actor, place, permission, tool) and (decision.allow or target is None):
            return
        raise Refused(refusal(decision, await self._record(turn, tool or "undo", raw, decision, policy)))

    async def _wish(
        self, turn: Turn, action: Action[Any], raw: Mapping[str, Any], reason: str, undoing: PlanRow | None
    ) -> Wish:
        policy, request = self._policy.policy, turn.request
        reach = policy.reach(request.actor, request.place, action.permission, action.name)
        chosen = {key: value for key, value in raw.items() if value is not None}
        try:
            final = fill_scope(
                action.args, chosen,
                services=await self._clients.known_services(),
                clusters=self._clients.clusters.names,
                default_cluster=self._clients.clusters.default,
                channel=policy.scope_for(request.place.channel),
                reach=reach,
            )  # fmt: skip
            if named := final.get("compartment"):
                final["compartment"] = await self._clients.compartment_path(str(named), reach)
            args: Args = action.args.model_validate(final)
        except ValidationError as error:
            raise Refused(invalid(error, turn)) from error
        person = policy.person_of(request.actor)
        decision = policy.decide(
            request.actor, request.place, action.permission,
            tool=action.name, args=args.model_dump(mode="json", exclude_none=True), risk=action.risk,
        )  # fmt: skip
        shown = args.model_dump(mode="json", exclude_none=True)
        seq = await self._record(turn, action.name, shown, decision, policy)
        if not decision.allow or person is None:
            raise Refused(refusal(decision, seq))
        return Wish(
            turn,
            action,
            args,
            chosen,
            reason.strip()[:REASON_CHARS],
            person,
            policy,
            undoing.id if undoing else "",
            opened(undoing) if undoing else None,
        )

    async def _record(
        self, turn: Turn, tool: str, args: Mapping[str, Any], decision: Decision, policy: Policy
    ) -> int:
        event = AuditEvent(
            type=EventType("authz.decision"), **said_by(turn), tool=tool, args=dict(args),
            args_hash=args_hash(args), decision=decided(decision, policy),
        )  # fmt: skip
        return await self._ledger.trail.note(event)

    async def _known(self, wish: Wish) -> PlanRow | None:
        async with self._ledger.db.read() as tx:
            return await self._ledger.db.plans.by_proposal_key(tx, wish.key)

    # the plan

    async def _draft(self, wish: Wish) -> Draft:
        left = wish.turn.deadline - asyncio.get_running_loop().time()
        seconds = max(1.0, min(PLAN_SECONDS, left))
        reach = wish.policy.reach(
            wish.turn.request.actor, wish.turn.request.place, wish.action.permission, wish.action.name
        )
        call = Call(
            self._clients, self._ledger.clock.now(), seconds, reach, wish.turn.request.id,
            acting=wish.person.kubernetes,
        )  # fmt: skip
        async with asyncio.timeout(seconds):
            draft = await at_rest(partial(wish.action.plan, call, wish.args))
        key = f"{wish.action.name} {draft.target}"
        done = wish.turn.proposed.get(key)
        if done is not None:
            raise Refused(
                Refusal(f"{wish.action.name} on {draft.target} was decided in this turn already: {done}")
            )
        wish.turn.proposed[key] = UNDER_WAY
        return draft

    async def _judge(self, wish: Wish, draft: Draft) -> Plan:
        """The policy again, now on the real target and with the real risk."""
        policy = wish.policy
        environment = environment_of(policy, draft)
        base = risk_of(draft, environment, policy)
        risk, why = at_this_hour(base, draft, policy, self._ledger.clock.now())
        decision = may_all(wish, self._actions, draft, risk)
        if (problem := too_big(draft, policy)) or not decision.allow:
            final = decision if not decision.allow else Decision(False, "limit", problem)
            await self._refuse(wish, draft, final)
        no = await turned_down(self._ledger, wish, draft)
        if no is not None and no.stands(wish):
            await self._refuse(wish, draft, no.decision, no.why)
        acting = await sealed_for(self._clients, wish.person.kubernetes, draft)
        found = await self._beside.find(wish, draft, environment, risk)
        if (higher := found.risk(risk)) is not risk:
            risk, why = higher, (*why, MORE)
            if not (decision := may_all(wish, self._actions, draft, risk)).allow:
                await self._refuse(wish, draft, decision)
        judged = Judged(environment, risk, why, no.warning if no else "", found.bill, found.advice)
        return plan_of(wish, draft, judged, self._ledger.clock.now(), acting)

    async def _refuse(self, wish: Wish, draft: Draft, decision: Decision, because: str = "") -> NoReturn:
        """A22: a refusal is final for the turn, whatever the model tries next."""
        wish.turn.proposed[f"{wish.action.name} {draft.target}"] = decision.reason
        args = {"target": str(draft.target)}
        seq = await self._record(wish.turn, wish.action.name, args, decision, wish.policy)
        raise Refused(refusal(decision, seq, because))

    # the row

    async def _store(self, wish: Wish, plan: Plan) -> tuple[PlanRow, list[PlanRow]]:
        try:
            body, digest = seal(plan)
        except ValueError as error:
            raise GiveUp(str(error)) from error
        row = row_of(wish, plan, body, digest)
        ledger = self._ledger
        async with ledger.db.write() as tx:
            known = await ledger.db.plans.by_proposal_key(tx, wish.key) or await ledger.db.plans.again(
                tx, row
            )
            if known is not None:
                return known, []
            too_many = await spent(ledger.db, tx, wish, ledger.clock.now())
            replaced = await self._ledger.supersede(tx, row) if too_many is None else []
            row = replacing(row, replaced)
            if too_many is None:
                await self._insert(tx, wish, plan, row)
        if too_many is not None:
            await self._refuse(wish, plan.draft, too_many)
        return row, replaced

    async def _insert(self, tx: Tx, wish: Wish, plan: Plan, row: PlanRow) -> None:
        await self._ledger.db.plans.insert(tx, row)
        await self._ledger.trail.record(tx, self._proposed(wish, plan, row))

    def _proposed(self, wish: Wish, plan: Plan, row: PlanRow) -> AuditEvent:
        who = said_by(wish.turn)
        return self._ledger.event(
            row, "plan.proposed",
            actor=who["actor"], on_behalf_of=who["on_behalf_of"], correlation=plan.correlation,
            target=Ledger.target(plan), args=dict(plan.draft.args),
            detail={"reason": plan.reason, "policy": plan.policy, "expires_at": plan.expires_at} | advised(plan),
        )  # fmt: skip
