"""How many lines of which level: a bar each, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tools.logs.clusters import Cluster
from tools.logs.lines import LEVELS
from tools.reads.digest import listed
from tools.spec import Chart, Series


def by_level(groups: Iterable[Cluster]) -> tuple[Chart, ...]:
    counts: Counter[str] = Counter()
    for group in groups:
        counts[group.level] += group.count
    levels = [level for level in LEVELS if counts[level]]
    if not levels:
        return ()
    note = f"Lines by level: {listed([f'{counts[level]:,} {level}' for level in levels])}."
    series = Series("lines", tuple(float(counts[level]) for level in levels))
    return (Chart("Lines by level", "bar", "lines", tuple(levels), (series,), note),)
