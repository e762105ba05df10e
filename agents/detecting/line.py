"""One series as `oci_trend` read it: how much past it has, and what of it is out of the ordinary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

BASELINE: Final = timedelta(days=14)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Odd:
    """An anomaly. `begin` and `end` are its first and last hour, `end` None while it goes on; `text` is how far out it is."""

    begin: datetime
    end: datetime | None
    above: bool
    times: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """`first` and `last` are its first and last measured hour; so many `days` of it have a point."""

    key: str
    name: str
    first: datetime
    last: datetime
    days: int
    odd: tuple[Odd, ...] = ()

    @property
    def ready(self) -> bool:
        """By the data, whenever anybody began to look: a gap of two weeks teaches nothing."""
        return self.last - self.first >= BASELINE and self.days >= BASELINE.days

    @property
    def ready_at(self) -> datetime:
        """When that will be so, if it is measured every day."""
        return max(self.first + BASELINE, self.last + (BASELINE.days - self.days) * DAY)


def lines_of(data: Mapping[str, Any]) -> list[Line]:
    """Of a result of `oci_trend`; one that could not be judged says nothing odd."""
    metric, unit = str(data.get("metric", "")), str(data.get("unit", ""))
    return [_line(one, metric, unit) for one in data.get("series") or ()]


def _line(one: Mapping[str, Any], metric: str, unit: str) -> Line:
    name = str(one.get("name", ""))
    return Line(
        str(one.get("resource") or name),
        name,
        datetime.fromisoformat(one["first"]),
        datetime.fromisoformat(one["last"]),
        int(one["days"]),
        tuple(_odd(each, f"{metric} of {name}", unit) for each in one.get("anomalies") or ()),
    )


def _odd(one: Mapping[str, Any], what: str, unit: str) -> Odd:
    side = "above" if one["above"] else "below"
    band = f"{_number(one['low'])} to {_number(one['high'])}{unit and f' {unit}'}"
    far = f"{_number(one['value'])}{unit and f' {unit}'}"
    end = datetime.fromisoformat(one["to"]) if one["to"] else None
    text = f"{what}: {side} the expected {band}, {far} at its farthest"
    return Odd(
        datetime.fromisoformat(one["from"]), end, bool(one["above"]), abs(float(one["times"])), text[:400]
    )


def _number(value: float) -> str:
    return f"{value:.3g}"
