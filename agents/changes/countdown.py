"""The countdown of a pre-authorised change: begun by a click, shown, looked after, stopped or ended. Each step is one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from agents.changes.ledger import APPROVED, PENDING, Ledger, Move
from agents.changes.oncall import ALONE, lasts, unfit
from agents.changes.outofband import voters
from agents.changes.ports import Accounts, Starter
from agents.changes.quorum import asked_for, four_eyes, may_approve, needed, recount, who_may_approve
from agents.changes.requests import Click, Decided
from agents.changes.seal import NotSealed, Plan, open_plan
from agents.duty.duty import OnDuty
from agents.outcomes import Announcer
from agents.people import Actor, Place
from agents.policy import Person, PolicyStore
from storage.database import Tx
from storage.incidents import CountdownRow
from storage.plans import PlanRow
from storage.reviews import ReviewRow

UNSEEN = timedelta(seconds=15)  # a countdown that nobody looked after for so long begins anew
NOTHING = "Nothing was changed."


class WhoIsOnDuty(Protocol):
    async def on_duty(self, channel: str, now: datetime) -> OnDuty: ...


class Nobody:
    """Where the policy is not asked who is on duty."""

    async def on_duty(self, channel: str, now: datetime) -> OnDuty:  # noqa: ARG002 - the port's form
        return OnDuty()


@dataclass(frozen=True, slots=True)
class _Case:
    row: PlanRow
    plan: Plan
    person: Person


class Countdowns:
    def __init__(
        self, *, ledger: Ledger, policy: PolicyStore, accounts: Accounts, announcer: Announcer, starter: Starter, duty: WhoIsOnDuty
    ) -> None:  # fmt: skip
        self._ledger = ledger
        self._policy = policy
        self._accounts = accounts
        self._announcer = announcer
        self._starter = starter
        self._duty = duty

    # begin

    async def begin(self, click: Click) -> Decided | None:
        """For an approval of one's own plan while on duty in an incident. None: it is none of these, judge it as any other.

        Raises StoreUnavailable.
        """
        if (
            click.decision != "approve"
            or click.signed is not None
            or not self._policy.policy.file.incident.actions
        ):
            return None
        row = await self._ledger.get(click.plan_id)
        if (
            row is None
            or row.workspace != click.place.workspace
            or not await self._is_on_duty(click.actor, row)
        ):
            return None
        async with self._ledger.db.write() as tx:
            decided = await self._begin(tx, click)
        if decided is not None:
            await self._announcer.plan_changed(click.plan_id)
        return decided

    async def _begin(self, tx: Tx, click: Click) -> Decided | None:
        db, now = self._ledger.db, self._ledger.clock.now()
        case = await self._case(tx, click.plan_id, click.actor)
        if case is None or click.place.shared_externally or not asked_for(case.plan, case.person):
            return None
        policy, row = self._policy.policy, case.row
        incident = await db.incidents.open_in(tx, row.workspace, row.channel)
        if (
            incident is None
            or not lasts(policy, incident, now)
            or not four_eyes(policy, case.plan)
            or unfit(policy, case.plan, click.actor)
        ):
            return None
        if not await db.approvals.add(
            tx, plan_id=row.id, principal=case.person.id, account=click.actor.id, decision=ALONE, plan_hash=row.hash,
            roles=[], reason=f"incident {incident.title}", at=now,
        ):  # fmt: skip
            return None
        await db.countdowns.begin(
            tx, CountdownRow(row.id, row.workspace, incident.id, case.person.id, click.actor.id, now)
        )
        await self._note(tx, row, "countdown begun", click.actor, {"incident": incident.id})
        seconds = int(policy.file.incident.countdown.total_seconds())
        text = f"You are on duty: it begins {seconds} s after it was shown here, unless an approver stops it."
        return Decided("recorded", text, row)

    async def _case(self, tx: Tx, plan_id: str, actor: Actor) -> _Case | None:
        """A plan that waits, and the person; nothing that is stopped, expired or altered."""
        row = await self._ledger.db.plans.get(tx, plan_id)
        person = self._policy.policy.person_of(actor)
        waits = row is not None and row.state == PENDING and self._ledger.clock.now() < row.expires_at
        if row is None or not waits or person is None or actor.standing != "member" or await self._held(tx):
            return None
        try:
            return _Case(row, open_plan(row), person)
        except NotSealed:
            return None

    async def _held(self, tx: Tx) -> bool:
        return bool(self._policy.problem) or (await self._ledger.db.switches.get(tx)).stopped

    async def _is_on_duty(self, actor: Actor, row: PlanRow) -> bool:
        person = self._policy.policy.person_of(actor)
        found = await self._duty.on_duty(row.channel, self._ledger.clock.now())
        return person is not None and any(one.id == person.id for one in found.people)

    # stop

    async def stop(self, plan_id: str, actor: Actor, place: Place) -> Decided:
        """Whoever may approve the plan, or asked for it. The plan waits on for its approvals. Raises StoreUnavailable."""
        async with self._ledger.db.write() as tx:
            decided = await self._stop(tx, plan_id, actor, place)
        if decided.kind == "recorded":
            await self._announcer.plan_changed(plan_id)
        return decided

    async def _stop(self, tx: Tx, plan_id: str, actor: Actor, place: Place) -> Decided:
        row = await self._ledger.db.plans.get(tx, plan_id)
        if row is None or row.workspace != place.workspace:
            return Decided("unknown", "There is no such plan.")
        policy, person = self._policy.policy, self._policy.policy.person_of(actor)
        try:
            plan = open_plan(row)
        except NotSealed as problem:
            return Decided("void", f"{problem}. {NOTHING}", row)
        may = may_approve(policy, plan, actor, place)
        mine = person is not None and asked_for(plan, person) and actor.standing == "member"
        if not (may.allow or mine):
            await self._note(tx, row, "countdown stop refused", actor, {"reason": may.reason})
            return Decided(
                "refused", f"You cannot stop it: {may.reason}.", row, who_may_approve(policy, plan)
            )
        name = person.name if person is not None else actor.id
        if not await self._ledger.db.countdowns.stop(tx, plan_id, name, self._ledger.clock.now()):
            return Decided("late", "No countdown runs for this plan any more.", row)
        await self._note(tx, row, "countdown stopped", actor, {"by": name})
        return Decided("recorded", "The countdown is stopped. The plan waits for the usual approvals.", row)

    # look after it

    async def shown(self, plan_id: str) -> None:
        """Its message is in the channel: from now on it counts. Raises StoreUnavailable."""
        async with self._ledger.db.write() as tx:
            found = await self._ledger.db.countdowns.get(tx, plan_id)
            if found is not None and found.ends_at is None:
                await self._anew(tx, plan_id)
        await self._announcer.plan_changed(plan_id)

    async def _anew(self, tx: Tx, plan_id: str) -> None:
        now = self._ledger.clock.now()
        await self._ledger.db.countdowns.seen(
            tx, plan_id, now, now + self._policy.policy.file.incident.countdown
        )

    async def look(self, plan_id: str) -> None:
        """About once a second. The one that ends it has the plan begin. Raises StoreUnavailable."""
        db = self._ledger.db
        async with db.read() as tx:
            row, countdown = await db.plans.get(tx, plan_id), await db.countdowns.get(tx, plan_id)
            approvals = await db.approvals.for_plan(tx, plan_id)
        if row is None or countdown is None or countdown.ends_at is None:
            return
        due = self._ledger.clock.now() >= countdown.ends_at
        actors = {a.account: await self._accounts.actor(a.account) for a in approvals} if due else {}
        actor = actors.get(countdown.account)
        on_duty = actor is not None and await self._is_on_duty(actor, row)
        async with db.write() as tx:
            changed = await self._look(tx, plan_id, actors, on_duty=on_duty)
        if changed == "approved":
            await self._announcer.glass_broken(plan_id)
            await self._starter.start_change(plan_id)
        if changed:
            await self._announcer.plan_changed(plan_id)

    async def _look(self, tx: Tx, plan_id: str, actors: dict[str, Actor], *, on_duty: bool) -> str:
        db, now = self._ledger.db, self._ledger.clock.now()
        row, found = await db.plans.get(tx, plan_id), await db.countdowns.get(tx, plan_id)
        if row is None or found is None or found.ends_at is None or found.stopped_at or found.ended_at:
            return ""
        if row.state != PENDING:
            await db.countdowns.stop(tx, plan_id, "the plan's end", now)
            return ""
        if await self._held(tx) or found.seen_at is None or now - found.seen_at > UNSEEN:
            await self._anew(tx, plan_id)
            return "anew"
        await db.countdowns.seen(tx, plan_id, now)
        actor = actors.get(found.account)
        if now < found.ends_at or actor is None:
            return ""
        case = await self._case(tx, plan_id, actor)
        if case and on_duty:
            return await self._end(tx, case, found, actors)
        return await self._gone(tx, row, found, "not on duty any more, or the plan does not wait any more")

    async def _gone(self, tx: Tx, row: PlanRow, found: CountdownRow, why: str) -> str:
        await self._ledger.db.countdowns.stop(tx, row.id, why, self._ledger.clock.now())
        team, _, user = found.account.partition(":")
        await self._note(tx, row, "countdown stopped", Actor(team, user), {"by": why})
        return "stopped"

    async def _end(self, tx: Tx, case: _Case, found: CountdownRow, actors: dict[str, Actor]) -> str:
        """Approved by the one person, once, whoever looks at the same time; the review is owed from here on."""
        db, row, now = self._ledger.db, case.row, self._ledger.clock.now()
        approvals = await db.approvals.for_plan(tx, row.id)
        incident = await db.incidents.get(tx, found.incident)
        lasting = "" if incident is not None and incident.closed_at is None else "the incident is closed"
        voting = replace(await voters(db, tx, row.id, actors), countdown=lasting)
        count = recount(self._policy.policy, case.plan, row.hash, approvals, voting)
        if count.alone != case.person.id or not count.reached:
            return await self._gone(tx, row, found, "; ".join(count.lost) or "somebody said no")
        missing = max(0, needed(self._policy.policy, case.plan) - len(count.valid) + 1)
        over = f"pre-authorised in an incident: {missing} approvals were missing"
        actor = actors[found.account]
        move = Move(
            APPROVED, {PENDING}, f"approved by {case.person.name} alone, on duty in an incident",
            who={"team_id": actor.team, "user_id": actor.user, "standing": actor.standing, "pre_authorised": True},
            columns={"decided_at": now}, check_hash=True, not_expired_at=now, approvers=count.valid,
        )  # fmt: skip
        if not (await self._ledger.move(tx, row, move) and await db.countdowns.end(tx, row.id, now)):
            return ""
        reason = next(a.reason for a in approvals if a.principal == case.person.id)
        await db.reviews.open(tx, ReviewRow(row.id, row.workspace, case.person.id, reason, over, now))
        await self._note(tx, row, "countdown ended", actor, {"incident": found.incident, "passed_over": over})
        return "approved"

    async def _note(self, tx: Tx, row: PlanRow, result: str, actor: Actor, detail: dict[str, object]) -> None:
        who = {"team_id": actor.team, "user_id": actor.user, "standing": actor.standing}
        kind = "approval.refused" if "refused" in result else "approval.recorded"
        event = self._ledger.event(
            row, kind, actor=who, result=result, detail={"pre_authorised": True, **detail}
        )
        await self._ledger.trail.record(tx, event)


def said_of(found: CountdownRow) -> dict[str, str]:
    """For the card: how the countdown stands. Times are ISO text."""
    state = (
        "stopped"
        if found.stopped_at
        else "ended"
        if found.ended_at
        else "runs"
        if found.ends_at
        else "begins"
    )
    ends = found.ends_at.isoformat() if found.ends_at else ""
    return {"countdown": state, "ends_at": ends, "stopped_by": found.stopped_by, "account": found.account}
