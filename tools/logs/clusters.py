"""Like entries together: a template with its count, first and last time, and one example kept whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tools.logs.entries import Entry
from tools.logs.lines import LEVELS, Level

HOLE = "<*>"
_HOLES = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"  # a time
    r"|\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b"  # a UUID
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"  # an address
    r"|\b\d+(?:\.\d+)+"  # a fraction, a version
    r"|\b0x[0-9a-fA-F]+\b"
    r"|\b(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{8,}\b"  # a hash
    r"|\b(?=\w*\d)[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*_?\d[\w-]*\b"  # an identifier with digits in it
    r"|\d+"
)
_ORDER = {level: rank for rank, level in enumerate(LEVELS)}


def template_of(line: str) -> str:
    """The line with what varies cut out."""
    return _HOLES.sub(HOLE, line[:500])


@dataclass(slots=True)
class Cluster:
    """Entries that say the same. `fresh` means: said since the rollout and not before it."""

    template: str
    level: Level
    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    example: Entry | None = None
    pods: set[str] = field(default_factory=set)
    fresh: bool = False

    def add(self, entry: Entry) -> None:
        self.count += 1
        self.pods.add(entry.pod)
        if entry.at is not None:
            self.first = min(self.first or entry.at, entry.at)
            self.last = max(self.last or entry.at, entry.at)
        if self.example is None or len(entry.lines) > len(self.example.lines):
            self.example = entry

    @property
    def weight(self) -> tuple[int, int, int]:
        """Sort key: worst level, then new ones, then many."""
        return (_ORDER[self.level], not self.fresh, -self.count)


def cluster(
    found: Iterable[Entry], known: frozenset[str] = frozenset(), since: datetime | None = None
) -> list[Cluster]:
    """Clusters, worst first. `known` are templates said before a rollout at `since`; others after it are fresh."""
    by_template: dict[str, Cluster] = {}
    for entry in found:
        template = template_of(entry.said)
        mine = by_template.get(template)
        if mine is None:
            mine = by_template[template] = Cluster(template, entry.level)
        mine.add(entry)
    for each in by_template.values():
        each.fresh = (
            since is not None and each.template not in known and (each.first is None or each.first >= since)
        )
    return sorted(by_template.values(), key=lambda c: c.weight)
