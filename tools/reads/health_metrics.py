"""Which instances' CPU and memory are out of their own band now.

The band is learned from the series' own last 14 days by the hour, with its season (`tools/statistics/anomalies.py`). Out is who has
left it for three whole hours in a row, or once by far, and has not come back. A series that is too young is judged by nobody, and counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from tools.oracle.courses import course, stepped, whole
from tools.oracle.health import Trouble
from tools.oracle.metrics import Asked, Stream, everywhere, query
from tools.oracle.readings import Reading, read
from tools.oracle.where import Where
from tools.reads.digest import counted
from tools.spec import Call

METRICS: Final = ("CpuUtilization", "MemoryUtilization")
SPACE: Final = "oci_computeagent"
BASELINE: Final = timedelta(days=14)
LEAST: Final = 2.0  # percent points: a band is never narrower than 4.5 times that to each side
LATE: Final = 3  # steps without a value: what stopped before is not out of its band now
JUDGED: Final = 120  # series of one metric; judging one takes milliseconds
RULE: Final = "Metrics: out of the band of their own 14 days (hourly, by season, 9 percent points at least) for 3 hours, and not back yet"


async def unusual(call: Call, where: Where, unseen: list[str], notes: list[str]) -> list[Trouble]:
    """Raises the three error words when no region answers."""
    name, step = stepped(BASELINE)
    end = whole(call.now, step)
    found: list[Trouble] = []
    young = 0
    for metric in METRICS:
        asked = Asked(SPACE, query(metric, name, "mean"), end - BASELINE, end)
        streams = await _streams(where, asked, unseen)
        if len(streams) > JUDGED:
            unseen.append(f"{metric} of {len(streams) - JUDGED} more instances: at most {JUDGED} are judged")
        readings = await asyncio.to_thread(_read, [one for _, one in streams[:JUDGED]], step)
        young += sum(one.judged is None for one in readings)
        found += [
            _trouble(where, metric, asked, region, one)
            for (region, _), one in zip(streams, readings, strict=False)
            if one.now is not None and one.course.at(len(one.course.values)) >= end - LATE * step
        ]
    if young:
        notes.append(f"{counted(young, 'series').replace('seriess', 'series')} too young to be judged.")
    return found


async def _streams(where: Where, asked: Asked, unseen: list[str]) -> list[tuple[str, Stream]]:
    parts = await everywhere(where, asked)
    unseen.extend(f"{asked.query}: {text}" for text in parts.could_not_see)
    return [(region, one) for region, streams in parts.found.items() for one in streams]


def _read(streams: Sequence[Stream], step: timedelta) -> list[Reading]:
    """Blocking."""
    return [read(course(one, step), 0, LEAST) for one in streams]


def _trouble(where: Where, metric: str, asked: Asked, region: str, reading: Reading) -> Trouble:
    one = reading.course
    level = "ABOVE" if reading.now is not None and reading.now.above else "BELOW"
    path = where.path({"compartmentId": one.compartment})
    ref = f"metric:{asked.query}@{asked.end:%Y-%m-%dT%H:%M:%SZ}"
    return Trouble("metrics", level, one.resource or one.name, one.name, path, region, ref, metric)
