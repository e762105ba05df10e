"""An alert as all sources are read into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

Json = Mapping[str, Any]
Source = Literal["oci", "alertmanager", "grafana", "generic", "slack", "detector"]
Severity = Literal["critical", "high", "warning", "info"]
Status = Literal["firing", "resolved"]
SOURCES: tuple[str, ...] = get_args(Source)

_SEVERITIES: dict[str, Severity] = {
    **dict.fromkeys(("critical", "fatal", "emergency", "disaster", "page", "p1", "sev1", "1"), "critical"),
    **dict.fromkeys(("error", "high", "major", "alert", "p2", "sev2", "2"), "high"),
    **dict.fromkeys(("warning", "warn", "medium", "average", "minor", "p3", "sev3", "3"), "warning"),
    **dict.fromkeys(("info", "informational", "low", "notice", "none", "ok", "p4", "p5", "sev4", "4", "5"), "info"),
}  # fmt: skip
_OVER = frozenset(
    ("resolved", "ok", "normal", "recovered", "recovery", "closed", "cleared", "up", "firing_to_ok", "reset", "success", "inactive")
)  # fmt: skip


class Unreadable(Exception):
    """The payload is no alert of its source. `str()` says in one line what is missing; nothing of its text."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that fires or is over. All texts come from outside and stay untrusted.

    `name` is the rule's; `labels` say what it is about, keys in lower case; `key` is the source's own name for
    the same thing, where it has one; `began` is when it began there, `at` when it reached us.
    """

    source: Source
    name: str
    status: Status
    severity: Severity
    at: datetime
    labels: Mapping[str, str]
    text: str = ""
    key: str = ""
    url: str = ""
    began: datetime | None = None


def severity_of(word: object) -> Severity:
    """Unknown words are a warning: neither paged nor hidden."""
    return _SEVERITIES.get(str(word).strip().lower(), "warning")


def status_of(word: object) -> Status:
    """What is not said to be over fires: an alert is not lost for a word that we do not know."""
    return "resolved" if str(word).strip().lower() in _OVER else "firing"


def moment(value: object) -> datetime | None:
    """ISO 8601, or seconds or milliseconds since 1970; nothing where it is neither, or the year 1 of a Go program."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = _from_text(value) if isinstance(value, str) else _from_number(float(value))
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.year > 1 else None


def _from_text(text: str) -> datetime:
    found = datetime.fromisoformat(text.strip())
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _from_number(number: float) -> datetime:
    return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)


def words(value: object, most: int = 2000) -> str:
    """Text of a field on one line, or nothing where it is no text or number."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return " ".join(str(value).split())[:most]


def labels_of(value: object) -> dict[str, str]:
    """The flat part of a JSON object, keys in lower case; what is nested is left out."""
    if not isinstance(value, Mapping):
        return {}
    found = {str(key).strip().lower()[:120]: words(text, 500) for key, text in list(value.items())[:200]}
    return {key: text for key, text in found.items() if key and text}


def objects(value: object, most: int = 1000) -> list[Json]:
    """The JSON objects of a list."""
    return [one for one in value[:most] if isinstance(one, Mapping)] if isinstance(value, list) else []
