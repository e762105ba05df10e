"""Any JSON: the field names that monitoring products use for the same things, looked for at the top and one level below."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from agents.triage.alert import (
    Alert,
    Json,
    Unreadable,
    labels_of,
    moment,
    severity_of,
    status_of,
)

NAMES = ("alertname", "alert_name", "rulename", "rule", "check", "check_name", "title", "name", "alert", "subject", "summary", "message")  # fmt: skip
SEVERITY = ("severity", "level", "priority", "urgency")
STATUS = ("status", "state", "event_action", "alert_type", "transition", "action")
TEXT = ("description", "summary", "message", "text", "body", "details", "output")
KEY = (
    "dedup_key",
    "dedupkey",
    "dedupekey",
    "incident_key",
    "fingerprint",
    "alert_id",
    "event_id",
    "id",
    "key",
    "aggreg_key",
)
URL = ("url", "link", "alert_url", "source_url")
BEGAN = ("startsat", "started_at", "start_time", "timestamp", "time", "date", "created_at")
_OVER = {"resolve", "acknowledge_close", "close", "end", "ended"}
_SPENT = frozenset((*SEVERITY, *STATUS, *TEXT, *KEY, *URL, *BEGAN))


def read(payload: Json, at: datetime) -> tuple[Alert, ...]:
    fields = _fields(payload)
    name = _first(fields, NAMES)[:200]
    if not name:
        raise Unreadable(f"none of {', '.join(NAMES)} is there")
    status = _first(fields, STATUS).lower()
    return (
        Alert(
            source="generic",
            name=name,
            status="resolved" if status in _OVER else status_of(status),
            severity=severity_of(_first(fields, SEVERITY)),
            at=at,
            labels={key: text for key, text in fields.items() if key not in _SPENT and key not in NAMES},
            text=_first(fields, TEXT),
            key=_first(fields, KEY)[:200],
            url=_first(fields, URL)[:500],
            began=next((found for key in BEGAN if (found := moment(fields.get(key)))), None),
        ),
    )


def _first(fields: dict[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")


def _fields(payload: Json) -> dict[str, str]:
    """The top level wins over what is below it. Tags may be a list of `key:value`."""
    found: dict[str, str] = {}
    for level in (_below(payload), [labels_of(payload)]):
        for part in level:
            found |= part
    return found


def _below(payload: Json) -> Iterator[dict[str, str]]:
    for value in payload.values():
        if isinstance(value, list):
            yield _pairs(value)
        else:
            yield labels_of(value)


def _pairs(values: list[object]) -> dict[str, str]:
    cut = (text.partition(":" if ":" in text else "=") for text in values[:200] if isinstance(text, str))
    return labels_of({key: value for key, mark, value in cut if mark})
