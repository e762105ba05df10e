"""Clicks. Each is authorised when it comes, recorded once a person, and counted again under the plan's lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from agents.changes.glass import GLASS, frozen_by, passed_over, unfit, who_may_break
from agents.changes.hours import too_late
from agents.changes.ledger import APPROVED, CANCELLED, PENDING, REJECTED, VOID, WAITING, Ledger, Move, expiry
from agents.changes.oncall import ALONE
from agents.changes.outofband import decided_by, keep, not_theirs, who
from agents.changes.outofband import voters as voters_of
from agents.changes.ports import Accounts
from agents.changes.quorum import (
    COUNTED,
    Count,
    asked_for,
    four_eyes,
    may_approve,
    may_break_glass,
    recount,
    who_may_approve,
)
from agents.changes.requests import Click, Decided
from agents.changes.seal import NotSealed, Plan, open_plan
from agents.gate.records import decided
from agents.outcomes import Announcer
from agents.people import Actor
from agents.policy import Decision, Permission, Person, Policy, PolicyStore
from storage.audit.events import AuditEvent
from storage.database import Tx
from storage.errors import StoreUnavailable
from storage.plans import PlanRow
from storage.reviews import ReviewRow

NOTHING = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class _Case:
    """One click on one plan that still waits, under the plan's lock."""

    tx: Tx
    row: PlanRow
    plan: Plan
    click: Click
    person: Person | None
    actors: Mapping[str, Actor]


