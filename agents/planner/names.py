"""The names that exist here: services, workloads, namespaces, clusters. Typos are found, never silently used for a change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

Sort = Literal["service", "workload", "namespace", "cluster"]
SURE = 88.0  # a name this near, and nothing else near, is read as meant
NEAR = 74.0  # near enough to ask "did you mean"
MARGIN = 8.0


@dataclass(frozen=True, slots=True)
class Known:
    """One name. `kind` is the Kubernetes kind of a workload; `depends_on` are names of services."""

    name: str
    sort: Sort
    aliases: tuple[str, ...] = ()
    namespace: str = ""
    cluster: str = ""
    kind: str = ""
    depends_on: tuple[str, ...] = ()
    database: str = ""  # service name of its database; empty where that is a part in Oracle Cloud
    metrics: tuple[str, ...] = ()  # names of its key metrics
    cloud: bool = False  # has parts in Oracle Cloud

    def words(self) -> Iterable[str]:
        yield self.name.lower()
        yield from (alias.lower() for alias in self.aliases)


@dataclass(frozen=True, slots=True)
class Guess:
    """What an unknown word may have meant, best first, and whether the best is beyond doubt."""

    names: tuple[Known, ...]
    sure: bool


@dataclass(frozen=True)
class Catalog:
    """All names that this person may hear of. Empty where no service map and no cluster was read."""

    known: tuple[Known, ...] = ()

    @cached_property
    def by_word(self) -> dict[str, tuple[Known, ...]]:
        found: dict[str, tuple[Known, ...]] = {}
        for item in self.known:
            for word in item.words():
                found[word] = (*found.get(word, ()), item)
        return found

    @cached_property
    def words(self) -> frozenset[str]:
        """Every single word that is part of a name."""
        return frozenset(part for word in self.by_word for part in word.split())

    @cached_property
    def phrases(self) -> tuple[str, ...]:
        """Names and aliases, longest first, so that `payments-db` wins over `payments`."""
        return tuple(sorted(self.by_word, key=len, reverse=True))

    def of_sort(self, *sorts: Sort) -> tuple[Known, ...]:
        return tuple(item for item in self.known if item.sort in sorts)

    def services(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.name for item in self.of_sort("service")))

    def find(self, word: str, *sorts: Sort) -> tuple[Known, ...]:
        """Exact matches, services before workloads of the same name."""
        found = [item for item in self.by_word.get(word.lower(), ()) if not sorts or item.sort in sorts]
        return tuple(sorted(found, key=lambda item: item.sort != "service"))

    def guess(self, word: str, *sorts: Sort) -> Guess:
        """Names near an unknown word."""
        scored = [
            (score, item)
            for item in self.of_sort(*sorts)
            if (score := max(_likeness(word.lower(), known) for known in item.words())) >= NEAR
        ]
        scored.sort(key=lambda pair: (-pair[0], pair[1].name))
        best: list[tuple[float, Known]] = []
        for score, item in scored:
            if item.name not in {other.name for _, other in best}:
                best.append((score, item))
        alone = len(best) == 1 or (len(best) > 1 and best[0][0] - best[1][0] >= MARGIN)
        return Guess(tuple(item for _, item in best[:4]), bool(best) and alone and best[0][0] >= SURE)


def _likeness(word: str, known: str) -> float:
    """0 to 100; one slip in a long word counts as near, a shared beginning alone does not."""
    if len(word) >= 4 and OSA.distance(word, known) == 1 and len(known) >= 5:
        return 92.0
    return float(fuzz.ratio(word, known))
