"""The confirmed part of the service map, as it is stored. What a service is, is checked elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select

from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import table_of
from storage.tables_map import MapEntry, MapProposal
from storage.tx import Tx

KEEP: Final = timedelta(days=30)  # a proposal; a button older than that asks for a new one


@dataclass(frozen=True, slots=True)
class EntryRow:
    id: str
    workspace: str
    name: str
    body: Mapping[str, Any]
    sources: Mapping[str, Any]
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProposalRow:
    id: str
    workspace: str
    channel: str
    actor: str
    at: datetime
    body: Mapping[str, Any]


class ServiceMapRows:
    async def state(self, tx: Tx) -> Mapping[str, datetime]:
        """Changes with whatever is added or taken away, whatever the clocks of the processes say."""
        found = (await tx.run(select(MapEntry.id, MapEntry.at))).mappings()
        return {str(row["id"]): row["at"] for row in found}

    async def all(self, tx: Tx) -> list[EntryRow]:
        return many(EntryRow, await tx.run(select(MapEntry.__table__).order_by(MapEntry.name)))

    async def add(self, tx: Tx, row: EntryRow) -> bool:
        """False: there is one of that name."""
        return (await tx.run(first(table_of(MapEntry)), values_of(row))).rowcount == 1

    async def remove(self, tx: Tx, key: str) -> bool:
        return (await tx.run(delete(MapEntry).where(MapEntry.id == key))).rowcount == 1

    async def propose(self, tx: Tx, row: ProposalRow) -> None:
        await tx.run(delete(MapProposal).where(MapProposal.at < row.at - KEEP))
        await tx.run(insert(table_of(MapProposal)), values_of(row))

    async def proposal(self, tx: Tx, key: str) -> ProposalRow | None:
        query = select(MapProposal.__table__).where(MapProposal.id == key)
        return one(ProposalRow, (await tx.run(query)).first())
