"""Deploy events as they are stored: once each, for as long as anybody would suspect them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select

from storage.inserting import first
from storage.rows import many, values_of
from storage.tables import table_of
from storage.tables_deploys import DeployEvent
from storage.tx import Tx

KEEP: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class DeployRow:
    id: str
    at: datetime
    heard: datetime
    system: str
    service: str
    state: str
    environment: str = ""
    cluster: str = ""
    namespace: str = ""
    revision: str = ""
    actor: str = ""
    title: str = ""
    url: str = ""


class Deploys:
    async def hear(self, tx: Tx, row: DeployRow) -> bool:
        """False: it was told before. What is too old goes, so that nobody has to think of it."""
        await tx.run(delete(DeployEvent).where(DeployEvent.heard < row.heard - KEEP))
        return (await tx.run(first(table_of(DeployEvent)), values_of(row))).rowcount == 1

    async def between(self, tx: Tx, since: datetime, until: datetime, most: int) -> Sequence[DeployRow]:
        """Newest first."""
        query = select(DeployEvent.__table__).where(DeployEvent.at >= since, DeployEvent.at <= until)
        return many(
            DeployRow, await tx.run(query.order_by(DeployEvent.at.desc(), DeployEvent.id).limit(most))
        )
