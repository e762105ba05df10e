"""Which size of a flexible shape would do: by what an instance used for days, with room to spare, within what the shape takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tools.oracle.everywhere import number
from tools.spec import Json

CPU_ROOM: Final = 60.0  # percent that its p95 may take of the smaller one
MEMORY_ROOM: Final = 75.0


@dataclass(frozen=True, slots=True)
class Used:
    """Percent. `memory` None: nobody measured it, so it stays as it is."""

    cpu: float
    cpu_most: float
    memory: float | None


@dataclass(frozen=True, slots=True)
class Size:
    ocpus: float
    memory_gb: float

    @property
    def words(self) -> str:
        return f"{self.ocpus:g} OCPUs and {self.memory_gb:g} GB"


def smaller(now: Size, used: Used, shape: Json) -> Size | None:
    """Whole OCPUs and GB. None when nothing smaller would do, or the shape takes none."""
    cores, room = shape.get("ocpuOptions") or {}, shape.get("memoryOptions") or {}
    ocpus = _at_least(now.ocpus * used.cpu / CPU_ROOM, number(cores, "min"))
    memory = now.memory_gb
    if used.memory is not None:
        memory = _at_least(now.memory_gb * used.memory / MEMORY_ROOM, number(room, "minInGBs"))
    ocpus = max(ocpus, math.ceil(memory / _ratio(room, "maxPerOcpuInGBs", memory)))
    memory = max(memory, math.ceil(ocpus * _ratio(room, "minPerOcpuInGBs", 0)))
    found = Size(min(ocpus, now.ocpus), min(memory, now.memory_gb))
    return found if found != now and _takes(found, room) else None


def _at_least(wanted: float, least: float | None) -> float:
    return float(max(math.ceil(round(wanted, 6)), 1, least or 1))


def _ratio(room: Mapping[str, object], key: str, otherwise: float) -> float:
    found = number(dict(room), key)
    return found or otherwise or 1


def _takes(size: Size, room: Json) -> bool:
    each, least, most = (
        size.memory_gb / size.ocpus,
        number(room, "minPerOcpuInGBs"),
        number(room, "maxPerOcpuInGBs"),
    )
    return (least is None or each >= least) and (most is None or each <= most)
