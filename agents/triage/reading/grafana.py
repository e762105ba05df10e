"""Grafana's webhook: unified alerting speaks like Alertmanager; the older form tells of one rule."""

from __future__ import annotations

from datetime import datetime

from agents.triage.alert import (
    Alert,
    Json,
    Unreadable,
    labels_of,
    objects,
    severity_of,
    status_of,
    words,
)
from agents.triage.reading import alertmanager

_NAMELESS = {
    "datasource_uid",
    "ref_id",
    "grafana_folder",
    "__alert_rule_uid__",
}  # where the rule lies, not what about


def read(payload: Json, at: datetime) -> tuple[Alert, ...]:
    if objects(payload.get("alerts")):
        return tuple(_without_place(one) for one in alertmanager.read(payload, at, "grafana"))
    return (_legacy(payload, at),)


def _without_place(alert: Alert) -> Alert:
    labels = {key: text for key, text in alert.labels.items() if key not in _NAMELESS}
    return Alert(
        alert.source, alert.name, alert.status, alert.severity, alert.at,
        labels, alert.text, alert.key, alert.url, alert.began,
    )  # fmt: skip


def _legacy(payload: Json, at: datetime) -> Alert:
    name = words(payload.get("ruleName"), 200) or words(payload.get("title"), 200)
    if not name:
        raise Unreadable("neither `alerts` nor `ruleName` is there")
    labels = labels_of(payload.get("tags"))
    for match in objects(payload.get("evalMatches"))[:1]:
        labels = labels_of(match.get("tags")) | labels
    return Alert(
        source="grafana",
        name=name,
        status=status_of(payload.get("state")),
        severity=severity_of(labels.pop("severity", "")),
        at=at,
        labels=labels,
        text=words(payload.get("message")),
        key=words(payload.get("ruleId"), 100),
        url=words(payload.get("ruleUrl"), 500),
    )
