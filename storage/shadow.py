"""Triage on probation, as it is stored. Who may say what, and what follows from it, is decided elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import table_of
from storage.tables_shadow import TriageJudged, TriageTrust, TriageVote
from storage.tx import Tx


@dataclass(frozen=True, slots=True)
class JudgedRow:
    incident: str
    workspace: str
    channel: str
    rule: str
    began: datetime
    shadow: str = ""


@dataclass(frozen=True, slots=True)
class VoteRow:
    id: str
    workspace: str
    incident: str
    voter: str
    vote: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TrustRow:
    id: str
    workspace: str
    channel: str
    rule: str
    shadow: str
    state: str
    since: datetime
    counted: datetime
    actor: str = ""
    why: str = ""
    version: int = 0
    shown: int = 0


class Shadow:
    async def trust(self, tx: Tx, row: TrustRow) -> TrustRow:
        """The one of this id, `row` where there was none; nobody else changes it until the end of the transaction."""
        await tx.run(first(table_of(TriageTrust)), values_of(row))
        hold = update(TriageTrust).where(TriageTrust.id == row.id).values(version=TriageTrust.version)
        await tx.run(hold)
        return await self.get(tx, row.id) or row

    async def get(self, tx: Tx, key: str) -> TrustRow | None:
        query = select(TriageTrust.__table__).where(TriageTrust.id == key)
        return one(TrustRow, (await tx.run(query)).first())

    async def turn(self, tx: Tx, key: str, **values: Any) -> None:
        """Something changed that Slack is to show."""
        change = update(TriageTrust).where(TriageTrust.id == key)
        await tx.run(change.values(**values, version=TriageTrust.version + 1))

    async def all(self, tx: Tx, workspace: str) -> list[TrustRow]:
        query = select(TriageTrust.__table__).where(TriageTrust.workspace == workspace)
        return many(TrustRow, await tx.run(query.order_by(TriageTrust.channel, TriageTrust.rule)))

    async def untold(self, tx: Tx, workspace: str) -> list[TrustRow]:
        where = (TriageTrust.workspace == workspace, TriageTrust.shown < TriageTrust.version)
        return many(TrustRow, await tx.run(select(TriageTrust.__table__).where(*where)))

    async def told(self, tx: Tx, key: str, version: int) -> None:
        where = (TriageTrust.id == key, TriageTrust.shown < version)
        await tx.run(update(TriageTrust).where(*where).values(shown=version))

    async def judge(self, tx: Tx, row: JudgedRow) -> None:
        await tx.run(first(table_of(TriageJudged)), values_of(row))

    async def judged(self, tx: Tx, incident: str) -> JudgedRow | None:
        query = select(TriageJudged.__table__).where(TriageJudged.incident == incident)
        return one(JudgedRow, (await tx.run(query)).first())

    async def vote(self, tx: Tx, row: VoteRow) -> None:
        """In place of what the person said before."""
        await tx.run(delete(TriageVote).where(TriageVote.id == row.id))
        await tx.run(insert(table_of(TriageVote)), values_of(row))

    async def votes(self, tx: Tx, incidents: Collection[str]) -> list[VoteRow]:
        query = select(TriageVote.__table__).where(TriageVote.incident.in_(tuple(incidents)))
        return many(VoteRow, await tx.run(query.order_by(TriageVote.at, TriageVote.id)))

    async def latest(self, tx: Tx, row: TrustRow, most: int) -> list[str]:
        """Incidents of the rule there that somebody has judged, as far as they count; the newest first."""
        voted = select(TriageVote.incident).where(TriageVote.incident == TriageJudged.incident).exists()
        query = select(TriageJudged.incident).where(
            TriageJudged.workspace == row.workspace, TriageJudged.channel == row.channel,
            TriageJudged.rule == row.rule, TriageJudged.began > row.counted, voted,
        )  # fmt: skip
        newest = query.order_by(TriageJudged.began.desc(), TriageJudged.incident.desc()).limit(most)
        return [str(incident) for (incident,) in await tx.run(newest)]
