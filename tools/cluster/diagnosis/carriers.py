"""Who carries which labels, and which Services want them: indexes, so that a thousand of one do not each ask all of the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tools.cluster.objects import labels, selects, selects_plainly, spec, template
from tools.cluster.workloads import Workload
from tools.spec import Json

Have = dict[str, str]
Carrying = list[tuple[Workload, Have]]


class Carriers:
    """Workloads by the labels of their pods; by those of the template where there are no pods."""

    def __init__(self, found: Iterable[Workload]) -> None:
        self._all: Carrying = []
        self._with: dict[tuple[str, str], Carrying] = {}
        self._named: dict[str, Carrying] = {}
        self._order: dict[int, int] = {}
        for workload in found:
            self._order[id(workload)] = len(self._order)
            for have in {tuple(sorted(each.items())): each for each in labels_of(workload)}.values():
                self._all.append((workload, have))
                self._named.setdefault(workload.name, []).append((workload, have))
                for pair in have.items():
                    self._with.setdefault(pair, []).append((workload, have))

    def selected(self, selector: Mapping[str, str]) -> list[Workload]:
        """By a Service's map, through its rarest label; an empty one selects nobody."""
        return _once((w, h) for w, h in self._rarest(selector) if selects_plainly(selector, h))

    def matched(self, selector: Json | None) -> list[Workload]:
        """By a LabelSelector."""
        plain = (selector or {}).get("matchLabels") or {}
        near = self._rarest(plain) if plain else self._all
        return _once((w, h) for w, h in near if selects(selector, h))

    def sharing(self, selector: Mapping[str, str]) -> Carrying:
        """Workloads that carry at least one of the labels, in their order, each with the labels of its first pod."""
        near = _once(one for pair in selector.items() for one in self._with.get(pair, []))
        return sorted(((w, labels_of(w)[0]) for w in near), key=lambda one: self._order[id(one[0])])

    def called(self, name: str) -> Carrying:
        """Workloads of that name, each with the labels of its first pod."""
        return [(w, labels_of(w)[0]) for w in _once(self._named.get(name, []))]

    def _rarest(self, pairs: Mapping[str, str]) -> Carrying:
        return min((self._with.get(pair, []) for pair in pairs.items()), key=len, default=[])


class Wanting:
    """Services by one label that each of them asks for."""

    def __init__(self, services: Iterable[Json]) -> None:
        self._with: dict[tuple[str, str], list[Json]] = {}
        for service in services:
            for pair in list((spec(service).get("selector") or {}).items())[:1]:
                self._with.setdefault(pair, []).append(service)

    def any(self, have: Mapping[str, str]) -> bool:
        """Whether some Service selects a pod with these labels."""
        near = (service for pair in have.items() for service in self._with.get(pair, []))
        return any(selects_plainly(spec(service).get("selector"), have) for service in near)


def labels_of(workload: Workload) -> list[Have]:
    """Labels of its pods; of its template when it has none: a workload without pods is another fault."""
    own = [labels(pod) for pod in workload.live]
    if own or "template" not in spec(workload.item):
        return own
    return [(template(workload.item).get("metadata") or {}).get("labels") or {}]


def _once(found: Iterable[tuple[Workload, Have]]) -> list[Workload]:
    return list({id(workload): workload for workload, _ in found}.values())
