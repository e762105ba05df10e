"""Alerts and incidents as JSON and back. What follows from an alert and the service map is not kept: the map may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from agents.triage.alert import Alert
from agents.triage.correlate import Incident, Seen
from agents.triage.subject import subject_of
from agents.triage.topology import Topology
from storage.triage import TriageRow

_TIMES = ("at", "began")


def alert_to(alert: Alert) -> dict[str, Any]:
    found = asdict(alert) | {"labels": dict(alert.labels)}
    return found | {key: found[key].isoformat() for key in _TIMES if found[key] is not None}


def alert_from(kept: Mapping[str, Any]) -> Alert:
    times = {key: datetime.fromisoformat(kept[key]) for key in _TIMES if kept[key] is not None}
    return Alert(**{**kept, **times})


def seen_to(incident: Incident) -> dict[str, Any]:
    return {
        mark: {
            "alert": alert_to(one.alert),
            "first": one.first.isoformat(),
            "last": one.last.isoformat(),
            "firing": one.firing,
            "times": one.times,
        }
        for mark, one in incident.seen.items()
    }


def incident_from(row: TriageRow, topology: Topology) -> Incident:
    return Incident(row.id, row.began, {mark: _seen(one, topology) for mark, one in row.seen.items()})


def _seen(kept: Mapping[str, Any], topology: Topology) -> Seen:
    alert = alert_from(kept["alert"])
    subject = subject_of(alert)
    return Seen(
        alert=alert,
        subject=subject,
        services=topology.about(alert, subject),
        first=datetime.fromisoformat(kept["first"]),
        last=datetime.fromisoformat(kept["last"]),
        firing=bool(kept["firing"]),
        times=int(kept["times"]),
    )