class Decider:
    def __init__(
        self, *, ledger: Ledger, policy: PolicyStore, accounts: Accounts, announcer: Announcer
    ) -> None:
        self._ledger = ledger
        self._policy = policy
        self._accounts = accounts
        self._announcer = announcer

    async def decide(self, click: Click) -> Decided:
        """Never raises for what people or the store do; starting the run after `quorum` is the caller's."""
        try:
            answer = await self._decide(click)
        except StoreUnavailable:
            return Decided("later", f"The decision could not be recorded, so it does not count. {NOTHING}")
        if answer.plan is not None and answer.kind == "quorum" and click.decision == GLASS:
            await self._announcer.glass_broken(answer.plan.id)
        if answer.plan is not None and answer.kind in {"ended", "expired", "void"}:
            await self._announcer.plan_settled(answer.plan.id)
        elif answer.kind in {"recorded", "quorum"} and answer.plan is not None:
            await self._announcer.plan_changed(answer.plan.id)
        return answer

    async def _decide(self, click: Click) -> Decided:
        """One visit to the database: whoever waits for the same plan or for the audit does not wait for our loop, too."""
        actors = await self._earlier(click)
        return await self._ledger.db.write_whole(partial(self._judged, click=click, actors=actors))

    async def _judged(self, tx: Tx, click: Click, actors: dict[str, Actor]) -> Decided:
        row = await self._ledger.db.plans.get(tx, click.plan_id)
        if row is None or row.workspace != click.place.workspace:
            return Decided("unknown", "There is no such plan.")
        if refusal := await not_theirs(self._ledger, tx, row, click.signed, (click.actor.id, click.decision)):
            return await self._refuse(tx, row, click, refusal)
        if row.state not in WAITING or (row.state == APPROVED and click.decision in COUNTED):
            return await self._late(tx, row, click)
        if self._ledger.clock.now() >= row.expires_at:
            return await self._expired(tx, row)
        try:
            plan = open_plan(row)
        except NotSealed as problem:
            return await self._void(tx, row, str(problem))
        person = self._policy.policy.person_of(click.actor)
        case = _Case(tx, row, plan, click, person, actors)
        if click.decision == GLASS:
            return await self._break(case)
        return await (self._approve(case) if click.decision == "approve" else self._end(case))

    async def _earlier(self, click: Click) -> dict[str, Actor]:
        """Those who clicked before, as Slack knows them now. Read before the lock: it may ask over the network."""
        async with self._ledger.db.read() as tx:
            approvals = await self._ledger.db.approvals.for_plan(tx, click.plan_id)
        actors = {a.account: await self._accounts.actor(a.account) for a in approvals}
        return {**actors, click.actor.id: click.actor}

    # approve

    async def _approve(self, case: _Case) -> Decided:
        tx, row, click = case.tx, case.row, case.click
        if refusal := await self._may_not(case):
            return await self._refuse(tx, row, click, refusal)
        person = case.person
        if person is None:
            return await self._refuse(
                tx, row, click, Decision(False, "unknown-person", "you have no role here")
            )
        decision = may_approve(self._policy.policy, case.plan, click.actor, click.place)
        if not await self._add(case, person, decision, "approve") and not await self._signs_too(case, person):
            return await self._again(tx, row, person)
        approvals = await self._ledger.db.approvals.for_plan(tx, row.id)
        voters = await voters_of(self._ledger.db, tx, row.id, case.actors, {click.actor.id: click.place})
        count = recount(self._policy.policy, case.plan, row.hash, approvals, voters)
        await self._ledger.trail.record(tx, self._recorded(case, person, decision, count))
        if count.reached:
            return await self._quorum(case, count)
        left = count.needed - len(count.valid)
        more = "1 more person" if left == 1 else f"{left} more people"
        return Decided("recorded", f"Recorded. {more} must approve.", row)

    async def _add(self, case: _Case, person: Person, decision: Decision, word: str) -> bool:
        """False: this person decided already; one person counts once, through however many accounts."""
        added = await self._ledger.db.approvals.add(
            case.tx, plan_id=case.row.id, principal=person.id, account=case.click.actor.id, decision=word,
            plan_hash=case.row.hash, roles=list(decision.roles), reason=case.click.reason,
            at=self._ledger.clock.now(),
        )  # fmt: skip
        if added:
            await self._sign(case, person)
        return added

    async def _signs_too(self, case: _Case, person: Person) -> bool:
        """Who clicked before, and whom Slack can say nothing of now, may say with their key that it was them."""
        approvals = await self._ledger.db.approvals.for_plan(case.tx, case.row.id)
        if case.click.signed is None or not decided_by(approvals, person.id, case.row.hash):
            return False
        await self._sign(case, person, alone=False)
        return True

    async def _sign(self, case: _Case, person: Person, *, alone: bool = True) -> None:
        ledger, signed = self._ledger, case.click.signed
        await keep(ledger.db, case.tx, signed, person.id, ledger.clock.now(), alone=alone)

    async def _quorum(self, case: _Case, count: Count) -> Decided:
        names = ", ".join(self._name(principal) for principal in count.valid)
        names += f"; {self._name(count.broken)} broke the glass" if count.broken else ""
        now = self._ledger.clock.now()
        move = Move(
            APPROVED, {PENDING}, f"approved by {names}", who=who(case.click.actor, case.click.signed), columns={"decided_at": now},
            check_hash=True, not_expired_at=now, approvers=count.valid,
        )  # fmt: skip
        if not await self._ledger.move(case.tx, case.row, move):
            return Decided("late", f"This plan was settled meanwhile. {NOTHING}", case.row)
        return Decided("quorum", f"Approved: {case.plan.draft.title}. It starts now.", case.row)

    async def _may_not(self, case: _Case) -> Decision | None:
        policy, plan = self._policy.policy, case.plan
        if closed := await self._closed(case):
            return closed
        others = self._others(policy, plan)
        if case.person is not None and asked_for(plan, case.person) and four_eyes(policy, plan):
            text = "you asked for this change, so another person must approve it"
            return Decision(False, "four-eyes", text, who_may=others)
        decision = may_approve(policy, plan, case.click.actor, case.click.place)
        if not decision.allow:
            return Decision(False, decision.rule_id, decision.reason, who_may=others)
        return None

    async def _closed(self, case: _Case) -> Decision | None:
        if self._policy.problem:
            return Decision(False, "policy-invalid", "the policy file is not valid, changes wait until it is")
        stop = await self._ledger.db.switches.get(case.tx)
        if stop.stopped:
            return Decision(False, "stop-all", f"all changes are stopped by {stop.by}")
        late = too_late(case.plan, self._policy.policy, self._ledger.clock.now())
        return Decision(False, "hours", late) if late else None

    def _others(self, policy: Policy, plan: Plan) -> tuple[str, ...]:
        names = who_may_approve(policy, plan)
        hide = plan.requester.name if four_eyes(policy, plan) else ""
        return tuple(name for name in names if name != hide)

    # break glass

    async def _break(self, case: _Case) -> Decided:
        """One person's word in the place of the others', with a reason, on record and open to review (A14)."""
        policy, plan, click, person = self._policy.policy, case.plan, case.click, case.person
        decision = may_break_glass(policy, plan, click.actor, click.place)
        if not decision.allow or person is None:
            decision = Decision(False, decision.rule_id, decision.reason, who_may=who_may_break(policy, plan))
            return await self._refuse(case.tx, case.row, click, decision)
        if refusal := await self._closed(case) or unfit(policy, click.reason):
            return await self._refuse(case.tx, case.row, click, refusal)
        if not await self._stand_in(case, person, decision):
            return await self._again(case.tx, case.row, person)
        approvals = await self._ledger.db.approvals.for_plan(case.tx, case.row.id)
        voters = await voters_of(
            self._ledger.db, case.tx, case.row.id, case.actors, {click.actor.id: click.place}
        )
        count = recount(policy, plan, case.row.hash, approvals, voters)
        answer = await self._quorum(case, count)
        if answer.kind == "quorum":
            await self._keep(case, person, decision, count)
        return answer

    async def _stand_in(self, case: _Case, person: Person, decision: Decision) -> bool:
        """The word of this person; whoever approved or began a countdown may go on to break the glass. False: they said no."""
        return await self._add(case, person, decision, GLASS) or await self._ledger.db.approvals.raised(
            case.tx, of=("approve", ALONE), plan_id=case.row.id, principal=person.id, account=case.click.actor.id, decision=GLASS,
            reason=case.click.reason, at=self._ledger.clock.now(),
        )  # fmt: skip

    async def _keep(self, case: _Case, person: Person, decision: Decision, count: Count) -> None:
        """The review that others owe, and the record."""
        now = self._ledger.clock.now()
        given = sum(principal != person.id for principal in count.valid)
        over = passed_over(max(0, count.needed - given), frozen_by(self._policy.policy, case.plan, now))
        row = ReviewRow(case.row.id, case.row.workspace, person.id, case.click.reason.strip(), over, now)
        await self._ledger.db.reviews.open(case.tx, row)
        event = self._ledger.event(
            case.row, "break_glass", actor=who(case.click.actor, case.click.signed), approvers=count.valid, result="used",
            decision=decided(decision, self._policy.policy), target=Ledger.target(case.plan),
            correlation=case.plan.correlation,
            detail={"break_glass": True, "principal": person.id, "reason": case.click.reason.strip(),
                    "passed_over": over, "click_id": case.click.click_id},
        )  # fmt: skip
        await self._ledger.trail.record(case.tx, event)

    # reject, cancel

    async def _end(self, case: _Case) -> Decided:
        policy, plan, click, row, person = self._policy.policy, case.plan, case.click, case.row, case.person
        mine = person is not None and asked_for(plan, person) and click.actor.standing == "member"
        decision = may_approve(policy, plan, click.actor, click.place)
        admin = policy.holds(click.actor, click.place, Permission.SYSTEM_WRITE)
        if person is None or not (mine or decision.allow or admin):
            refusal = Decision(False, decision.rule_id, decision.reason, who_may=self._others(policy, plan))
            return await self._refuse(case.tx, row, click, refusal)
        withdrawn = mine or click.decision == "cancel"
        if not withdrawn:
            await self._add(case, person, decision, "reject")
        await self._sign(case, person)
        state, word = (CANCELLED, "cancelled") if withdrawn else (REJECTED, "rejected")
        detail = f"{word} by {person.name}" + (f": {click.reason}" if click.reason else "")
        move = Move(
            state, WAITING, detail, who=who(click.actor, click.signed),
            columns={"decided_at": self._ledger.clock.now()},
            changes={"detail": detail, "ended_by": person.name, "why": click.reason},
        )  # fmt: skip
        if not await self._ledger.move(case.tx, row, move):
            return Decided("late", f"This plan was settled meanwhile. {NOTHING}", row)
        return Decided("ended", f"The plan is {word}. {NOTHING}", row)

    # no

    async def _refuse(self, tx: Tx, row: PlanRow, click: Click, decision: Decision) -> Decided:
        event = self._ledger.event(
            row, "approval.refused", actor=who(click.actor, click.signed),
            decision={"allow": False, "rule": decision.rule_id, "reason": decision.reason},
            detail={"click": click.decision, "click_id": click.click_id},
        )  # fmt: skip
        seq = await self._ledger.trail.record(tx, event)
        may = f" {_any_of(decision.who_may)} may." if decision.who_may else ""
        word = "click" if click.signed is None else "signature"
        text = f"Your {word} does not count: {decision.reason}.{may} {NOTHING}"
        return Decided("refused", text, row, decision.who_may, f"audit:{seq}")

    async def _late(self, tx: Tx, row: PlanRow, click: Click) -> Decided:
        event = self._ledger.event(
            row, "approval.refused", actor=who(click.actor, click.signed),
            decision={"allow": False, "rule": f"state:{row.state.value}", "reason": "too late"},
            detail={"click": click.decision, "click_id": click.click_id},
        )  # fmt: skip
        seq = await self._ledger.trail.record(tx, event)
        when = f" at {row.decided_at:%H:%M:%S} UTC" if row.decided_at else ""
        words = row.state.value.replace("_", " ")
        return Decided("late", f"Too late: this plan is {words}{when}.", row, reference=f"audit:{seq}")

    async def _again(self, tx: Tx, row: PlanRow, person: Person) -> Decided:
        approvals = await self._ledger.db.approvals.for_plan(tx, row.id)
        mine = next(a for a in approvals if a.principal == person.id)
        return Decided("late", f"You decided already ({mine.decision}); one person counts once.", row)

    async def _expired(self, tx: Tx, row: PlanRow) -> Decided:
        await self._ledger.move(tx, row, expiry(row, self._ledger))
        return Decided("expired", f"This plan has expired. {NOTHING} Ask for it again.", row)

    async def _void(self, tx: Tx, row: PlanRow, problem: str) -> Decided:
        move = Move(VOID, WAITING, problem, error=problem, changes={"detail": problem})
        await self._ledger.move(tx, row, move)
        return Decided("void", f"{problem[:1].upper()}{problem[1:]}. {NOTHING}", row)

    def _recorded(self, case: _Case, person: Person, decision: Decision, count: Count) -> AuditEvent:
        click = case.click
        return self._ledger.event(
            case.row, "approval.recorded", actor=who(click.actor, click.signed), approvers=count.valid,
            decision=decided(decision, self._policy.policy),
            target=Ledger.target(case.plan), correlation=case.plan.correlation,
            detail={"principal": person.id, "click": "approve", "click_id": click.click_id, "needed": count.needed,
                    "reason": click.reason, "lost": list(count.lost)},
        )  # fmt: skip

    def _name(self, principal: str) -> str:
        return next((p.name for p in self._policy.policy.people if p.id == principal), principal)


def _any_of(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
