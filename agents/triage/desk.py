"""Where alerts arrive: stored once, put in their place at once, one after the other whichever process hears them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.trail import Trail
from agents.triage.alert import Alert, Source
from agents.triage.correlate import FORGOTTEN, Correlator, Incident, Placed
from agents.triage.kept import alert_to, incident_from, seen_to
from agents.triage.principal import PRINCIPAL
from agents.triage.probation import Probation
from agents.triage.reading import read
from agents.triage.topology import Topology
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock
from storage.database import Database, Tx
from storage.ids import new_id
from storage.triage import AlertRow, TriageRow
from storage.tx import Job


@dataclass(frozen=True, slots=True)
class Heard:
    """`new`: how many alerts had not been delivered before; `incidents`: those whose card has something new to show."""

    new: int
    incidents: tuple[str, ...]


@dataclass
class Desk:
    """`topology` is asked anew for every delivery; `channel` says where an incident is shown, empty for nowhere."""

    db: Database
    trail: Trail
    clock: Clock
    workspace: str
    topology: Callable[[], Topology]
    channel: Callable[[Incident], str]
    clean: Callable[[str], str]
    probation: Probation | None = None

    async def hear(self, source: Source, payload: object, key: str = "") -> Heard:
        """`key` is the delivery's own name; without one the same payload is the same delivery.

        Raises:
            Unreadable: it is no alert of this source.
            StoreUnavailable: nothing was stored.
        """
        return await self.db.write_whole(self.delivery(source, payload, key))

    def delivery(self, source: Source, payload: object, key: str = "") -> Job[Heard]:
        """As `hear`, as a part of somebody's transaction, and its first. Raises Unreadable."""
        alerts = [self._cleaned(one) for one in read(source, payload, self.clock.now())]
        named = key or hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()
        topology = self.topology()
        return lambda tx: self._take(tx, f"{source}:{named}", alerts, topology)

    def _cleaned(self, alert: Alert) -> Alert:
        """Nothing is stored that must not leave."""
        return dataclasses.replace(
            alert,
            name=self.clean(alert.name),
            text=self.clean(alert.text),
            labels={name: self.clean(text) for name, text in alert.labels.items()},
        )

    async def _take(self, tx: Tx, key: str, alerts: Sequence[Alert], topology: Topology) -> Heard:
        store, now = self.db.triage, self.clock.now()
        await store.turn(tx)
        if await store.known(tx, f"{key}:0"):
            return Heard(0, ())
        rows = {row.id: row for row in await store.live(tx, self.workspace, now - FORGOTTEN)}
        live = [incident_from(row, topology) for row in rows.values()]
        correlator = Correlator(topology, lambda _: new_id("inc_"), live)
        placed = [correlator.place(alert) for alert in alerts]
        for number, (alert, one) in enumerate(zip(alerts, placed, strict=True)):
            kept = AlertRow(f"{key}:{number}", self.workspace, now, one.fingerprint, one.incident.id, alert_to(alert))  # fmt: skip
            await store.hear(tx, kept)
        return Heard(len(alerts), await self._keep(tx, placed, rows))

    async def _keep(self, tx: Tx, placed: Sequence[Placed], rows: Mapping[str, TriageRow]) -> tuple[str, ...]:
        told = {one.incident.id for one in placed if one.changed}
        incidents = {one.incident.id: one.incident for one in placed}
        opened = []
        for key, incident in incidents.items():
            if row := rows.get(key):
                fresh = dataclasses.replace(row, last=incident.last, seen=seen_to(incident))
                await self.db.triage.changed(tx, fresh, told=key in told)
            else:
                channel = await self._told_in(tx, incident)
                opened.append(self._opened(incident, channel))
                await self.db.triage.open(tx, self._row(incident, channel))
        await self.trail.record_all(tx, opened)
        return tuple(sorted(told))

    async def _told_in(self, tx: Tx, incident: Incident) -> str:
        channel = self.channel(incident)
        return await self.probation.opened(tx, incident, channel) if self.probation else channel

    def _row(self, incident: Incident, channel: str) -> TriageRow:
        return TriageRow(
            incident.id,
            self.workspace,
            channel,
            incident.began,
            incident.last,
            seen_to(incident),
        )

    def _opened(self, incident: Incident, channel: str) -> AuditEvent:
        first = next(iter(incident.seen.values())).alert
        detail: dict[str, Any] = {
            "what": "incident opened",
            "incident": incident.id,
            "source": first.source,
            "alert": first.name[:200],
            "severity": first.severity,
        }
        return AuditEvent(
            type=EventType.MESSAGE_RECEIVED,
            workspace=self.workspace,
            actor={"id": PRINCIPAL},
            channel=channel,
            result="opened",
            detail=detail,
        )
