"""Signed heads carried into a bucket of Object Storage, where whoever owns this machine cannot take them back.

Nothing waits for it and nothing is lost: what the bucket does not take now is put with one of the next looks, also by the next process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from storage.audit.heads import Head
from storage.audit.outside import furthest, heads_after, name_of, newest
from storage.errors import StoreUnavailable
from tools.errors import ToolError
from tools.oracle.bucket import Bucket

if TYPE_CHECKING:
    from agents.changes.ports import Alarm
    from storage.database import Database
    from tools.oracle.oracle import Oracle

LOOK_S: Final = 5.0
FOLDER: Final = "audit-heads"
log = structlog.get_logger(__name__)


def named(setting: str) -> tuple[str, str]:
    """Bucket and folder of `AUDIT_ANCHOR_BUCKET`."""
    bucket, _, folder = setting.partition("/")
    return bucket, folder.strip("/") or FOLDER


@dataclass
class BucketAnchor:
    db: Database
    bucket: Bucket
    folder: str
    alarm: Alarm
    _put: int | None = None  # up to which head the bucket has them; None: not looked yet
    _problem: str = ""
    _stopped: bool = False

    async def state(self) -> str:
        """For `/healthz`."""
        return self._problem or "ok"

    async def look(self) -> None:
        """Put what is not there yet, in its order; what fails is said and comes again."""
        if self._stopped:
            return
        try:
            await self._carry()
        except (ToolError, StoreUnavailable) as error:
            self._fails(error.reason if isinstance(error, ToolError) else str(error))
        else:
            self._went_well()

    async def _carry(self) -> None:
        if self._put is None:
            here = await self.db.read_whole(newest)
            there = furthest(self.folder, await self.bucket.names(f"{self.folder}/"), here)
            self._put = max(there - 1, 0)  # the newest once more: is it the one that we know?
        while heads := await self._missing(self._put):
            for head in heads:
                if not await self._one(head):
                    return
                self._put = head.n

    async def _missing(self, number: int) -> list[Head]:
        return await self.db.read_whole(lambda tx: heads_after(tx, number))

    async def _one(self, head: Head) -> bool:
        """An object of that name is ours, put by another process or before an answer was lost, or the chain was rewritten."""
        name = name_of(self.folder, head)
        if await self.bucket.put(name, head.line()) or await self.bucket.get(name) == head.line():
            return True
        self._stopped = True
        self._problem = f"bucket {self.bucket.name} holds another head {head.n}: run audit verify"
        self.alarm.raise_alarm("audit_bucket_differs", self._problem)
        return False

    def _went_well(self) -> None:
        if self._problem and not self._stopped:
            log.info("audit_bucket_again")
            self._problem = ""

    def _fails(self, reason: str) -> None:
        if not self._problem:
            log.error("audit_bucket_not_written", reason=reason)
        self._problem = f"signed heads wait for bucket {self.bucket.name}: {reason}"


def bucket_anchor(setting: str, oracle: Oracle | None, db: Database, alarm: Alarm) -> BucketAnchor | None:
    """None when no bucket is configured. Without Oracle Cloud the settings were refused."""
    if not setting or oracle is None:
        return None
    name, folder = named(setting)
    return BucketAnchor(db, Bucket(oracle, name), folder, alarm)
