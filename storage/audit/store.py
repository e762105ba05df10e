"""Appending to the audit and finding in it. There is nothing here that changes or removes a row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text

from storage.audit.chain import GENESIS, Mac, body_of, link
from storage.audit.events import AuditEvent, AuditRow, EventType
from storage.audit.keeper import TAIL, HeadKeeper
from storage.audit.keys import AuditKeys
from storage.clock import Clock
from storage.ids import new_id
from storage.tables_audit import AuditRecord
from storage.tx import CHAIN, Tx

# Plain text: the two statements that run more often than all others, and a third cheaper this way.
INSERT = text(
    "INSERT INTO audit_events (seq, body, prev, hash, mac) VALUES (:seq, :body, :prev, :hash, :mac)"
)
KINDS = frozenset(kind.value for kind in EventType)
ALTERED = "altered"


class Audit:
    def __init__(self, clock: Clock, keys: AuditKeys, keeper: HeadKeeper) -> None:
        self._clock = clock
        self._key_id = keys.mac_id
        self._mac = Mac(keys.mac)
        self._keeper = keeper

    async def append(self, tx: Tx, event: AuditEvent) -> int:
        """The seq of the new row. Call it last in the transaction: from here on others wait for the chain."""
        return (await self.append_many(tx, [event]))[0]

    async def append_many(self, tx: Tx, events: Sequence[AuditEvent]) -> list[int]:
        if not events:
            return []
        await tx.alone(CHAIN)
        tail = (await tx.run(TAIL)).first()
        rows = self._rows(events, *(tail or (0, GENESIS)))
        await tx.run(INSERT, rows)
        await self._keeper.wrote(tx, rows)
        return [row["seq"] for row in rows]

    def _rows(self, events: Sequence[AuditEvent], seq: int, prev: bytes) -> list[dict[str, Any]]:
        now = self._clock.now().isoformat(timespec="microseconds")
        rows: list[dict[str, Any]] = []
        for event in events:
            seq += 1
            body = body_of(event, seq=seq, event_id=new_id("ev_"), time=now, key_id=self._key_id)
            digest = link(prev, seq, body.encode())
            rows.append({"seq": seq, "body": body, "prev": prev, "hash": digest, "mac": self._mac.of(digest)})
            prev = digest
        return rows

    async def find(
        self,
        tx: Tx,
        *,
        plan_id: str = "",
        request: str = "",
        correlation: str = "",
        workspace: str = "",
        kind: EventType | None = None,
        after: int = 0,
        since: str = "",
        until: str = "",
        limit: int | None = None,
        newest: bool = False,
    ) -> list[AuditRow]:
        """In the order of the chain, or `newest` first. What is not given does not matter; times as ISO text in UTC."""
        order = AuditRecord.seq.desc() if newest else AuditRecord.seq
        query = select(AuditRecord.seq, AuditRecord.body, AuditRecord.hash).order_by(order).limit(limit)
        wanted = {"plan_id": plan_id, "request": request, "correlation": correlation, "workspace": workspace}
        for name, value in {**wanted, "type": kind.value if kind else ""}.items():
            if value:
                query = query.where(getattr(AuditRecord, name) == value)
        if after:
            query = query.where(AuditRecord.seq > after)
        if since:
            query = query.where(AuditRecord.ts >= since)
        if until:
            query = query.where(AuditRecord.ts <= until)
        return [_row(row.seq, row.body, row.hash) for row in await tx.run(query)]


def _row(seq: int, body: str, digest: bytes) -> AuditRow:
    said = _said(body)
    kind = str(said.get("type", ALTERED))
    return AuditRow(seq, EventType(kind) if kind in KINDS else kind, said, digest.hex())


def _said(body: str) -> dict[str, Any]:
    """A row that somebody edited is still shown; `verify` says that it was."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {"type": ALTERED, "text": str(body)}
