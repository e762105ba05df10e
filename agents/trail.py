"""The one way into the audit: redact, then append in the caller's transaction. Nothing else writes audit rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from agents.gate.spool import Spool
from storage.audit.events import AuditEvent, EventType
from storage.database import Database, Tx
from storage.errors import StoreUnavailable
from storage.tx import Job

TEXT_FIELDS = ("args", "target", "decision", "result", "error", "detail", "actor")


class JsonRedactor(Protocol):
    def redact_json(self, value: Any) -> Any: ...


class Trail:
    """`record` inside a change of state; `note` on its own; `keep` where the store may be away and a read goes on."""

    def __init__(
        self, db: Database, redactor: JsonRedactor, spool: Spool, *, strict_reads: bool = False
    ) -> None:
        self._db = db
        self._redactor = redactor
        self._spool = spool
        self._strict = strict_reads

    def redacted(self, event: AuditEvent) -> AuditEvent:
        changed: dict[str, Any] = {}
        for name in TEXT_FIELDS:
            value = getattr(event, name)
            if value not in (None, "", {}, ()):
                changed[name] = self._redactor.redact_json(value)
        return dataclasses.replace(event, **changed)

    async def record(self, tx: Tx, event: AuditEvent) -> int:
        """The row's seq. Call it last in the transaction: it takes the chain's lock. Raises StoreUnavailable."""
        return await self._db.audit.append(tx, self.redacted(event))

    async def record_all(self, tx: Tx, events: Sequence[AuditEvent]) -> list[int]:
        return await self._db.audit.append_many(tx, [self.redacted(event) for event in events])

    async def note(self, event: AuditEvent, beside: Job[object] | None = None) -> int:
        """One row in a transaction of its own, shared with `beside` where given, which may wait for no lock, and with other
        notes. Raises StoreUnavailable.
        """
        clean = self.redacted(event)

        async def write(tx: Tx) -> int:
            if beside is not None:
                await beside(tx)
            return await self._db.audit.append(tx, clean)

        return await self._db.write_whole(write, shares=True)

    async def keep(self, event: AuditEvent, at: datetime, beside: Job[object] | None = None) -> int:
        """Like `note`, but falls back to the spool: 0 is returned for a spooled row, and `beside` is then not done.

        Raises StoreUnavailable under strict reads, SpoolFull when the spool cannot take it: the read must not happen.
        """
        try:
            return await self.note(event, beside)
        except StoreUnavailable:
            if self._strict:
                raise
            await self._spool.keep(_row(self.redacted(event), at))
            return 0

    async def spool(self, event: AuditEvent, at: datetime) -> None:
        """Straight to the spool: an outcome whose row could not be written. Raises SpoolFull."""
        await self._spool.keep(_row(self.redacted(event), at))

    async def replay(self) -> int:
        """Write what was spooled, with the time it happened. How many rows; 0 while the store is still away."""
        if not self._spool.waiting:
            return 0
        try:
            return await self._spool.replay(self._write_rows)
        except StoreUnavailable:
            return 0

    async def _write_rows(self, rows: list[dict[str, Any]]) -> None:
        events = [_event(row) for row in rows]
        await self._db.write_whole(lambda tx: self._db.audit.append_many(tx, events))


def _row(event: AuditEvent, at: datetime) -> dict[str, Any]:
    fields = {
        f.name: getattr(event, f.name)
        for f in dataclasses.fields(event)
        if getattr(event, f.name) not in (None, "", (), {})
    }
    fields["type"] = event.type.value
    fields["detail"] = {**(event.detail or {}), "happened_at": at.isoformat(), "spooled": True}
    return fields


def _event(row: Mapping[str, Any]) -> AuditEvent:
    known = {f.name for f in dataclasses.fields(AuditEvent)}
    fields = {name: value for name, value in row.items() if name in known}
    fields["type"] = EventType(row["type"])
    if "approvers" in fields:
        fields["approvers"] = tuple(fields["approvers"])
    return AuditEvent(**fields)
