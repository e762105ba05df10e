"""Which services stand behind the names in alerts, and who needs whom, from the service map."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.triage.alert import Alert
    from agents.triage.subject import Subject
    from tools.services.model import Service

_PARTS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


class Topology:
    """Everything in lower case. Without a map the names in the labels are the services."""

    def __init__(self, services: Iterable[Service] = ()) -> None:
        self._services = tuple(services)

    def about(self, alert: Alert, subject: Subject) -> frozenset[str]:
        """By labels; where they name nothing, by the rule's name, then by the text."""
        return self.services(subject) or self.in_rule(alert.name) or self.mentioned(alert.text)

    def services(self, subject: Subject) -> frozenset[str]:
        """By workload where one says so, else by name; several where a part is shared."""
        placed = self._workloads.get((subject.cluster, subject.namespace, subject.workload))
        if placed:
            return frozenset((placed,))
        known = frozenset(name for word in subject.names for name in self._by_word.get(word, ()))
        return self._in_place(known, subject) or frozenset(
            filter(None, (subject.service or subject.workload,))
        )

    def _in_place(self, names: frozenset[str], subject: Subject) -> frozenset[str]:
        """A namesake in a namespace that the map does not give to the service is another service."""
        if not subject.namespace:
            return names
        return frozenset(n for n in names if not self._places[n] or subject.namespace in self._places[n])

    def mentioned(self, text: str) -> frozenset[str]:
        """Services of the map named in a text as a word of their own."""
        words = frozenset(word.strip(".,:;()[]{}'\"`*<>!?").lower() for word in text.split())
        return frozenset(name for word in words for name in self._by_word.get(word, ()))

    def in_rule(self, name: str) -> frozenset[str]:
        """Services in a rule's name: `OrdersDbConnectionsHigh` is about `orders-db`."""
        parts = [part.lower() for part in _PARTS.findall(name)]
        pairs = [f"{one}-{other}" for one, other in pairwise(parts)]
        longer = [word for word in pairs if word in self._by_word]
        return self.mentioned(" ".join(longer or parts))

    def needs(self, one: str, other: str) -> bool:
        """Whether `one` cannot work without `other`, directly or further down."""
        return other in self._below.get(one, ())

    @cached_property
    def _workloads(self) -> Mapping[tuple[str, str, str], str]:
        found: dict[tuple[str, str, str], str] = {}
        for service in self._services:
            for ref in service.workloads:
                found[(ref.cluster.lower(), ref.namespace, ref.name)] = service.name.lower()
        return found

    @cached_property
    def _places(self) -> Mapping[str, frozenset[str]]:
        return {s.name.lower(): frozenset(w.namespace for w in s.workloads) for s in self._services}

    @cached_property
    def _by_word(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for service in self._services:
            parts = (service.load_balancer, service.database, *service.instances)
            own = (*service.words(), *(w.name for w in service.workloads))
            for word in {*(part.lower() for part in parts if part), *own}:
                found.setdefault(word, set()).add(service.name.lower())
        names = {service.name.lower() for service in self._services}
        return {word: frozenset((word,)) if word in names else frozenset(of) for word, of in found.items()}

    @cached_property
    def _below(self) -> Mapping[str, frozenset[str]]:
        direct = {s.name.lower(): frozenset(need.lower() for need in s.needs) for s in self._services}
        return {name: _reached(name, direct) for name in direct}


def _reached(start: str, direct: Mapping[str, frozenset[str]]) -> frozenset[str]:
    seen: set[str] = set()
    todo = list(direct.get(start, ()))
    while todo:
        name = todo.pop()
        if name not in seen and name != start:
            seen.add(name)
            todo += direct.get(name, ())
    return frozenset(seen)
