"""The service map and the clusters as names that the planner knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from agents.planner.names import Catalog, Known
from tools.services.model import Service


def catalog_of(services: Iterable[Service], clusters: Iterable[str]) -> Catalog:
    """Services, their workloads under names of their own, and the places they run in."""
    known: dict[tuple[str, str, str], Known] = {}
    all_of_them = tuple(services)
    names = {service.name for service in all_of_them}
    for service in all_of_them:
        for item in _known(service, names):
            known.setdefault((item.sort, item.name, item.namespace), item)
    for cluster in clusters:
        known[("cluster", cluster, "")] = Known(cluster, "cluster")
    return Catalog(tuple(known.values()))


def with_environments(catalog: Catalog, environment_of: Callable[[str, str], str]) -> Catalog:
    """Namespaces under the name of their environment too, where it has only one: "why is staging slow?"

    `environment_of` takes a cluster and a namespace; empty for one whose name stands for no place of its own.
    """
    spaces = catalog.of_sort("namespace")
    named = {item: environment_of(item.cluster, item.name).lower() for item in spaces}
    alone = {
        item: name
        for item, name in named.items()
        if name and name not in catalog.by_word and list(named.values()).count(name) == 1
    }
    return Catalog(
        tuple(replace(item, aliases=(alone[item],)) if item in alone else item for item in catalog.known)
    )


def _known(service: Service, names: Collection[str]) -> Iterable[Known]:
    first = service.workloads[0] if service.workloads else None
    place = {"namespace": first.namespace, "cluster": first.cluster} if first else {}
    yield Known(
        service.name,
        "service",
        service.aliases,
        **place,
        depends_on=service.needs,
        database=service.database if service.database in names else "",
        metrics=tuple(service.metrics),
        cloud=bool(
            service.tagged
            or service.load_balancer
            or service.instances
            or (service.database and service.database not in names)
        ),
    )
    for workload in service.workloads:
        yield Known(workload.namespace, "namespace", cluster=workload.cluster)
        if workload.name not in {service.name, *service.aliases}:
            yield Known(workload.name, "workload", (), workload.namespace, workload.cluster, workload.kind)
