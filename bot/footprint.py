"""A file that says who runs here. Found at a start, it tells that the process before was killed; the audit hears of it."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path

import structlog

from agents.gate.spool import SpoolFull
from agents.trail import Trail
from bot.lease import Lease
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock
from storage.errors import StoreUnavailable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Footprint:
    """`file` is this process's own place; where it cannot be written, a kill leaves no row and nothing else is lost."""

    file: Path
    worker: str

    async def begin(self, trail: Trail, clock: Clock, workspace: str, lease: Lease) -> str:
        """The name of the process before, which was killed; empty when it said goodbye."""
        before = await asyncio.to_thread(self._left_behind)
        worker = before.get("worker", "")
        if worker and not await lease.buried(worker):  # else whoever took its work over has said so
            await self._record(trail, clock, workspace, before)
        begun = {"worker": self.worker, "pid": os.getpid(), "since": clock.now().isoformat()}
        await asyncio.to_thread(self._write, json.dumps(begun))
        return worker

    async def end(self) -> None:
        """Told to stop, and stopped: nothing is left to say."""
        await asyncio.to_thread(self._remove)

    async def _record(self, trail: Trail, clock: Clock, workspace: str, before: dict[str, str]) -> None:
        event = AuditEvent(
            type=EventType.PROCESS_KILLED,
            workspace=workspace,
            result="taken over",
            detail={**before, "text": "ended without being told to", "taken_over_by": self.worker},
        )
        try:
            await trail.keep(event, clock.now())
        except (StoreUnavailable, SpoolFull):
            log.error("kill_not_recorded", **before)  # noqa: TRY400 - the reason is the store's
        log.warning("taken_over", **before)

    def _left_behind(self) -> dict[str, str]:
        """Who was here and is not any more; nothing when it still runs or said goodbye."""
        try:
            found = json.loads(self.file.read_text(encoding="utf-8"))
            pid, worker, since = int(found["pid"]), str(found["worker"]), str(found["since"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        if pid != os.getpid() and _runs(pid):  # a container's process has the number of the one before it
            return {}
        return {"worker": worker, "since": since, "process": str(pid)}

    def _write(self, text: str) -> None:
        try:
            self.file.write_text(text, encoding="utf-8")
        except OSError as error:
            log.warning("footprint_not_written", reason=error.strerror)

    def _remove(self) -> None:
        try:
            self.file.unlink(missing_ok=True)
        except OSError as error:
            log.warning("footprint_not_removed", reason=error.strerror)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
