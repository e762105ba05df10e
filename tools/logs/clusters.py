"""Like entries together: a template with its count, first and last time, and one example kept whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tools.logs.entries import Entry
from tools.logs.lines import LEVELS, Level

HOLE = "<*>"
OTHER = "(other lines: more kinds than are kept apart)"
MOST = 5_000  # templates
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


class Grouping:
    """Entries put together one by one, so that a log need not stay: what is kept grows with what is said, not with how often.

    `since` is a rollout; templates that are `learn`ed were said before it. Beyond `most` templates the rest is one group.
    """

    def __init__(self, known: Iterable[str] = (), since: datetime | None = None, most: int = MOST) -> None:
        self._known = set(known)
        self._since = since
        self._most = most
        self._by_template: dict[str, Cluster] = {}

    def learn(self, template: str) -> None:
        if len(self._known) < self._most:
            self._known.add(template)

    def add(self, entry: Entry, template: str = "") -> None:
        template = template or template_of(entry.said)
        mine = self._by_template.get(template)
        if mine is None:
            template = template if len(self._by_template) < self._most else OTHER
            mine = self._by_template.setdefault(template, Cluster(template, entry.level))
        mine.add(entry)

    @property
    def compared(self) -> bool:
        """Whether anything from before the rollout was read; else what is new is not known."""
        return bool(self._known)

    def groups(self) -> list[Cluster]:
        """Worst first."""
        since = self._since
        for each in self._by_template.values():
            said_before = each.template in self._known or (each.first is not None and since is not None and each.first < since)  # fmt: skip
            each.fresh = since is not None and not said_before
        return sorted(self._by_template.values(), key=lambda c: c.weight)


def cluster(
    found: Iterable[Entry], known: frozenset[str] = frozenset(), since: datetime | None = None
) -> list[Cluster]:
    """Clusters, worst first. `known` are templates said before a rollout at `since`; others after it are fresh."""
    grouping = Grouping(known, since)
    for entry in found:
        grouping.add(entry)
    return grouping.groups()
