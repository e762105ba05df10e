"""Signs heads, inside the transaction that they are about. What does not add up is not signed."""

from __future__ import annotations

import logging

from sqlalchemy import insert, select, text

from storage.audit.chain import GENESIS
from storage.audit.heads import HEAD, PURGED, Head, sign
from storage.audit.keys import AuditKeys
from storage.audit.seals import Seals
from storage.audit.walk import Problem, Wrong, chained
from storage.clock import Clock
from storage.rows import many, one, values_of
from storage.tables_audit import AuditHead
from storage.tx import Tx

SINCE = text(
    "SELECT seq, body, prev, hash, mac FROM audit_events WHERE seq >= :first AND seq <= :seq ORDER BY seq"
)
NEWEST = select(AuditHead).order_by(AuditHead.n.desc()).limit(1)
FURTHEST = select(AuditHead).order_by(AuditHead.seq.desc(), AuditHead.n.desc()).limit(1)
log = logging.getLogger("storage.audit")


class Signer:
    def __init__(self, keys: AuditKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    async def sign(self, tx: Tx, seq: int, digest: bytes) -> bool:
        """A head for row `seq`; False, and loud, when the rows since the last head are not as we wrote them."""
        try:
            await self._whole(tx, seq)
        except Wrong as wrong:
            event = "audit_not_signed" if wrong.problem.unsure else "audit_tampered"
            log.critical("%s row %s %s", event, wrong.problem.seq, wrong.problem.why)
            return False
        await self._add(tx, seq, digest, HEAD)
        return True

    async def sign_purge(self, tx: Tx, seq: int, digest: bytes) -> None:
        """A statement that the rows up to `seq` are removed on purpose."""
        await self._add(tx, seq, digest, PURGED)

    async def _add(self, tx: Tx, seq: int, digest: bytes, kind: str) -> None:
        last = one(Head, (await tx.run(NEWEST)).first())
        head = Head(
            n=last.n + 1 if last else 1,
            seq=seq,
            hash=digest.hex(),
            time=self._clock.now().isoformat(),
            key_id=self._keys.public_id,
            prev=last.signature if last else "",
            kind=kind,
        )
        await tx.run(insert(AuditHead), values_of(sign(self._keys, head)))

    async def _whole(self, tx: Tx, seq: int) -> None:
        """Raises Wrong. Our signature never vouches for what somebody edited or cut off since the last one."""
        last = await self.furthest(tx)
        if last is not None and last.seq >= seq:
            raise Wrong(Problem(seq, f"was signed before, together with rows up to {last.seq}"))
        first, before = (last.seq + 1, bytes.fromhex(last.hash)) if last else (1, GENESIS)
        found = await tx.run(SINCE, {"first": first, "seq": seq})
        rows = ((row.seq, str(row.body).encode(), row.prev, row.hash, row.mac) for row in found)
        for _ in chained(rows, first, before, Seals(self._keys.macs)):
            pass

    async def furthest(self, tx: Tx) -> Head | None:
        """The head that knows the newest row."""
        return one(Head, (await tx.run(FURTHEST)).first())

    async def after(self, tx: Tx, number: int) -> list[Head]:
        """All heads behind the one with `number`, in their order."""
        query = select(AuditHead).where(AuditHead.n > number).order_by(AuditHead.n)
        return many(Head, await tx.run(query))
