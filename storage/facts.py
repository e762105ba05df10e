"""Facts of services as they are stored. Who may say, confirm and forget them is decided elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import delete, select, update

from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import table_of
from storage.tables_facts import ServiceFact
from storage.tx import Tx

Kind = Literal["fact", "resolution"]
PROPOSED, CONFIRMED, FORGOTTEN = "proposed", "confirmed", "forgotten"
UNCONFIRMED: Final = timedelta(days=30)  # so long what nobody confirmed is kept


@dataclass(frozen=True, slots=True)
class FactRow:
    """`said_by` and `decided_by` are accounts, `<team>:<user>`; `service` is in lower case."""

    id: str
    workspace: str
    service: str
    kind: Kind
    text: str
    said_by: str
    said_at: datetime
    channel: str
    decided_at: datetime
    incident: str = ""
    state: str = PROPOSED
    decided_by: str = ""


class Facts:
    async def add(self, tx: Tx, row: FactRow) -> bool:
        """False: there is one of that id. What nobody confirmed for long goes."""
        old = (ServiceFact.state == PROPOSED, ServiceFact.said_at < row.said_at - UNCONFIRMED)
        await tx.run(delete(ServiceFact).where(*old))
        return (await tx.run(first(table_of(ServiceFact)), values_of(row))).rowcount == 1

    async def get(self, tx: Tx, workspace: str, fact: str) -> FactRow | None:
        where = (ServiceFact.workspace == workspace, ServiceFact.id == fact)
        return one(FactRow, (await tx.run(select(ServiceFact.__table__).where(*where))).first())

    async def confirm(self, tx: Tx, fact: str, by: str, at: datetime) -> bool:
        """False: it was decided before."""
        return await self._move(tx, fact, (PROPOSED,), state=CONFIRMED, decided_by=by, decided_at=at)

    async def forget(self, tx: Tx, fact: str, by: str, at: datetime) -> bool:
        """Its words are gone; that there was something, and who took it away, stays."""
        before = (PROPOSED, CONFIRMED)
        return await self._move(tx, fact, before, state=FORGOTTEN, text="", decided_by=by, decided_at=at)

    async def _move(self, tx: Tx, fact: str, before: Collection[str], **values: object) -> bool:
        where = (ServiceFact.id == fact, ServiceFact.state.in_(tuple(before)))
        return (await tx.run(update(ServiceFact).where(*where).values(**values))).rowcount == 1

    async def known(self, tx: Tx, workspace: str, services: Collection[str], most: int) -> list[FactRow]:
        """The confirmed ones, the newest first."""
        where = (
            ServiceFact.workspace == workspace,
            ServiceFact.service.in_(tuple(services)),
            ServiceFact.state == CONFIRMED,
        )
        query = select(ServiceFact.__table__).where(*where)
        return many(
            FactRow,
            await tx.run(query.order_by(ServiceFact.said_at.desc(), ServiceFact.id.desc()).limit(most)),
        )
