"""A key becomes a person's own when two people have said so in Slack: the person, and an admin who is somebody else.

The command line can only offer one: whoever sits there may say any name. So nobody enrols a key in another's name, an admin
included, and nobody enrols one alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from agents.keys.statement import fingerprint
from agents.people import Actor, Place
from agents.policy import Permission, Policy, PolicyStore
from agents.trail import Trail
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock
from storage.database import Database, Tx
from storage.errors import StoreUnavailable
from storage.keys import KeyRow

ADMIN = Permission.USERS_WRITE
NOTHING = "Nothing was changed."
LATER = f"The keys cannot be read or written now. {NOTHING} Try again when the database is back."


@dataclass(frozen=True, slots=True)
class Enrolled:
    """`kind` `done` changed something; `text` says what, or why not."""

    kind: Literal["done", "refused", "unknown", "later"]
    text: str
    key: str = ""
    who_may: tuple[str, ...] = ()


class Enrolment:
    def __init__(self, *, db: Database, trail: Trail, clock: Clock, policy: PolicyStore) -> None:
        self._db = db
        self._trail = trail
        self._clock = clock
        self._policy = policy

    async def offer(self, actor: Actor, place: Place, public: str) -> Enrolled:
        """From the command line: the public half of a key waits for the two who must confirm it."""
        policy = self._policy.policy
        person = policy.person_of(actor)
        if person is None or not person.listed:
            return Enrolled("refused", f"The policy lists no person {actor.id}. {NOTHING}")
        key = fingerprint(public)
        row = KeyRow(key, place.workspace, person.id, public, actor.os_user, self._clock.now())
        try:
            async with self._db.write() as tx:
                if not await self._db.keys.offer(tx, row):
                    return Enrolled("refused", f"This key was offered before. {NOTHING}", key)
                await self._note(tx, "offered", row, actor, place)
        except StoreUnavailable:
            return Enrolled("later", LATER)
        return Enrolled("done", f"The key {key} waits until it is confirmed.", key)

    async def confirm(self, actor: Actor, place: Place, key: str) -> Enrolled:
        """In Slack, where the signed envelope says who it is."""
        try:
            async with self._db.write() as tx:
                row = await self._db.keys.get(tx, place.workspace, key)
                if row is None or row.state == "revoked":
                    return self._unknown(key)
                return await self._confirm(tx, row, actor, place)
        except StoreUnavailable:
            return Enrolled("later", LATER)

    async def _confirm(self, tx: Tx, row: KeyRow, actor: Actor, place: Place) -> Enrolled:
        policy, now = self._policy.policy, self._clock.now()
        person = policy.person_of(actor)
        if place.kind == "cli" or actor.standing != "member" or person is None:
            return await self._refused(
                tx, row, actor, place, "a key is confirmed in Slack, by its person and an admin"
            )
        if row.principal in person.accounts:
            if not await self._db.keys.own(tx, row, now):
                return Enrolled("refused", f"You confirmed this key before. {NOTHING}", row.id)
            await self._note(tx, "confirmed by its person", row, actor, place)
        elif self._is_admin(policy, actor, place):
            if not await self._db.keys.confirm(tx, row, person.id, now):
                return Enrolled("refused", f"An admin confirmed this key before. {NOTHING}", row.id)
            await self._note(tx, "confirmed by an admin", row, actor, place)
        else:
            return await self._refused(tx, row, actor, place, "it is not your key, and you are no admin")
        return await self._said(tx, row, policy)

    async def _said(self, tx: Tx, row: KeyRow, policy: Policy) -> Enrolled:
        now = await self._db.keys.get(tx, row.workspace, row.id)
        name = self.name(row.principal)
        if now is not None and now.state == "enrolled":
            return Enrolled("done", f"The key {row.id} is enrolled for {name}.", row.id)
        missing = f"{name}" if now is None or now.owned_at is None else "an admin who is somebody else"
        may = () if now is None or now.owned_at is None else self._admins(policy, row.principal)
        return Enrolled("done", f"Confirmed. {missing} must confirm the key {row.id}, too.", row.id, may)

    async def revoke(self, actor: Actor, place: Place, key: str) -> Enrolled:
        """Its person, or an admin. What was signed with it and has not begun does not count any more."""
        policy = self._policy.policy
        person = policy.person_of(actor)
        try:
            async with self._db.write() as tx:
                row = await self._db.keys.get(tx, place.workspace, key)
                if row is None:
                    return self._unknown(key)
                mine = person is not None and row.principal in person.accounts
                if actor.standing != "member" or not (mine or self._is_admin(policy, actor, place)):
                    return await self._refused(
                        tx, row, actor, place, "it is not your key, and you are no admin"
                    )
                if not await self._db.keys.revoke(tx, row, actor.id, self._clock.now()):
                    return Enrolled("refused", f"This key was revoked before. {NOTHING}", key)
                await self._note(tx, "revoked", row, actor, place)
        except StoreUnavailable:
            return Enrolled("later", LATER)
        return Enrolled("done", f"The key {key} of {self.name(row.principal)} is revoked, for good.", key)

    async def list(self, workspace: str = "") -> list[KeyRow]:
        """Raises StoreUnavailable."""
        async with self._db.read() as tx:
            return await self._db.keys.list(tx, workspace)

    def name(self, principal: str) -> str:
        return next((p.name for p in self._policy.policy.people if principal in p.accounts), principal)

    @staticmethod
    def _unknown(key: str) -> Enrolled:
        return Enrolled("unknown", f"No key {key[:60]!r} waits or is enrolled. {NOTHING}")

    @staticmethod
    def _is_admin(policy: Policy, actor: Actor, place: Place) -> bool:
        """Taking a right away may be asked for anywhere; the right to ask is the admin's, wherever the policy gives it."""
        places = (place, *policy.places_named(place.workspace)) if place.kind == "cli" else (place,)
        return any(policy.decide(actor, there, ADMIN).allow for there in places)

    @staticmethod
    def _admins(policy: Policy, principal: str) -> tuple[str, ...]:
        return tuple(
            sorted(
                p.name
                for p in policy.people
                if principal not in p.accounts and ADMIN in policy.permissions_of(p.id)
            )
        )

    async def _refused(self, tx: Tx, row: KeyRow, actor: Actor, place: Place, why: str) -> Enrolled:
        await self._note(tx, "refused", row, actor, place, error=why)
        return Enrolled(
            "refused",
            f"Not allowed: {why}. {NOTHING}",
            row.id,
            self._admins(self._policy.policy, row.principal),
        )

    async def _note(
        self, tx: Tx, result: str, row: KeyRow, actor: Actor, place: Place, *, error: str = ""
    ) -> None:
        who: dict[str, Any] = {"team_id": actor.team, "user_id": actor.user, "standing": actor.standing}
        if place.kind == "cli":
            who |= {"os_user": actor.os_user, "channel": "cli"}
        event = AuditEvent(
            type=EventType.CONFIG_CHANGED, workspace=place.workspace, actor=who, channel=place.channel,
            thread=place.thread, result=result, error=error or None,
            detail={"what": "key", "id": row.id, "person": row.principal},
        )  # fmt: skip
        await self._trail.record(tx, event)
