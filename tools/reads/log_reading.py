"""Logs of many containers read side by side and put together as they come: the text itself is let go at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import name, owned_by
from tools.cluster.revisions import Revision
from tools.cluster.snapshot import Text
from tools.errors import GiveUp
from tools.logs.clusters import Cluster, Grouping, template_of
from tools.logs.entries import Entry, entries
from tools.logs.lines import LEVELS, Level
from tools.services.where import Place
from tools.spec import Json

SIDE_BY_SIDE = 4  # texts that are held at a time
RAW_MOST = 4 * 1024 * 1024  # characters that stay for paging and download
KEPT_BACK_S = 4.0  # of the time there is, for the answer


@dataclass(frozen=True, slots=True)
class Depth:
    """How much of each container's log is read, and of how many pods."""

    pods: int
    tail: int
    size: int  # bytes


USUAL = Depth(20, 2_000, 128 * 1024)
DEEP = Depth(50, 20_000, 2 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are asked for. A log of an earlier run is not cut at `since`: it ended when it ended."""

    since: datetime
    until: datetime
    level: Level | None = None
    fits: Callable[[str], bool] | None = None

    def takes(self, entry: Entry, *, previous: bool) -> bool:
        if entry.at is not None and (entry.at > self.until or (entry.at < self.since and not previous)):
            return False
        if self.level is not None and LEVELS.index(entry.level) > LEVELS.index(self.level):
            return False
        return self.fits is None or self.fits(entry.text)


def holding(text: str) -> Callable[[str], bool]:
    return lambda line: bool(re.search(re.escape(text), line, re.IGNORECASE))


@dataclass
class Gathered:
    """What was read so far. `rollout` is the last one of the Deployment, where it is of today."""

    wanted: Wanted
    rollout: Revision | None = None
    new: frozenset[str] = frozenset()  # pods of that rollout
    grouping: Grouping = field(default_factory=Grouping)
    lines: int = 0
    size: int = 0
    logs: int = 0
    pods: set[str] = field(default_factory=set)
    raw: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    _raw: int = 0

    @classmethod
    def begin(cls, wanted: Wanted, rollout: Revision | None, pods: Sequence[Json]) -> Gathered:
        if rollout is None:
            return cls(wanted)
        new = frozenset(name(p) for p in pods if owned_by(p, rollout.replicaset))
        return cls(wanted, rollout, new, Grouping((), rollout.at))

    def take(self, text: Text) -> None:
        self.logs += 1
        self.size += len(text.text)
        self.pods.add(text.pod)
        for entry in entries(text.pod, text.container, text.text):
            template = template_of(entry.said)
            if self._before(entry):
                self.grouping.learn(template)
            if self.wanted.takes(entry, previous=text.previous):
                self.lines += len(entry.lines)
                self.grouping.add(entry, template)
        self._keep(text)

    def groups(self) -> list[Cluster]:
        """Worst first. Where nothing from before the rollout is left, nothing is called new."""
        found = self.grouping.groups()
        for each in found:
            each.fresh = each.fresh and self.grouping.compared
        return found

    def _before(self, entry: Entry) -> bool:
        """Said by a pod of an earlier revision, or before the rollout: no news."""
        if self.rollout is None:
            return False
        return entry.pod not in self.new or (entry.at is not None and entry.at < self.rollout.at)

    def _keep(self, text: Text) -> None:
        room = RAW_MOST - self._raw
        if room > 0:
            run = " (previous run)" if text.previous else ""
            self.raw.append(f"== {text.pod}/{text.container}{run}\n{text.text[-room:]}")
            self._raw += len(self.raw[-1])


@dataclass(frozen=True, slots=True)
class Source:
    namespace: str
    pod: str
    container: str
    previous: bool


async def gather(
    place: Place, sources: Sequence[Source], found: Gathered, *, depth: Depth, seconds: float, since_s: int
) -> None:
    """Raises TryLater and NotAllowed as the cluster does; a log that is not there is named in `unseen`."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + max(1.0, seconds - KEPT_BACK_S)
    free, one_by_one = asyncio.Semaphore(SIDE_BY_SIDE), asyncio.Lock()
    late = 0

    async def one(source: Source) -> None:
        nonlocal late
        async with free:
            if loop.time() >= ends:
                late += 1
                return
            try:
                text = await _read(place, source, depth, since_s)
            except GiveUp as error:
                found.unseen.append(f"log of {source.pod}/{source.container}: {_plain(error.reason)}")
                return
            async with one_by_one:
                await asyncio.to_thread(found.take, text)

    await asyncio.gather(*map(one, sources))
    if late:
        found.unseen.append(f"{late} more logs: there was no time left to read them")


async def _read(place: Place, source: Source, depth: Depth, since_s: int) -> Text:
    query: dict[str, object] = {"container": source.container, "tailLines": depth.tail, "limitBytes": depth.size, "timestamps": "true"}  # fmt: skip
    query |= {"previous": "true"} if source.previous else {"sinceSeconds": since_s}
    path = BY_PLURAL["pods"].path(source.namespace, source.pod, "log")
    return Text(source.pod, source.container, source.previous, await place.api.text(path, query))


def _plain(reason: str) -> str:
    return "it has no earlier run" if "previous terminated container" in reason else reason
