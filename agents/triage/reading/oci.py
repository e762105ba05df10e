"""The JSON of an Oracle Cloud alarm, as Notifications delivers it. Lenient: samples and documentation do not agree on spelling."""

from __future__ import annotations

from datetime import datetime

from agents.triage.alert import (
    Alert,
    Json,
    Status,
    Unreadable,
    labels_of,
    moment,
    objects,
    severity_of,
    status_of,
    words,
)

_TELLING = ("namespace", "query")
_OVER = {"FIRING_TO_OK", "RESET", "OK"}


def read(payload: Json, at: datetime) -> tuple[Alert, ...]:
    metas = objects(payload.get("alarmMetaData"))
    if not words(payload.get("title")) and not metas:
        raise Unreadable("neither `title` nor `alarmMetaData` is there")
    return tuple(
        _alert(payload, meta, dimensions, at)
        for meta in metas or [{}]
        for dimensions in objects(meta.get("dimensions")) or [{}]
    )


def _alert(payload: Json, meta: Json, dimensions: Json, at: datetime) -> Alert:
    labels = labels_of(dimensions) | {name: words(meta.get(name), 300) for name in _TELLING}
    if "resourceid" in labels:  # in the wild in capital letters, too
        labels["resourceid"] = labels["resourceid"].lower()
    labels["alarm"] = words(meta.get("id"), 300).lower()
    return Alert(
        source="oci",
        name=words(payload.get("title"), 250) or words(meta.get("alarmSummary"), 250) or "alarm",
        status=_status(payload, meta),
        severity=severity_of(payload.get("severity") or meta.get("severity")),
        at=at,
        labels={name: text for name, text in labels.items() if text},
        text=" ".join(filter(None, (words(payload.get("body")), words(meta.get("alarmSummary"), 500)))),
        key=words(payload.get("dedupeKey") or payload.get("dedupekey"), 300),
        url=words(meta.get("alarmUrl"), 500),
        began=moment(payload.get("timestampEpochMillis")) or moment(payload.get("timestamp")),
    )


def _status(payload: Json, meta: Json) -> Status:
    """What happened wins over the state of the alarm, which is what it was read with."""
    kind = words(payload.get("type"), 40).upper()
    if kind:
        return "resolved" if kind in _OVER else "firing"
    return status_of(meta.get("status"))
