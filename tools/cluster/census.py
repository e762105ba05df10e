"""Which namespaces of a cluster hold anything of a kind, asked once a minute for all of it: most hold none of most kinds.

Only absence is concluded from it, and only where nothing that was seen in the namespace is younger than the count.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import meta
from tools.errors import ToolError
from tools.spec import Json

if TYPE_CHECKING:
    from tools.cluster.api import Api

LASTS_S: Final = 60.0
MOST: Final = 500  # of a kind in the cluster; where there are more, each namespace is asked for itself
YOUNG: Final = (
    "pods",
    "deployments",
    "services",
    "namespaces",
)  # events may be kept in a store with numbers of its own


@dataclass(frozen=True, slots=True)
class Count:
    """`places` is None where it cannot be told: too many, or not to be seen. `version` is the store's number at the time."""

    until: float
    places: frozenset[str] | None = None
    version: int = 0


@dataclass(slots=True)
class Census:
    """Of one cluster."""

    counts: dict[str, Count] = field(default_factory=dict)

    async def take(self, api: Api, plurals: Iterable[str]) -> None:
        """Counts what was not counted within the last minute. Never raises for what the cluster does."""
        now = asyncio.get_running_loop().time()
        due = [p for p in dict.fromkeys(plurals) if p not in self.counts or self.counts[p].until < now]
        found = await asyncio.gather(*(_counted(api, plural, now + LASTS_S) for plural in due))
        self.counts |= dict(zip(due, found, strict=True))

    def absent(self, plurals: Iterable[str], namespace: str, seen: dict[str, list[Json]]) -> list[str]:
        """Of these kinds those of which the namespace holds nothing, as far as a count that is good says so."""
        now = asyncio.get_running_loop().time()
        newest = max((_version(meta(item)) for plural in YOUNG for item in seen.get(plural, [])), default=0)
        good = {p: c for p in plurals if (c := self.counts.get(p)) is not None and c.until >= now}
        return [
            plural
            for plural, count in good.items()
            if count.places is not None and namespace not in count.places and 0 < newest <= count.version
        ]


async def _counted(api: Api, plural: str, until: float) -> Count:
    try:
        page = await api.page_of_labels(BY_PLURAL[plural], MOST)
    except ToolError:
        return Count(until)
    head = page.get("metadata") or {}
    if head.get("continue"):
        return Count(until)
    places = frozenset(str(meta(item).get("namespace", "")) for item in page.get("items") or [])
    return Count(until, places, _version(head))


def _version(head: Json) -> int:
    """0 for what is no number: then nothing is younger or older."""
    text = str(head.get("resourceVersion") or "")
    return int(text) if text.isdecimal() else 0
