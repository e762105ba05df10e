"""The change engine's door: propose, decide, execute, undo, stop. Free of Slack, models and workflow engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from agents.advice import Adviser, NoAdviser
from agents.changes.access.giving import Giving, grant_action
from agents.changes.access.keeper import Access
from agents.changes.access.rules import GRANT, REVOKE
from agents.changes.access.taking import Taking, revoke_action
from agents.changes.checks import Checks
from agents.changes.countdown import Countdowns, Nobody, WhoIsOnDuty, said_of
from agents.changes.decide import Decider
from agents.changes.execute import Executor
from agents.changes.finish import Finish
from agents.changes.judge import Judge
from agents.changes.ledger import PENDING, Ledger
from agents.changes.outofband import Runner
from agents.changes.points import Point, pass_by
from agents.changes.ports import Accounts, Alarm, Alone, QuietAlarm, Standing, Starter
from agents.changes.quorum import asked_for, four_eyes, may_approve, may_break_glass
from agents.changes.record import Record
from agents.changes.rehearse import Rehearsed, Rehearsing
from agents.changes.requests import Click, Decided, PlanView, Proposed, Stopped
from agents.changes.reviews import Reviews
from agents.changes.run import Hands
from agents.changes.runbooks.compose import runbook_action
from agents.changes.runbooks.folder import Runbooks
from agents.changes.runbooks.sealed import RUNBOOK
from agents.changes.runbooks.steps import Steps
from agents.changes.seal import NotSealed, open_plan
from agents.changes.stopping import StopSwitch
from agents.changes.ticking import Ticker
from agents.changes.undo_stands import UndoStands
from agents.changes.view import view_of
from agents.gate.turn import Turn
from agents.outcomes import Announcer, Refusal
from agents.people import Actor, Place
from agents.policy import PolicyStore
from agents.trail import Trail
from storage.clock import Clock
from storage.database import Database
from storage.errors import StoreUnavailable
from storage.plans import PlanRow, PlanState
from tools.clients import Clients
from tools.plan import Action

# A later plan in one of these has changed the target, or may have: what was saved before it is no longer the way back.
TOUCHED = frozenset(
    map(PlanState, ("executing", "verifying", "succeeded", "failed", "unknown", "rollback_failed"))
)


class Changes:
    """`worker` names this process in claims; `starter` runs `execute` durably; `point` is for crash tests.

    `standing` says whether it may act; without one, it is the only process.
    """

    def __init__(
        self,
        *,
        db: Database,
        trail: Trail,
        clock: Clock,
        policy: PolicyStore,
        clients: Clients,
        actions: tuple[Action[Any], ...],
        accounts: Accounts,
        announcer: Announcer,
        starter: Starter,
        worker: str,
        alarm: Alarm | None = None,
        point: Point = pass_by,
        standing: Standing | None = None,
        runbooks: Path | None = None,
        adviser: Adviser | None = None,
        duty: WhoIsOnDuty | None = None,
    ) -> None:
        here: Standing = standing or Alone(worker)
        by_name = {action.name: action for action in actions}
        self.runbooks = Runbooks(runbooks, dict(by_name))
        if runbooks is not None:
            by_name[RUNBOOK] = runbook_action(self.runbooks, self.runbooks.actions)
        alarm = alarm or QuietAlarm()
        self.actions: Mapping[str, Action[Any]] = by_name
        self._ledger = ledger = Ledger(db, trail, clock)
        access = Access(ledger=ledger, policy=policy, accounts=accounts, announcer=announcer)
        by_name[GRANT] = grant_action(Giving(ledger, policy, access))
        by_name[REVOKE] = revoke_action(Taking(ledger, policy, access))
        self._policy = policy
        self._starter = starter
        self._running: set[str] = set()
        self._proposer = Rehearsing(
            actions=by_name, policy=policy, clients=clients, ledger=ledger, announcer=announcer,
            adviser=adviser or NoAdviser(),
        )  # fmt: skip
        self.access = access
        self._decider = Decider(ledger=ledger, policy=policy, accounts=accounts, announcer=announcer)
        self.countdowns = Countdowns(
            ledger=ledger,
            policy=policy,
            accounts=accounts,
            announcer=announcer,
            starter=starter,
            duty=duty or Nobody(),
        )
        self.runner = Runner(ledger=ledger, policy=policy, accounts=accounts)
        self._switch = StopSwitch(ledger=ledger, policy=policy, accounts=accounts)
        self._ticker = Ticker(
            ledger=ledger,
            starter=starter,
            announcer=announcer,
            alarm=alarm,
            running=self._running.__contains__,
            standing=here,
        )
        self._stands = UndoStands(actions=by_name, clients=clients, ledger=ledger, announcer=announcer)
        self.record = Record(ledger, policy)
        self.reviews = Reviews(ledger, policy)
        checks = Checks(ledger=ledger, policy=policy, accounts=accounts, access=access)
        finish = Finish(ledger=ledger, announcer=announcer, alarm=alarm, point=point)
        hands = Hands(clients, ledger, here)
        self._executor = Executor(
            actions=by_name,
            hands=hands,
            ledger=ledger,
            checks=checks,
            finish=finish,
            judge=Judge(hands=hands, finish=finish, point=point),
            steps=Steps(
                actions=by_name,
                runbooks=self.runbooks,
                hands=hands,
                checks=checks,
                finish=finish,
                point=point,
            ),
            standing=here,
            point=point,
        )

    async def propose(self, turn: Turn, action: str, raw_args: Mapping[str, Any], reason: str) -> Proposed:
        """A sealed plan that waits for people, or why there is none. Reads and dry-runs only; never raises."""
        await self._held_now()
        return await self._proposer.propose(turn, action, raw_args, reason)

    async def rehearse(self, turn: Turn, action: str, raw_args: Mapping[str, Any]) -> Rehearsed:
        """What `propose` would seal, planned and dry-run by the same code. Nothing is stored."""
        return await self._proposer.rehearse(turn, action, raw_args)

    async def barred(self, turn: Turn, action: str, raw_args: Mapping[str, Any]) -> Refusal | None:
        """Who may not propose this here hears so at once, with who may; on record. None: ask on."""
        return await self._proposer.barred(turn, action, raw_args)

    async def undo(self, turn: Turn, plan_id: str) -> Proposed:
        """A new plan that restores what `plan_id` saved before its write."""
        made = await self._proposer.undo(turn, plan_id)
        if not isinstance(made, PlanRow):
            await self._stands.look(plan_id)
        return made

    async def decide(self, click: Click) -> Decided:
        """One click. When it completes the quorum the run is started before this returns."""
        if (begun := await self._counting(click)) is not None:
            return begun
        await self._held_now()
        decided = await self._decider.decide(click)
        if decided.kind == "quorum":
            await self._starter.start_change(click.plan_id)
        return decided

    async def _counting(self, click: Click) -> Decided | None:
        """Whether it begins a countdown. A store that is away says so itself, in a moment."""
        with suppress(StoreUnavailable):
            await self.access.refresh()
            return await self.countdowns.begin(click)
        return None

    async def _held_now(self) -> None:
        """Access that another process gave or took a moment ago counts. A store that is away says so itself, later."""
        with suppress(StoreUnavailable):
            await self.access.refresh()

    async def may_break(self, plan_id: str, actor: Actor, place: Place) -> bool:
        """Whether a form for the reason makes sense; the click that sends it is judged anew. Raises StoreUnavailable."""
        row = await self._ledger.get(plan_id)
        if row is None or row.workspace != place.workspace:
            return False
        try:
            return may_break_glass(self._policy.policy, open_plan(row), actor, place).allow
        except NotSealed:
            return False

    async def execute(self, plan_id: str) -> None:
        """Called by the engine only. A second entry while one is under way in this process does nothing."""
        if plan_id in self._running:
            return
        self._running.add(plan_id)
        try:
            await self.access.refresh()
            await self._executor.execute(plan_id)
        finally:
            self._running.discard(plan_id)

    async def view(self, plan_id: str) -> PlanView | None:
        """What the card shows. None: no such plan. Raises StoreUnavailable."""
        db = self._ledger.db
        async with db.read() as tx:
            row = await db.plans.get(tx, plan_id)
            if row is None:
                return None
            approvals = await db.approvals.for_plan(tx, plan_id)
            others = await db.plans.for_target(tx, row.target_key, TOUCHED)
            countdown = await db.countdowns.get(tx, plan_id)
        view = view_of(row, approvals, self._policy.policy, self._ledger.clock.now())
        view = replace(view, extra=said_of(countdown)) if countdown is not None else view
        passed = any(other.created_at > row.created_at for other in others)
        return replace(view, can_undo=False) if passed else view

    async def waiting_for(self, actor: Actor, place: Place) -> Sequence[PlanRow]:
        """Plans that this person may approve now and has not decided, oldest first; for Home."""
        db, policy = self._ledger.db, self._policy.policy
        person = policy.person_of(actor)
        if person is None:
            return ()
        mine: list[PlanRow] = []
        async with db.read() as tx:
            for row in await db.plans.pending_for(tx, place.workspace):
                if row.state != PENDING or self._ledger.clock.now() >= row.expires_at:
                    continue
                try:
                    plan = open_plan(row)
                except NotSealed:
                    continue
                if asked_for(plan, person) and four_eyes(policy, plan):
                    continue
                decided = {a.principal for a in await db.approvals.for_plan(tx, row.id)}
                if person.id not in decided and may_approve(policy, plan, actor, place).allow:
                    mine.append(row)
        return sorted(mine, key=lambda row: row.created_at)

    async def tick(self) -> None:
        """Expire, start approved plans that nobody claimed, take up half-done ones. Raises StoreUnavailable."""
        await self.access.sweep()
        await self._ticker.tick()
        await self._stands.look_at_all()

    async def take_up(self) -> None:
        """Go on with what a process that is gone was doing. Raises StoreUnavailable."""
        await self._ticker.take_up()

    async def next_expiry_s(self) -> float | None:
        """How long until a waiting plan expires; the engine's timer sleeps that long."""
        return await self._ticker.next_expiry_s()

    async def stop_all(self, actor: Actor, place: Place, reason: str) -> Stopped:
        return await self._switch.stop(actor, place, reason)

    async def resume(self, actor: Actor, place: Place) -> Stopped:
        return await self._switch.resume(actor, place)
