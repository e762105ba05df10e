"""Detectors looked after: each look once, as `system:triage` through the gate; what fires goes the way of all alerts.

A look is taken by one process, which moves its time forward first. What it found, the alert that follows from it and what is said
are kept in one transaction, so that a process that is killed leaves nothing half done: the look is taken again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog

from agents.detecting.keeping import kept, state_of
from agents.detecting.schedule import due
from agents.detecting.state import State, judged
from agents.detecting.telling import labels_of, payload, spec_of
from agents.outlive import outlived
from agents.people import Place
from agents.policy.detecting import DetectorPart
from agents.triage.desk import Desk
from bot.core import Core
from bot.detectorlook import DetectorLook, Read
from bot.directory import Directory
from bot.incidentchannels import IncidentChannels
from bot.metrics import ALERTS
from bot.outgoing import Outgoing, SlackAwayError, SlackRefusesError
from bot.replies.blocks import Message
from bot.replies.detector import blind, seeing
from bot.replies.text import Outbound
from storage.audit.events import AuditEvent, EventType
from storage.detectors import DetectorRow
from storage.errors import StoreUnavailable
from storage.tx import Tx

KIND: Final = "detector"
AT_ONCE: Final = 4
log = structlog.get_logger(__name__)


@dataclass
class Detectors:
    core: Core
    outgoing: Outgoing
    directory: Directory
    out: Outbound
    desk: Desk
    channels: IncidentChannels
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _policy: str = ""

    async def look(self) -> None:
        """Every few seconds, in every process. One that fails costs no other its look; a store that is away is waited for."""
        db, now = self.core.db, self.core.clock.now()
        try:
            await self._as_the_policy_says(now)
            rows = await db.read_whole(partial(db.detectors.of, workspace=self.outgoing.workspace))
        except StoreUnavailable as error:
            log.warning("detectors_put_off", reason=str(error))
            return
        parts = {(row_id(self.outgoing.workspace, part), spec_of(part)): part for part in self._wanted()}
        known = [(parts[row.id, row.spec], row) for row in rows if (row.id, row.spec) in parts]
        await asyncio.gather(*(self._alone(part, row) for part, row in known))

    async def _alone(self, part: DetectorPart, row: DetectorRow) -> None:
        """At the time in which there is room for it: with that of before it would be taken for lost while it goes on."""
        async with self._room:
            error = await outlived(partial(self._one, part, row, self.core.clock.now()))
        if error is not None:
            log.warning("detector_failed", detector=part.name, error=type(error).__name__, reason=str(error))

    # what there is

    def _wanted(self) -> list[DetectorPart]:
        return [part for part in self.core.policy.policy.file.detectors if part.enabled]

    async def _as_the_policy_says(self, now: datetime) -> None:
        """Once for each policy that comes into force: those it names are there; what those it names no more found is over."""
        policy, db, workspace = self.core.policy.policy.hash, self.core.db, self.outgoing.workspace
        if self._policy == policy:
            return
        wanted = {row_id(workspace, part): part for part in self._wanted()}
        for row in await db.read_whole(partial(db.detectors.of, workspace=workspace)):
            part = wanted.get(row.id)
            if part is None or spec_of(part) != row.spec:
                await db.write_whole(partial(self._removed, row=row, now=now))
        for key, part in wanted.items():
            row = DetectorRow(key, workspace, spec_of(part), now, now - part.every)
            await db.write_whole(partial(self._added, row=row))
        self._policy = policy

    async def _added(self, tx: Tx, row: DetectorRow) -> None:
        if await self.core.db.detectors.put(tx, row):
            await self.core.trail.record(tx, _event(row, "added", "the policy names it"))

    async def _removed(self, tx: Tx, row: DetectorRow, now: datetime) -> None:
        db = self.core.db
        await db.triage.turn(tx)
        found = await db.detectors.get(tx, row.workspace, row.id)
        if found is None or found.spec != row.spec or not await db.detectors.remove(tx, found):
            return
        if fired := found.state.get("alert"):
            await self.desk.delivery(
                "detector", {**fired, "status": "resolved"}, f"{row.id}:{now.isoformat()}"
            )(tx)
        await self.core.trail.record(tx, _event(row, "removed", "the policy names it no more, or otherwise"))

    # a look

    async def _one(self, part: DetectorPart, row: DetectorRow, now: datetime) -> None:
        if not due(row.looked_at, row.seen_at, part.every, now):
            return
        if not await self.core.db.write_whole(partial(self.core.db.detectors.look, row=row, at=now)):
            return
        channel = self.channels.of_detector(part)
        await self._kept(part, replace(row, looked_at=now), await self._read(part, channel, now), channel)

    async def _read(self, part: DetectorPart, channel: str, now: datetime) -> Read:
        shared = await self.directory.shared_externally(channel)
        if shared and not self.directory.knows(channel):  # that is neither a yes nor a no
            return Read(None, f"Slack does not say who reads along in {channel}")
        place = Place(self.outgoing.workspace, channel, "", shared_externally=shared)
        return await DetectorLook(self.core, part, place, now).read()

    async def _kept(self, part: DetectorPart, row: DetectorRow, read: Read, channel: str) -> None:
        was = state_of(row.state)
        looked = partial(judged, was, part=part, now=row.looked_at, whole=read.whole)
        state, over = (was, False) if read.lines is None else looked(read.lines)
        state, message = self._troubled(part, was, state, read, row.looked_at)
        fired = payload(part.name, labels_of(part), part.severity, was if over else state, over=over)
        alert = fired if over or (state.fires and read.lines is not None) else None
        data = kept(state) | ({"alert": fired} if state.fires else {})
        await self._write(row, data, alert, message, channel)

    def _troubled(
        self, part: DetectorPart, was: State, state: State, read: Read, now: datetime
    ) -> tuple[State, Message | None]:
        """What it may not read, or nobody has, is said at once; a side that does not answer, once it did not twice."""
        if not read.trouble:
            message = seeing(part, self.out) if was.told else None
            return replace(state, trouble="", trouble_since=None, told=False), message
        say = not was.told and (read.lasting or bool(was.trouble))
        told = replace(
            state, trouble=read.trouble, trouble_since=was.trouble_since or now, told=was.told or say
        )
        return told, blind(part, read.trouble, self.out) if say else None

    async def _write(
        self, row: DetectorRow, data: Mapping[str, Any], alert: Mapping[str, Any] | None, message: Message | None, channel: str
    ) -> None:  # fmt: skip
        key = f"{row.id}:{row.looked_at.isoformat()}"
        deliver = self.desk.delivery("detector", alert, key) if alert is not None else None

        async def write(tx: Tx) -> bool:
            if deliver is not None:
                await self.core.db.triage.turn(tx)
            if not await self.core.db.detectors.seen(tx, row, data):
                return False
            if deliver is not None:
                await deliver(tx)
            if message is not None:
                await self.core.db.outbox.plan(
                    tx, key=f"detector:{key}", workspace=row.workspace, channel=channel, thread="", kind=KIND,
                    body=message.payload(),
                )  # fmt: skip
            return True

        if not await self.core.db.write_whole(write):
            return
        if alert is not None:
            ALERTS.labels("detector", "stored").inc()
        if message is not None:
            await self._sent(f"detector:{key}")

    async def _sent(self, key: str) -> None:
        try:
            await self.outgoing.resend(key)
        except SlackRefusesError as error:
            log.warning("detector_unsaid", key=key, reason=str(error))
        except SlackAwayError as error:
            log.warning("detector_unsent", key=key, reason=str(error))


def row_id(workspace: str, part: DetectorPart) -> str:
    return f"{workspace}:{part.name}"


def _event(row: DetectorRow, result: str, why: str) -> AuditEvent:
    detail = {"what": "detector", "id": row.id, "why": why}
    return AuditEvent(type=EventType.CONFIG_CHANGED, workspace=row.workspace, result=result, detail=detail)
