"""Declaring, closing, and raising the hourly budget of changes: people's words, each judged by their rights in the channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from agents.people import Actor, Place
from agents.policy import Decision, Permission, PolicyStore
from agents.trail import Trail
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock
from storage.database import Database, Tx
from storage.errors import StoreUnavailable
from storage.ids import new_id
from storage.incidents import IncidentRow

NOTHING = "Nothing was changed."
APPROVES = (Permission.APPROVE_HIGH, Permission.APPROVE_CRITICAL)


@dataclass(frozen=True, slots=True)
class Told:
    """`done` changed something. `text` is for everyone in the channel then, else for the person alone."""

    kind: Literal["done", "refused", "none", "later"]
    text: str
    incident: IncidentRow | None = None
    who_may: tuple[str, ...] = ()


class Declared:
    def __init__(self, *, db: Database, trail: Trail, clock: Clock, policy: PolicyStore) -> None:
        self._db = db
        self._trail = trail
        self._clock = clock
        self._policy = policy

    async def declare(self, actor: Actor, place: Place, title: str) -> Told:
        return await self._safely(self._declare(actor, place, title.strip()[:200]))

    async def close(self, actor: Actor, place: Place, note: str) -> Told:
        return await self._safely(self._close(actor, place, note.strip()[:500]))

    async def raise_budget(self, actor: Actor, place: Place) -> Told:
        return await self._safely(self._raise(actor, place))

    async def open_in(self, workspace: str, channel: str) -> IncidentRow | None:
        """Raises StoreUnavailable."""
        async with self._db.read() as tx:
            return await self._db.incidents.open_in(tx, workspace, channel)

    @staticmethod
    async def _safely(doing: Any) -> Told:
        try:
            told: Told = await doing
        except StoreUnavailable:
            return Told("later", f"It could not be recorded. {NOTHING} Try again in a moment.")
        return told

    async def _declare(self, actor: Actor, place: Place, title: str) -> Told:
        if refused := await self._refused(actor, place, "declare", Permission.REMEDIATION_EXECUTE):
            return refused
        now = self._clock.now()
        row = IncidentRow(new_id("inc_"), place.workspace, place.channel, title, actor.id, now)
        async with self._db.write() as tx:
            if not await self._db.incidents.declare(tx, row):
                known = await self._db.incidents.open_in(tx, place.workspace, place.channel)
                name = known.title if known else "another one"
                return Told("none", f"An incident is open in this channel already: {name}. {NOTHING}", known)
            await self._note(tx, actor, place, "declared", row)
        return Told("done", f"Incident declared by {self._name(actor)}: {title}.{self._allows()}", row)

    def _allows(self) -> str:
        part = self._policy.policy.file.incident
        if not part.actions:
            return ""
        what = ", ".join(part.actions)
        seconds = int(part.countdown.total_seconds())
        return (
            f" Whoever is on duty may do alone, after {seconds} s in which an approver can stop it: {what}."
        )

    async def _close(self, actor: Actor, place: Place, note: str) -> Told:
        if refused := await self._refused(actor, place, "close", Permission.REMEDIATION_EXECUTE):
            return refused
        async with self._db.write() as tx:
            row = await self._db.incidents.open_in(tx, place.workspace, place.channel)
            if row is None:
                return Told("none", f"No incident is open in this channel. {NOTHING}")
            await self._db.incidents.close(tx, row.id, by=actor.id, note=note, at=self._clock.now())
            await self._note(tx, actor, place, "closed", row, words=note)
        return Told(
            "done",
            f"Incident closed by {self._name(actor)}: {row.title}. The usual approvals and budget hold again.",
            row,
        )

    async def _raise(self, actor: Actor, place: Place) -> Told:
        """One approver is enough: it gives room, and each change still waits for its approvals."""
        part = self._policy.policy.file.incident
        if refused := await self._refused(actor, place, "raise the budget", *APPROVES):
            return refused
        async with self._db.write() as tx:
            row = await self._db.incidents.open_in(tx, place.workspace, place.channel)
            if row is None:
                return Told("none", f"No incident is open in this channel. {NOTHING}")
            if not await self._db.incidents.raise_budget(tx, row.id, actor.id, self._clock.now()):
                return Told("none", f"The budget of this incident is raised already. {NOTHING}", row)
            await self._note(tx, actor, place, "budget raised", row)
        times = part.budget_factor
        return Told(
            "done",
            f"{self._name(actor)} raised the hourly budget of changes to {times} times until the incident is closed.",
            row,
        )

    async def _refused(self, actor: Actor, place: Place, what: str, *any_of: Permission) -> Told | None:
        policy = self._policy.policy
        found = [policy.decide(actor, place, permission) for permission in any_of]
        decision = next((d for d in found if d.allow), found[0])
        if place.kind != "channel":
            decision = Decision(False, "incident-channel", "an incident belongs to a channel; say it there")
        if decision.allow:
            return None
        async with self._db.write() as tx:
            await self._note(tx, actor, place, f"{what} refused", None, words=decision.reason)
        return Told("refused", f"Not allowed: {decision.reason}. {NOTHING}", who_may=decision.who_may)

    def _name(self, actor: Actor) -> str:
        person = self._policy.policy.person_of(actor)
        return person.name if person is not None else actor.id

    async def _note(
        self, tx: Tx, actor: Actor, place: Place, result: str, row: IncidentRow | None, *, words: str = ""
    ) -> None:
        who = {"team_id": actor.team, "user_id": actor.user, "standing": actor.standing}
        detail = {
            "what": "incident",
            "id": row.id if row else "",
            "title": row.title if row else "",
            "words": words,
        }
        event = AuditEvent(
            type=EventType.CONFIG_CHANGED, workspace=place.workspace, actor=who, channel=place.channel,
            thread=place.thread, result=result, detail=detail,
        )  # fmt: skip
        await self._trail.record(tx, event)
