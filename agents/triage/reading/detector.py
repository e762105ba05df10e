"""An alert of a detector of ours: written by code, and read back the same."""

from __future__ import annotations

from datetime import datetime

from agents.triage.alert import Alert, Json, Unreadable, labels_of, moment, severity_of, status_of, words


def read(payload: Json, at: datetime) -> tuple[Alert, ...]:
    name = words(payload.get("name"), 200)
    if not name:
        raise Unreadable("`name` is not there")
    return (
        Alert(
            source="detector",
            name=name,
            status=status_of(payload.get("status")),
            severity=severity_of(payload.get("severity")),
            at=at,
            labels=labels_of(payload.get("labels")),
            text=words(payload.get("text")),
            began=moment(payload.get("began")),
        ),
    )
