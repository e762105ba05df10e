"""Generated series: a level, its swing over the day and noise, every minute while the resource is on."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sandbox.oci.tenancy.file import Emitter, Level, Wave
from sandbox.oci.tenancy.records import Record
from sandbox.oci.tenancy.tenancy import Tenancy
from sandbox.oci.times import DAY

MINUTE: Final = 60
KEPT_S: Final = 90 * DAY
PEAK_S: Final = 15 * 3600.0  # the hour of the day, UTC, at which most of it happens
_COPIED: Final = ("shape", "availabilityDomain", "faultDomain", "imageId")
_MASK: Final = 0xFFFFFFFF
Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """One metric of one resource."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    compartment: str
    wave: Wave
    tenancy: Tenancy
    resource: str

    def points(self, start: float, end: float) -> list[Point]:
        """In order, from `start` to before `end`; nothing of the future, and nothing older than is kept."""
        now = self.tenancy.records.now()
        first, last = max(start, now - KEPT_S), min(end, now)
        found: list[Point] = []
        for since, until in self.tenancy.records.on(self.resource, first, last):
            whole = math.ceil(since / MINUTE)
            found += [(at * MINUTE, self._value(at)) for at in range(whole, math.ceil(until / MINUTE))]
        return found

    def _value(self, minute: int) -> float:
        at = minute * MINUTE
        level = next((one for begins, one in self._levels if begins <= at), None) or self._first
        turn = math.cos((at % DAY - PEAK_S) / DAY * math.tau)
        value = level.base + level.day * turn + level.noise * noise(self._seed, minute)
        return round(min(max(value, self.wave.low), self.wave.high), 4)

    @cached_property
    def _levels(self) -> list[tuple[float, Level]]:
        """The latest first."""
        found = [(self.tenancy.names.at(one.at), one) for one in self.wave.then]
        return sorted(found, key=lambda one: one[0], reverse=True)

    @cached_property
    def _first(self) -> Level:
        return Level(base=self.wave.base, day=self.wave.day, noise=self.wave.noise)

    @cached_property
    def _seed(self) -> int:
        return zlib.crc32(f"{self.resource}/{self.name}".encode())


def noise(seed: int, number: int) -> float:
    """Between -1 and 1, always the same for the same two."""
    mixed = (number * 0x9E3779B1 + seed) & _MASK
    mixed = ((mixed ^ mixed >> 15) * 0x85EBCA6B) & _MASK
    mixed = ((mixed ^ mixed >> 13) * 0xC2B2AE35) & _MASK
    return (mixed ^ mixed >> 16) / _MASK * 2 - 1


def all_series(tenancy: Tenancy) -> list[Series]:
    """Every series of the tenancy, as the scenario's emitters say."""
    return [one for emitter in tenancy.file.metrics for one in _of(tenancy, emitter)]


def _of(tenancy: Tenancy, emitter: Emitter) -> list[Series]:
    record = tenancy.records.by_id.get(tenancy.names.reference(emitter.resource))
    if record is None:  # of another region
        return []
    dimensions = _dimensions(tenancy, record) | emitter.dimensions
    return [
        Series(emitter.namespace, name, dimensions, record.compartment, wave, tenancy, record.id)
        for name, wave in emitter.metrics.items()
    ]


def _dimensions(tenancy: Tenancy, record: Record) -> dict[str, str]:
    usual = {"resourceId": record.id, "resourceDisplayName": record.name, "region": tenancy.names.region}
    return usual | {key: str(record.body[key]) for key in _COPIED if key in record.body}
