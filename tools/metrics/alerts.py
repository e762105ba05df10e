"""Alerts and silences of Alertmanager and Prometheus as one list: what fires, what is hushed and by whom, what is about to fire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from tools.cluster.objects import EPOCH, when
from tools.spec import Json

State = Literal["firing", "pending", "silenced", "inhibited"]
SEVERITIES: Final = ("critical", "page", "emergency", "high", "error", "major", "warning", "medium", "minor", "low", "info", "none")  # fmt: skip
TOLD: Final = ("summary", "message", "description")
HIDDEN_LABELS: Final = frozenset(
    {"alertname", "severity", "prometheus", "receive", "endpoint", "instance", "job"}
)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert with one set of labels. `value` as its rule measured it, `by` the silences that hush it."""

    name: str
    state: State
    severity: str
    labels: tuple[tuple[str, str], ...]
    since: datetime
    summary: str = ""
    value: float | None = None
    by: tuple[str, ...] = ()

    def label(self, key: str) -> str:
        return dict(self.labels).get(key, "")

    @property
    def rank(self) -> tuple[int, int]:
        states: tuple[State, ...] = ("firing", "pending", "silenced", "inhibited")
        known = self.severity.lower()
        return (states.index(self.state), SEVERITIES.index(known) if known in SEVERITIES else 6)


@dataclass(slots=True)
class Group:
    """Alerts of one name and state."""

    name: str
    alerts: list[Alert] = field(default_factory=list)

    @property
    def first(self) -> Alert:
        return min(self.alerts, key=lambda one: (one.rank, one.since))

    @property
    def since(self) -> datetime:
        return min((one.since for one in self.alerts if one.since > EPOCH), default=EPOCH)


@dataclass(frozen=True, slots=True)
class Silence:
    id: str
    state: str
    matchers: str
    by: str
    comment: str
    starts: datetime
    ends: datetime
    scope: tuple[tuple[str, str], ...] = ()  # labels that it names exactly


def from_alertmanager(item: Json) -> Alert:
    status = item.get("status") or {}
    hushed = tuple(status.get("silencedBy") or ())
    state: State = "silenced" if hushed else "inhibited" if status.get("inhibitedBy") else "firing"
    return _alert(item, state, when(item.get("startsAt")), None, hushed)


def from_prometheus(item: Json) -> Alert:
    state: State = "pending" if item.get("state") == "pending" else "firing"
    return _alert(item, state, when(item.get("activeAt")), _number(item.get("value")), ())


def _alert(item: Json, state: State, since: datetime, value: float | None, by: tuple[str, ...]) -> Alert:
    labels = {str(k): str(v) for k, v in (item.get("labels") or {}).items()}
    notes = item.get("annotations") or {}
    told = next((str(notes[key]) for key in TOLD if notes.get(key)), "")
    return Alert(labels.get("alertname", "unnamed"), state, labels.get("severity", ""), tuple(sorted(labels.items())), since, told, value, by)  # fmt: skip


def _number(text: object) -> float | None:
    try:
        return float(str(text))
    except ValueError:
        return None


def together(alertmanager: Iterable[Alert], prometheus: Iterable[Alert]) -> list[Alert]:
    """Alertmanager knows what is hushed, Prometheus what is about to fire and how much it measures."""
    measured = {(one.name, _own(one)): one for one in prometheus}
    found = []
    for one in alertmanager:
        other = measured.pop((one.name, _own(one)), None)
        found.append(one if other is None else _with(one, other))
    return [*found, *measured.values()]


def _own(one: Alert) -> frozenset[tuple[str, str]]:
    """Labels without those that only an external label of one side adds."""
    return frozenset(pair for pair in one.labels if pair[0] not in {"prometheus", "cluster", "replica"})


def _with(one: Alert, other: Alert) -> Alert:
    return Alert(one.name, one.state, one.severity, one.labels, min(one.since, other.since), one.summary or other.summary, other.value, one.by)  # fmt: skip


def grouped(alerts: Iterable[Alert]) -> list[Group]:
    """By name and state, the worst first."""
    found: dict[tuple[str, str], Group] = {}
    for one in alerts:
        found.setdefault((one.name, one.state), Group(one.name)).alerts.append(one)
    return sorted(found.values(), key=lambda g: (g.first.rank, -len(g.alerts), g.since, g.name))


def silence(item: Json) -> Silence:
    matchers = item.get("matchers") or []
    exact = tuple(
        (m["name"], m["value"]) for m in matchers if not m.get("isRegex") and m.get("isEqual", True)
    )
    return Silence(
        str(item.get("id", "")),
        str((item.get("status") or {}).get("state", "")),
        ", ".join(map(_matcher, matchers)),
        str(item.get("createdBy", "")),
        str(item.get("comment", "")),
        when(item.get("startsAt")),
        when(item.get("endsAt")),
        exact,
    )


def _matcher(one: Json) -> str:
    equal = one.get("isEqual", True)
    sign = ("=~" if equal else "!~") if one.get("isRegex") else ("=" if equal else "!=")
    return f"{one.get('name')}{sign}{one.get('value')}"
