"""The scenario's alerts: expressions over its metrics, told when they have held long enough, told again when over."""

import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sandbox.prometheus.answers import instant
from sandbox.prometheus.series import SeriesSource
from sandbox.scenarios.model import Alert

LOOK_BACK_S: Final = 300.0
STEP_S: Final = 5.0
PLACE: Final = {"namespace": "shop", "cluster": "local"}
Tell = Callable[[str], Awaitable[None]]
Hushed = Callable[[dict[str, str]], bool]  # whether somebody silenced an alert with these labels


@dataclass(frozen=True)
class Firing:
    alert: Alert
    labels: tuple[tuple[str, str], ...]
    value: float
    since: float

    @property
    def key(self) -> str:
        return f"{self.alert.name}/{json.dumps(self.labels)}"


class Alerting:
    """`told` is a file that keeps which alerts stand, so that nobody hears of them twice."""

    def __init__(
        self, alerts: tuple[Alert, ...], source: SeriesSource, told: Path, hushed: Hushed = lambda _: False
    ) -> None:
        self._hushed = hushed
        self._alerts = alerts
        self._source = source
        self._path = told
        self._told: dict[str, str] = _read(told)

    async def look(self, now: float, tell: Tell) -> None:
        """Tell what began and what ended, the oldest first."""
        firing = {one.key: one for alert in self._alerts for one in self._held(alert, now)}
        new = (
            one for key, one in firing.items() if key not in self._told and not self._hushed(labels_of(one))
        )
        fresh = sorted(new, key=lambda one: one.since)
        over = [key for key in self._told if key not in firing]
        for one in fresh:
            await tell(_firing(one))
            self._told[one.key] = _title(one)
            self._write()
        for key in over:
            await tell(f"[RESOLVED] {self._told.pop(key)}")
            self._write()

    def standing(self, now: float) -> list[dict[str, Any]]:
        """What fires, whether anybody was told or not, as an Alertmanager is told of it."""
        return [
            {
                "labels": labels_of(one),
                "annotations": {"summary": one.alert.summary},
                "startsAt": _stamp(one.since),
            }
            for alert in self._alerts
            for one in self._held(alert, now)
        ]

    def rules(self, now: float) -> list[dict[str, Any]]:
        """What the rules say now, as Prometheus tells it: what holds, and what has not held long enough."""
        found = []
        for alert in self._alerts:
            held = {one.labels for one in self._held(alert, now)}
            for labels, value in self._true(alert, now).items():
                one = Firing(alert, labels, value, self._since(alert, labels, now))
                state = "firing" if labels in held else "pending"
                found.append({"labels": labels_of(one), "annotations": {"summary": alert.summary}, "state": state, "activeAt": _stamp(one.since), "value": f"{value:e}"})  # fmt: skip
        return found

    def _held(self, alert: Alert, now: float) -> list[Firing]:
        found = []
        for labels, value in self._true(alert, now).items():
            since = self._since(alert, labels, now)
            if now - since >= alert.hold or self._stands(alert, labels):
                found.append(Firing(alert, labels, value, since))
        return found

    def _stands(self, alert: Alert, labels: tuple[tuple[str, str], ...]) -> bool:
        return Firing(alert, labels, 0, 0).key in self._told

    def _since(self, alert: Alert, labels: tuple[tuple[str, str], ...], now: float) -> float:
        since = now
        while since > now - LOOK_BACK_S and labels in self._true(alert, since - STEP_S):
            since -= STEP_S
        return since

    def _true(self, alert: Alert, at: float) -> dict[tuple[tuple[str, str], ...], float]:
        found = {}
        for one in instant(self._source, alert.expr, at)["result"]:
            value = float(one["value"][1])
            if math.isfinite(value):
                wanted = {key: text for key, text in one["metric"].items() if key == alert.each}
                found[tuple(sorted(wanted.items()))] = value
        return found

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self._told), encoding="utf-8")


def labels_of(one: Firing) -> dict[str, str]:
    named = {"alertname": one.alert.name, "severity": one.alert.severity, "service": one.alert.service}
    return named | PLACE | dict(one.labels)


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _title(one: Firing) -> str:
    named = "".join(f" {key}={text}" for key, text in one.labels)
    return f"{one.alert.name} ({one.alert.severity}) service={one.alert.service}{named}"


def _firing(one: Firing) -> str:
    since = datetime.fromtimestamp(one.since, UTC).strftime("%H:%M:%S")
    value = f"{one.value:.3g}" if one.value < 1000 else f"{one.value:.0f}"
    return f"[FIRING] {_title(one)} namespace=shop cluster=local\n{one.alert.summary}. Value {value}, since {since} UTC"
