"""Which objects of a kind are a service's: its workloads, their pods, and what points at either."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tools.cluster.kinds import Kind
from tools.cluster.objects import labels, name, selects, selects_plainly, spec, template
from tools.errors import GiveUp
from tools.services.where import Place, kind_named
from tools.spec import Json

_WORKLOADS = frozenset({"deployments", "statefulsets", "daemonsets", "cronjobs", "jobs"})
_SELECTED = frozenset({"pods", "replicasets", "controllerrevisions"})
_SELECTING = frozenset({"services", "poddisruptionbudgets"})


async def belonging(place: Place, kind: Kind, items: list[Json]) -> list[Json] | None:
    """Those of `items` that belong to the service of the place; None where the kind does not tell whose an object is."""
    if kind.plural in _WORKLOADS:
        names = {ref.name for ref in place.refs if kind_named(ref.kind).plural == kind.plural}
        return [item for item in items if name(item) in names]
    if kind.plural == "horizontalpodautoscalers":
        names = {ref.name for ref in place.refs}
        return [i for i in items if (spec(i).get("scaleTargetRef") or {}).get("name") in names]
    if kind.plural not in _SELECTED | _SELECTING:
        return None
    owners = [item async for item in _owners(place)]
    return [item for item in items if any(_fits(kind, item, owner) for owner in owners)]


async def _owners(place: Place) -> AsyncIterator[Json]:
    for ref in place.refs:
        try:
            yield await place.api.get(kind_named(ref.kind), ref.namespace, ref.name)
        except GiveUp as gone:
            if not gone.not_found:
                raise


def _fits(kind: Kind, item: Json, owner: Json) -> bool:
    if kind.plural in _SELECTED:
        return selects(spec(owner).get("selector"), labels(item))
    have = labels(template(owner))
    if kind.plural == "services":
        return selects_plainly(spec(item).get("selector"), have)
    return selects(spec(item).get("selector"), have)
