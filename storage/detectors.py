"""Detectors as they are stored. A look is one process's, by compare-and-set; what it found is kept only while it still is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import table_of
from storage.tables_detectors import Detector
from storage.tx import Tx


@dataclass(frozen=True, slots=True)
class DetectorRow:
    id: str
    workspace: str
    spec: str
    made_at: datetime
    looked_at: datetime
    seen_at: datetime | None = None
    state: Mapping[str, Any] = field(default_factory=dict)


class Detectors:
    async def put(self, tx: Tx, row: DetectorRow) -> bool:
        """False: it is there already, and stays as it is."""
        return (await tx.run(first(table_of(Detector)), values_of(row))).rowcount == 1

    async def get(self, tx: Tx, workspace: str, detector: str) -> DetectorRow | None:
        query = select(Detector.__table__).where(Detector.workspace == workspace, Detector.id == detector)
        return one(DetectorRow, (await tx.run(query)).first())

    async def of(self, tx: Tx, workspace: str) -> list[DetectorRow]:
        query = select(Detector.__table__).where(Detector.workspace == workspace)
        return many(DetectorRow, await tx.run(query.order_by(Detector.id)))

    async def look(self, tx: Tx, row: DetectorRow, at: datetime) -> bool:
        """The look is ours. False: another process took it, or the detector is another one now."""
        change = update(Detector).where(*_same(row)).values(looked_at=at)
        return (await tx.run(change)).rowcount == 1

    async def seen(self, tx: Tx, row: DetectorRow, state: Mapping[str, Any]) -> bool:
        """What the look at `row.looked_at` found. False: a later look was taken meanwhile, and this one counts no more."""
        change = update(Detector).where(*_same(row)).values(seen_at=row.looked_at, state=dict(state))
        return (await tx.run(change)).rowcount == 1

    async def remove(self, tx: Tx, row: DetectorRow) -> bool:
        """False: it was gone, or another one, before."""
        where = (Detector.id == row.id, Detector.spec == row.spec)
        return (await tx.run(delete(Detector).where(*where))).rowcount == 1


def _same(row: DetectorRow) -> tuple[Any, ...]:
    return (Detector.id == row.id, Detector.spec == row.spec, Detector.looked_at == row.looked_at)
