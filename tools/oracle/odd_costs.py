"""Odd days of cost by service and compartment, by Oracle's own detector and by ours, and what stands behind them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from tools.oracle.anomalies import WARM_UP, Anomaly, anomalies
from tools.oracle.costs import DAY, DIMENSIONS, Costs, costs
from tools.oracle.where import Where, text_of
from tools.spec import Call, Json

LEAST: Final = Decimal("0.02")  # part of a usual day's whole bill that an odd one exceeds in all
BEFORE: Final = 7  # days that tell what a resource cost before


@dataclass(frozen=True, slots=True)
class Odd:
    """One of ours: where, when, and money."""

    service: str
    compartment: str  # OCID
    anomaly: Anomaly

    @property
    def start(self) -> datetime:
        return datetime.combine(self.anomaly.start, time(), UTC)

    @property
    def excess(self) -> Decimal:
        return Decimal(str(self.anomaly.excess))


@dataclass(frozen=True, slots=True)
class Part:
    """What one SKU of one resource cost more on the first odd day than in the days before, in the median."""

    resource: str
    sku: str
    before: Decimal
    after: Decimal

    @property
    def more(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Found:
    """`odd` by excess, `small` left out as too little money; `days` complete ones were known, `judged` whether that is enough."""

    odd: tuple[Odd, ...]
    small: int
    days: int

    @property
    def judged(self) -> bool:
        return self.days > WARM_UP


def odd_days(found: Costs, since: datetime) -> Found:
    """Of those that began at `since` or later, or go on. Only complete days are looked at: half a day is never odd."""
    known = {row.day for row in found.rows}
    closed = [day for day in found.days if day < found.open_from and known and day >= min(known)]
    if len(closed) <= WARM_UP:
        return Found((), 0, len(closed))
    sums: dict[tuple[str, str], dict[datetime, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in found.rows:
        key = row.values.get("service") or "other", row.values.get(DIMENSIONS["compartment"], "")
        sums[key][row.day] += row.amount
    every = [
        Odd(service, compartment, one)
        for (service, compartment), days in sums.items()
        for one in anomalies(closed[0].date(), [float(days.get(day, 0)) for day in closed])
        if one.end >= since.date()
    ]
    least = LEAST * _usual_day(found, closed)
    kept = sorted((one for one in every if one.excess >= least), key=lambda one: -one.excess)
    return Found(tuple(kept), len(every) - len(kept), len(closed))


def _usual_day(found: Costs, closed: list[datetime]) -> Decimal:
    days: dict[datetime, Decimal] = defaultdict(Decimal)
    for row in found.rows:
        days[row.day] += row.amount
    return median(days[day] for day in closed)


async def parts_of(call: Call, where: Where, odd: Odd) -> tuple[Costs, list[Part]]:
    """The usage behind it, and its SKUs by resource, the one that grew most first. Raises as Oracle refuses."""
    back = (call.now.replace(hour=0, minute=0, second=0, microsecond=0) - odd.start) // DAY + BEFORE + 1
    found = await costs(where, call.now, back, ["service", "resource", "sku"], service=odd.service)
    days: dict[tuple[str, str], dict[datetime, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in found.rows:
        if row.values.get(DIMENSIONS["compartment"]) == odd.compartment:
            days[row.values.get("resourceId", ""), row.values.get("skuName", "")][row.day] += row.amount
    earlier = [odd.start - n * DAY for n in range(1, BEFORE + 1)]
    parts = [
        Part(
            resource, sku, median(one.get(day, Decimal(0)) for day in earlier), one.get(odd.start, Decimal(0))
        )
        for (resource, sku), one in days.items()
    ]
    return found, sorted((one for one in parts if one.more > 0), key=lambda one: -one.more)


async def native(where: Where, since: datetime) -> list[Json]:
    """Events of Oracle's cost anomaly detection from `since` on, the dearest first; they belong to the root. Raises as Oracle refuses."""
    found = await where.api.listing(
        "cost_anomaly", "list_cost_anomaly_events", region=where.tenancy.home, compartment_id=where.tenancy.id
    )
    late = [one for one in found.items if _at(one) >= since - timedelta(days=1)]
    return sorted(late, key=lambda one: -float(one.get("costImpact") or 0))


def _at(event: Json) -> datetime:
    try:
        return datetime.fromisoformat(text_of(event, "timeAnomalyEventDate"))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)  # of an unknown day: shown, never dropped
