"""One billed thing: how much of it there was in a span of time, with its weeks, its growth, its noise and spikes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sandbox.oci.metrics.series import noise
from sandbox.oci.tenancy.file import Cost
from sandbox.oci.tenancy.records import Record
from sandbox.oci.tenancy.tenancy import Tenancy
from sandbox.oci.times import BILLED_AFTER, DAY, HOUR, midnight

SATURDAY = 5


@dataclass(frozen=True)
class Line:
    """What one resource is billed for one kind of unit."""

    cost: Cost
    resource: Record
    tenancy: Tenancy

    def quantity(self, start: float, end: float) -> float:
        """Units from `start` to `end`, as far as they are billed."""
        return sum(self._of_day(first, last) for first, last in _days(start, end))

    def expected(self, start: float, end: float) -> float:
        """Units from `start` to `end` if it goes on as in the last day that is billed, its weeks and growth kept."""
        until = billed_until(self.tenancy.records.now())
        if self._since >= until:
            return 0.0
        begun = max(until - DAY, self._since)
        share = sum(last - first for first, last in self._on(begun, until)) / (until - begun)
        return sum(
            (last - first) / HOUR * self.cost.hourly * self._season(midnight(first)) * share
            for first, last in _days(start, end)
        )

    def amount(self, quantity: float) -> float:
        return quantity * self.cost.price

    def _of_day(self, start: float, end: float) -> float:
        first, last = max(start, self._since), min(end, billed_until(self.tenancy.records.now()))
        if first >= last:
            return 0.0
        hours = sum(until - since for since, until in self._on(first, last)) / HOUR
        day = midnight(start)
        found = (
            hours
            * self.cost.hourly
            * self._season(day)
            * (1 + self.cost.noise * noise(self._seed, int(day // DAY)))
        )
        for begins, ends, factor in self._spikes:
            found *= factor if begins <= day < ends else 1
        return found

    def _on(self, start: float, end: float) -> list[tuple[float, float]]:
        if not self.cost.powered:
            return [(start, end)]
        return self.tenancy.records.on(self.resource.id, start, end)

    def _season(self, day: float) -> float:
        """What the day of the week and the growth make of it."""
        weekday = (int(day // DAY) + 3) % 7  # 1970-01-01 was a Thursday
        grown: float = (1 + self.cost.growth) ** ((day - self.tenancy.names.begun) / DAY)
        return grown * (self.cost.weekend if weekday >= SATURDAY else 1)

    @cached_property
    def _spikes(self) -> list[tuple[float, float, float]]:
        begins = [(midnight(self.tenancy.names.at(one.at)), one) for one in self.cost.spikes]
        return [(first, first + one.days * DAY, one.factor) for first, one in begins]

    @cached_property
    def _since(self) -> float:
        return self.tenancy.names.at(self.cost.since)

    @cached_property
    def _seed(self) -> int:
        return zlib.crc32(f"{self.resource.id}/{self.cost.part}".encode())


def billed_until(now: float) -> float:
    """Costs of the latest hours are not known yet."""
    return (now - BILLED_AFTER) // HOUR * HOUR


def lines(tenancy: Tenancy) -> list[Line]:
    """Those of the region's resources."""
    named = [(cost, tenancy.names.reference(cost.resource)) for cost in tenancy.file.costs]
    known = tenancy.records.by_id
    return [Line(cost, known[ident], tenancy) for cost, ident in named if ident in known]


def _days(start: float, end: float) -> Iterator[tuple[float, float]]:
    while start < end:
        until = min(midnight(start) + DAY, end)
        yield start, until
        start = until
