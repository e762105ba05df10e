"""Alerts as their senders write them, from the public formats: for a corpus that knows nothing of how they are judged."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

BEGIN = datetime(2026, 9, 7, tzinfo=UTC)  # a Monday
REGION = "eu-frankfurt-1"
NEVER = "0001-01-01T00:00:00Z"
Labels = dict[str, str]


def day(number: int, hour: int, minute: int = 0) -> datetime:
    return BEGIN + timedelta(days=number, hours=hour, minutes=minute)


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def digest(*parts: str, size: int = 16) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:size]


SAFE = "bcdfghjklmnpqrstvwxz2456789"  # what Kubernetes makes the ends of names of (apimachinery, util/rand)


def tail(*parts: str, size: int) -> str:
    """The end of a name, as Kubernetes would draw it."""
    drawn = hashlib.sha256("/".join(parts).encode()).digest()
    return "".join(SAFE[byte % len(SAFE)] for byte in drawn[:size])


@dataclass(frozen=True, slots=True)
class Delivery:
    """`labels`: the incident of each alert in the payload, in its order."""

    at: datetime
    source: str
    payload: dict[str, Any]
    labels: tuple[str, ...]


@dataclass
class Wire:
    """Everything that was sent; `chance` only shifts seconds, so that nothing comes in neat steps."""

    chance: random.Random
    sent: list[Delivery] = field(default_factory=list)

    def _send(self, at: datetime, source: str, payload: dict[str, Any], *labels: str) -> None:
        later = timedelta(seconds=self.chance.randrange(1, 25))
        self.sent.append(Delivery(at + later, source, payload, labels))

    def prom(
        self, name: str, at: datetime, alerts: list[Labels], *, lasts: float | None, again: float = 0
    ) -> None:
        """One group of one incident: fires, is sent again every `again` minutes, resolves after `lasts`."""
        self.group(at, [(name, one) for one in alerts], lasts=lasts, again=again)

    def group(
        self, at: datetime, alerts: list[tuple[str, Labels]], *, lasts: float | None, again: float = 0
    ) -> None:
        names = [name for name, _ in alerts]
        fires = [(at, "firing")]
        until = lasts if lasts is not None else again * 3 + 1
        step = again
        while again and step < until:
            fires.append((at + timedelta(minutes=step), "firing"))
            step += again
        if lasts is not None:
            fires.append((at + timedelta(minutes=lasts), "resolved"))
        for when, status in fires:
            sent = [_one(labels, at, when, status) for _, labels in alerts]
            self._send(when, "alertmanager", _alertmanager(sent, status), *names)

    def grafana(self, name: str, at: datetime, labels: Labels, *, lasts: float | None) -> None:
        for when, status in _life(at, lasts):
            one = _one(labels, at, when, status)
            one |= {
                "silenceURL": "https://grafana.fly.example/alerting/silence/new",
                "dashboardURL": "https://grafana.fly.example/d/svc",
                "panelURL": "",
                "values": {"B": round(self.chance.uniform(1, 90), 3), "C": 1},
                "valueString": "[ var='B' labels={} value=1 ]",
            }
            body = _alertmanager([one], status) | {
                "receiver": "ops-webhook",
                "externalURL": "https://grafana.fly.example/",
                "version": "1",
                "orgId": 1,
                "state": "alerting" if status == "firing" else "ok",
                "title": f"[{status.upper()}:1] {labels['alertname']}",
                "message": f"**{status.capitalize()}**",
            }
            self._send(when, "grafana", body, name)

    def oci(
        self,
        name: str,
        at: datetime,
        alarm: str,
        query: str,
        dimensions: Labels,
        *,
        lasts: float | None,
        space: str = "oci_computeagent",
        severity: str = "CRITICAL",
        repeat: float = 0,
        end: str = "FIRING_TO_OK",
    ) -> None:
        steps = [(0.0, "OK_TO_FIRING")]
        if repeat:
            steps += [(repeat * n, "REPEAT") for n in range(1, 20) if repeat * n < (lasts or repeat * 3)]
        if lasts is not None:
            steps.append((lasts, end))
        for minutes, kind in steps:
            when = at + timedelta(minutes=minutes)
            self._send(
                when,
                "oci",
                _alarm(alarm, query, dimensions, when, kind, space=space, severity=severity),
                name,
            )

    def generic(self, name: str, at: datetime, body: dict[str, Any], *, lasts: float | None) -> None:
        for when, status in _life(at, lasts):
            self._send(when, "generic", body | {"status": status, "timestamp": stamp(when)}, name)

    def slack(
        self, name: str, at: datetime, bot: str, fires: str, ends: str = "", *, lasts: float | None, text: str
    ) -> None:
        """An alert bot's message: its title is the attachment's, as the usual senders do it."""
        for when, status in _life(at, lasts):
            title = fires if status == "firing" else ends
            message = {
                "type": "message",
                "subtype": "bot_message",
                "bot_id": "B0" + digest(bot, size=8).upper(),
                "username": bot,
                "channel": "C0ALERTS",
                "ts": f"{when.timestamp():.6f}",
                "text": title,
                "attachments": [
                    {
                        "fallback": title,
                        "color": "danger" if status == "firing" else "good",
                        "title": title,
                        "text": text,
                    }
                ],
            }
            self._send(when, "slack", message, name)


def _life(at: datetime, lasts: float | None) -> list[tuple[datetime, str]]:
    ends = [] if lasts is None else [(at + timedelta(minutes=lasts), "resolved")]
    return [(at, "firing"), *ends]


def _one(labels: Labels, began: datetime, when: datetime, status: str) -> dict[str, Any]:
    about = labels.get("service") or labels.get("pod") or labels.get("instance") or labels.get("node") or ""
    return {
        "status": status,
        "labels": dict(labels),
        "annotations": {"summary": f"{labels['alertname']} {about}".strip()},
        "startsAt": stamp(began),
        "endsAt": stamp(when) if status == "resolved" else NEVER,
        "generatorURL": f"https://prometheus.{labels.get('cluster', 'fly')}.example/graph?g0.expr=x",
        "fingerprint": digest(*(f"{key}={labels[key]}" for key in sorted(labels))),
    }


def _alertmanager(alerts: list[dict[str, Any]], status: str) -> dict[str, Any]:
    common = set.intersection(*(set(one["labels"].items()) for one in alerts))
    key = alerts[0]["labels"]["alertname"]
    return {
        "receiver": "bot",
        "status": status,
        "alerts": alerts,
        "groupLabels": {"alertname": key},
        "commonLabels": dict(sorted(common)),
        "commonAnnotations": {},
        "externalURL": "https://alertmanager.fly.example",
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{key}"}}',
        "truncatedAlerts": 0,
    }


def _alarm(
    alarm: str, query: str, dimensions: Labels, when: datetime, kind: str, *, space: str, severity: str
) -> dict[str, Any]:
    firing = kind in {"OK_TO_FIRING", "REPEAT"}
    ocid = f"ocid1.alarm.oc1.eu-frankfurt-1.{digest(alarm, size=40)}"
    return {
        "dedupeKey": digest(alarm, *dimensions.values(), size=32),
        "title": alarm,
        "body": f"{alarm}. Follow the runbook of the owning team.",
        "type": kind,
        "severity": severity,
        "timestampEpochMillis": int(when.timestamp() * 1000),
        "timestamp": stamp(when),
        "notificationType": "Split messages per metric stream",
        "version": 1.5,
        "alarmMetaData": [
            {
                "id": ocid,
                "status": "FIRING" if firing else "OK",
                "severity": severity,
                "namespace": space,
                "query": query,
                "totalMetricsFiring": 1 if firing else 0,
                "dimensions": [dimensions | {"region": REGION}],
                "alarmUrl": f"https://cloud.oracle.com/monitoring/alarms/{ocid}?region={REGION}",
                "alarmSummary": f"Alarm for {query}",
                "metricValues": [{re.split("[<>]", query, maxsplit=1)[0].strip(): "97.20"}],
            }
        ],
    }
