"""Alertmanager's webhook, version 4: a group of alerts, each with labels, annotations and its own fingerprint."""

from __future__ import annotations

from datetime import datetime

from agents.triage.alert import (
    Alert,
    Json,
    Source,
    Unreadable,
    labels_of,
    moment,
    objects,
    severity_of,
    status_of,
    words,
)

NAME = "alertname"


def read(payload: Json, at: datetime, source: Source = "alertmanager") -> tuple[Alert, ...]:
    common, group = labels_of(payload.get("commonLabels")), labels_of(payload.get("groupLabels"))
    notes = labels_of(payload.get("commonAnnotations"))
    found = [
        alert
        for one in objects(payload.get("alerts"))
        if (alert := _alert({"status": payload.get("status"), **one}, (common | group, notes), at, source))
    ]
    if not found:
        raise Unreadable("`alerts` holds no alert with labels")
    return tuple(found)


def _alert(
    one: Json, shared: tuple[dict[str, str], dict[str, str]], at: datetime, source: Source
) -> Alert | None:
    """`shared` are labels and annotations of the whole group."""
    labels = shared[0] | labels_of(one.get("labels"))
    told = shared[1] | labels_of(one.get("annotations"))
    if not labels:
        return None
    return Alert(
        source=source,
        name=labels.pop(NAME, "") or told.get("summary", "")[:120] or "alert",
        status=status_of(one.get("status")),
        severity=severity_of(labels.pop("severity", "") or labels.pop("priority", "")),
        at=at,
        labels=labels,
        text=" ".join(filter(None, (told.get("summary"), told.get("description") or told.get("message")))),
        key=words(one.get("fingerprint"), 100),
        url=words(one.get("generatorURL"), 500),
        began=moment(one.get("startsAt")),
    )
