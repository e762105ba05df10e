"""What is held now: read from the store into the policy in force, and what must follow when something has ended."""

from __future__ import annotations

from collections.abc import Sequence

from agents.changes.ledger import APPROVED, PENDING, VOID, WAITING, Ledger, Move
from agents.changes.ports import Accounts
from agents.changes.runbooks.sealed import parts
from agents.changes.seal import NotSealed, Plan, open_plan
from agents.outcomes import Announcer
from agents.people import Place
from agents.policy import Permission, PolicyStore
from agents.policy.overlay import Granted, stands
from storage.audit.events import AuditEvent, EventType
from storage.grants import GrantRow
from storage.plans import PlanRow
from storage.tx import Tx

ENDED = "whoever asked may no longer ask for this: what they held for a while has ended"
CHANGED = "the policy no longer offers it in the words that were approved"
BY_POLICY = "policy"  # who ended it


class Access:
    def __init__(
        self, *, ledger: Ledger, policy: PolicyStore, accounts: Accounts, announcer: Announcer
    ) -> None:
        self._ledger = ledger
        self._policy = policy
        self._accounts = accounts
        self._announcer = announcer
        self._words: dict[str, str] = {}  # of what is held, by plan: they are sealed, so they are read once

    async def live(self) -> Sequence[GrantRow]:
        """Raises StoreUnavailable."""
        db, now = self._ledger.db, self._ledger.clock.now()
        return await db.read_whole(lambda tx: db.grants.live(tx, now))

    async def refresh(self) -> None:
        """Another process may have given or taken something. Raises StoreUnavailable."""
        self._policy.hold([granted for _, granted in await self._granted()])

    async def _granted(self) -> list[tuple[GrantRow, Granted]]:
        db, rows = self._ledger.db, await self.live()
        if unknown := [row.plan_id for row in rows if row.plan_id not in self._words]:
            async with db.read() as tx:
                self._words |= {plan: _sealed(await db.plans.get(tx, plan)) for plan in unknown}
        self._words = {row.plan_id: self._words[row.plan_id] for row in rows}
        return [
            (row, Granted(row.plan_id, row.person, row.offer, self._words[row.plan_id], row.until))
            for row in rows
        ]

    async def outlived(self, plan: Plan) -> bool:
        """Whether this plan was asked for by somebody who could only do so while they held something."""
        db, now, person = self._ledger.db, self._ledger.clock.now(), plan.requester.person
        over = await db.read_whole(lambda tx: db.grants.over(tx, person, now))
        if not over and all(row.person != person for row, _ in await self._fallen()):
            return False
        actor, place = await self._accounts.actor(plan.requester.account), plan.place
        where = Place(place.workspace, place.channel, place.thread, place.kind)
        policy = self._policy.policy
        return not all(
            policy.decide(
                actor, where, Permission.REMEDIATION_EXECUTE, part.target, part.action, risk=plan.risk
            ).allow
            for part in parts(plan.draft)
        )

    async def sweep(self) -> None:
        """Plans that wait and that nobody could ask for any more do not wait. Raises StoreUnavailable."""
        await self.refresh()
        if fallen := await self._fallen():
            for grant, _ in fallen:
                await self._end(grant)
            await self.refresh()
        for row in await self._waiting():
            try:
                plan = open_plan(row)
            except NotSealed:
                continue  # void with the next click
            if await self.outlived(plan):
                await self._void(row)

    async def _fallen(self) -> list[tuple[GrantRow, Granted]]:
        """What the file offered when it was given and does not offer so today. A file that cannot be read is not in force."""
        compiled = self._policy.policy.compiled
        return [(row, granted) for row, granted in await self._granted() if not stands(compiled, granted)]

    async def _end(self, grant: GrantRow) -> None:
        """For good: an offer that comes back later is one that nobody has approved for this person."""
        db, now = self._ledger.db, self._ledger.clock.now()

        async def end(tx: Tx) -> None:
            if await db.grants.end(tx, [grant.plan_id], by=BY_POLICY, at=now):
                await self._ledger.trail.record(tx, _ended(grant, now.isoformat()))

        await db.write_whole(end)

    async def _waiting(self) -> list[PlanRow]:
        db = self._ledger.db
        async with db.read() as tx:
            return [
                row
                for state in (PENDING, APPROVED)
                for row in await db.plans.list(tx, state=state, limit=1000)
            ]

    async def _void(self, row: PlanRow) -> None:
        now = self._ledger.clock.now()
        move = Move(VOID, WAITING, ENDED, error=ENDED, columns={"decided_at": now}, changes={"detail": ENDED})
        if await self._ledger.move_alone(row, move):
            await self._announcer.plan_settled(row.id)


def _sealed(row: PlanRow | None) -> str:
    """The reach that people approved; no words, which no offer has, where no sealed plan says it."""
    try:
        return open_plan(row).draft.shown["offer"] if row is not None else ""
    except NotSealed:
        return ""


def _ended(grant: GrantRow, at: str) -> AuditEvent:
    detail = {"what": "access", "person": grant.person, "offer": grant.offer, "at": at, "why": CHANGED}
    return AuditEvent(
        type=EventType.CONFIG_CHANGED,
        workspace=grant.workspace,
        result="ended",
        plan_id=grant.plan_id,
        detail=detail,
    )
