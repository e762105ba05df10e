"""Channels that belong to one incident: which they are, who may steer what is said in them, and that each word of theirs is noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from agents.incidents.declared import Told
from agents.people import Actor, Place
from agents.policy import Decision, Permission, PolicyStore
from agents.policy.globs import matches
from agents.trail import Trail
from agents.triage.history import PAUSED as PAUSED_NOTE
from agents.triage.history import REOPENED, RESUMED, WATCHED
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock
from storage.database import Database, Tx
from storage.errors import StoreUnavailable
from storage.ids import new_id
from storage.rooms import COMPLETED, COMPLETING, NEW, OPEN, PAUSED, SHUT, RoomRow
from storage.triagenotes import NoteRow
from tools.spec import Scope

NOTHING: Final = "Nothing was changed."
ASKED: Final = "asked"
LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class _Move:
    before: tuple[str, ...]
    after: str
    note: str
    said: str


MOVES: Mapping[str, _Move] = {
    "pause": _Move((OPEN,), PAUSED, PAUSED_NOTE, "I say nothing unasked here until somebody says `resume`. The card goes on."),
    "resume": _Move((PAUSED,), OPEN, RESUMED, "I speak again when there is something new."),
    "complete": _Move((OPEN, PAUSED), COMPLETING, "", "The hand-over and the draft of the review follow."),
    "reopen": _Move((COMPLETED,), OPEN, REOPENED, "The same incident goes on."),
}  # fmt: skip
STATES: Mapping[str, str] = {
    NEW: "being opened", OPEN: "open", PAUSED: "paused", COMPLETING: "being completed", COMPLETED: "completed",
}  # fmt: skip


def room_id(workspace: str, channel: str) -> str:
    return f"{workspace}:{channel}"


@dataclass
class RoomDesk:
    db: Database
    trail: Trail
    clock: Clock
    policy: PolicyStore

    @property
    def home(self) -> str:
        """For whose incidents they are; empty where the policy has none, and then there are no such channels."""
        return self.policy.policy.file.rooms.home

    def pattern(self, name: str) -> str:
        """The one of the policy that the name of a channel fits."""
        if not self.home:
            return ""
        return next((one for one in self.policy.policy.file.rooms.patterns if matches(one, name)), "")

    def may(
        self, actor: Actor, place: Place, permission: Permission, scopes: Sequence[Scope] = ()
    ) -> Decision:
        """By the rights in the channel itself, or in the one for whose incidents it is."""
        refused: Decision | None = None
        for where in (place, replace(place, channel=self.home)):
            judged = [
                self.policy.policy.decide(actor, where, permission, scope) for scope in scopes or (Scope(),)
            ]
            no = next((one for one in judged if not one.allow), None)
            if no is None:
                return judged[0]
            refused = refused or no
        return refused or Decision(False, "default-deny", "nobody may")

    async def named(self, workspace: str, channel: str, name: str, by: str) -> bool:
        """A channel that is there, or is called so from now on. Whether it is one for us to look at. Raises StoreUnavailable."""
        if not self.pattern(name):
            return False
        return await self._opened(workspace, channel, name, by, self.pattern(name))

    async def found(self, workspace: str, channel: str, name: str, by: str) -> bool:
        """As `named`, of a channel that nobody heard of; one that we let go of under such a name stays so. Raises StoreUnavailable."""
        row = self._row(workspace, channel, name, by, self.pattern(name))

        async def write(tx: Tx) -> bool:
            if await self.db.rooms.open(tx, row):
                return True
            known = await self.db.rooms.get(tx, row.id)
            return known is not None and not self.pattern(known.name) and await self._anew(tx, row)

        return bool(row.why) and await self.db.write_whole(write)

    async def joined(self, workspace: str, channel: str, by: str) -> bool:
        """We were brought into a channel whose name nobody told us. Raises StoreUnavailable."""
        return bool(self.home) and await self._opened(workspace, channel, "", by, "")

    async def _opened(self, workspace: str, channel: str, name: str, by: str, why: str) -> bool:
        row = self._row(workspace, channel, name, by, why)

        async def write(tx: Tx) -> bool:
            return await self.db.rooms.open(tx, row) or await self._anew(tx, row)

        return await self.db.write_whole(write)

    async def _anew(self, tx: Tx, row: RoomRow) -> bool:
        now = {"name": row.name, "why": row.why, "changed_by": row.changed_by, "changed_at": row.changed_at}
        return await self.db.rooms.move(tx, row.id, (SHUT,), state=NEW, **now)

    def _row(self, workspace: str, channel: str, name: str, by: str, why: str) -> RoomRow:
        now = self.clock.now()
        return RoomRow(room_id(workspace, channel), workspace, channel, name, why, by, now, by, now)

    async def watch(self, actor: Actor, place: Place) -> Told:
        """A person asks: whatever the channel is called."""
        if not self.home:
            return Told("none", f"The policy names no channel in `rooms.home`, so I follow no incident. {NOTHING}")  # fmt: skip
        if refused := await self._refused(actor, place, "watch", Permission.MONITORING_READ):
            return refused
        row = self._row(place.workspace, place.channel, "", actor.id, ASKED)

        async def write(tx: Tx) -> bool:
            fresh = await self.db.rooms.open(tx, row)
            again = {"state": NEW, "why": ASKED, "changed_by": actor.id, "changed_at": row.changed_at}
            if not fresh and not await self.db.rooms.move(tx, row.id, (SHUT,), **again):
                return False
            await self._note(tx, actor, row, WATCHED, "")
            return True

        try:
            done = await self.db.write_whole(write)
        except StoreUnavailable:
            return _later()
        if not done:
            return Told("none", "I follow the incident of this channel already.")
        return Told("done", "I follow the incident of this channel from now on.")

    async def steer(
        self, actor: Actor, place: Place, verb: str, words: str, scopes: Sequence[Scope] = ()
    ) -> Told:
        """Noted with who and when; what follows from it is done by whichever process looks after the room."""
        if refused := await self._refused(actor, place, verb, Permission.MONITORING_WRITE, scopes):
            return refused
        move, now = MOVES[verb], self.clock.now()

        async def write(tx: Tx) -> Told:
            row = await self.db.rooms.at(tx, room_id(place.workspace, place.channel))
            if row is None or row.state not in STATES:
                return Told("none", f"I follow no incident in this channel; `incident watch` begins it. {NOTHING}")  # fmt: skip
            if row.state not in move.before:
                since = f"since {row.changed_at:%H:%M} UTC, by {self.name(row.changed_by)}"
                return Told("none", f"It is {STATES[row.state]} {since}. {NOTHING}")
            more = {"round": row.round + 1} if verb == "reopen" else {}
            said = {"changed_by": actor.id, "changed_at": now, "words": words[:LONGEST], **more}
            await self.db.rooms.change(tx, row.id, state=move.after, **said)
            if move.note:
                await self._note(tx, actor, row, move.note, words)
            await self._record(tx, actor, place, verb, row.incident)
            if verb == "reopen" and row.incident:
                await self.db.triage.told(tx, row.incident)
            return Told("done", f"{self.name(actor.id)}: {verb}. {move.said}")

        try:
            return await self.db.write_whole(write)
        except StoreUnavailable:
            return _later()

    async def _refused(
        self, actor: Actor, place: Place, what: str, permission: Permission, scopes: Sequence[Scope] = ()
    ) -> Told | None:
        decision = self.may(actor, place, permission, scopes)
        if place.kind != "channel":
            decision = Decision(False, "incident-channel", "an incident belongs to a channel; say it there")
        if decision.allow:
            return None
        try:
            async with self.db.write() as tx:
                await self._record(tx, actor, place, f"{what} refused", decision.reason)
        except StoreUnavailable:
            return _later()
        return Told("refused", f"Not allowed: {decision.reason}. {NOTHING}", who_may=decision.who_may)

    async def _note(self, tx: Tx, actor: Actor, row: RoomRow, kind: str, words: str) -> None:
        note = NoteRow(
            new_id("note_"),
            row.workspace,
            row.incident or row.id,
            row.channel,
            self.clock.now(),
            kind,
            actor.id,
            {"words": words[:LONGEST]} if words else {},
        )
        await self.db.triage_notes.add(tx, note)

    async def _record(self, tx: Tx, actor: Actor, place: Place, result: str, words: str) -> None:
        event = AuditEvent(
            type=EventType.CONFIG_CHANGED, workspace=place.workspace, channel=place.channel, thread=place.thread,
            actor={"team_id": actor.team, "user_id": actor.user, "standing": actor.standing}, result=result,
            detail={"what": "incident channel", "words": words},
        )  # fmt: skip
        await self.trail.record(tx, event)

    def name(self, account: str) -> str:
        found = next((p for p in self.policy.policy.people if account in p.accounts), None)
        return found.name if found else account


def _later() -> Told:
    return Told("later", f"It could not be recorded. {NOTHING} Try again in a moment.")
