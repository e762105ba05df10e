"""Stop all changes: one row that says so, and the votes to take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from storage.clock import Clock
from storage.tables import Switch, SwitchVote
from storage.tx import SWITCHING, Tx

CHANGES = "changes"
EVERYONE = "*"


@dataclass(frozen=True, slots=True)
class SwitchState:
    stopped: bool
    by: str = ""
    reason: str = ""
    at: datetime | None = None
    votes: tuple[str, ...] = ()


class Switches:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def get(self, tx: Tx) -> SwitchState:
        row = (await tx.run(select(Switch).where(Switch.name == CHANGES))).first()
        if row is None:
            return SwitchState(stopped=False)
        return SwitchState(True, row.by, row.reason, row.at, await self._votes(tx))

    async def stop(self, tx: Tx, *, by: str, at: datetime, reason: str) -> None:
        """A new stop takes the place of an older one; votes that were given against that one are gone."""
        await self.clear(tx)
        row = {"name": CHANGES, "workspace": EVERYONE, "by": by, "reason": reason, "at": at}
        await tx.run(insert(Switch), row)

    async def vote_resume(self, tx: Tx, principal: str) -> tuple[str, ...]:
        """Everybody who wants to resume, `principal` included; each counts once."""
        await tx.alone(SWITCHING)
        votes = await self._votes(tx)
        if principal in votes:
            return votes
        row = {"name": CHANGES, "workspace": EVERYONE, "principal": principal, "at": self._clock.now()}
        await tx.run(insert(SwitchVote), row)
        return (*votes, principal)

    async def clear(self, tx: Tx) -> None:
        await tx.alone(SWITCHING)
        await tx.run(delete(SwitchVote).where(SwitchVote.name == CHANGES))
        await tx.run(delete(Switch).where(Switch.name == CHANGES))

    async def _votes(self, tx: Tx) -> tuple[str, ...]:
        query = select(SwitchVote.principal).where(SwitchVote.name == CHANGES).order_by(SwitchVote.at)
        return tuple((await tx.run(query)).scalars())
