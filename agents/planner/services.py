"""The service map and the clusters as names that the planner knows."""

from __future__ import annotations

from collections.abc import Iterable

from agents.planner.names import Catalog, Known
from tools.services.model import Service


def catalog_of(services: Iterable[Service], clusters: Iterable[str]) -> Catalog:
    """Services, their workloads under names of their own, and the places they run in."""
    known: dict[tuple[str, str, str], Known] = {}
    for service in services:
        for item in _known(service):
            known.setdefault((item.sort, item.name, item.namespace), item)
    for cluster in clusters:
        known[("cluster", cluster, "")] = Known(cluster, "cluster")
    return Catalog(tuple(known.values()))


def _known(service: Service) -> Iterable[Known]:
    first = service.workloads[0] if service.workloads else None
    place = {"namespace": first.namespace, "cluster": first.cluster} if first else {}
    yield Known(
        service.name,
        "service",
        service.aliases,
        **place,
        depends_on=service.needs,
        database=service.database,
        metrics=tuple(service.metrics),
    )
    for workload in service.workloads:
        yield Known(workload.namespace, "namespace", cluster=workload.cluster)
        if workload.name not in {service.name, *service.aliases}:
            yield Known(workload.name, "workload", (), workload.namespace, workload.cluster, workload.kind)
