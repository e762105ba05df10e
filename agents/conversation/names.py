"""The names of the service map and the clusters, as the planner reads them."""

from __future__ import annotations

from collections.abc import Iterable

from agents.people import Request
from agents.planner import Catalog, Known
from agents.policy import PolicyStore
from tools.clients import Clients
from tools.services.model import Service
from tools.spec import Scope

READS = "monitoring:read"


class ServiceNames:
    """Only what the person may see: a name out of reach is not even suggested."""

    def __init__(self, clients: Clients, policy: PolicyStore) -> None:
        self._clients = clients
        self._policy = policy

    async def catalog(self, request: Request) -> Catalog:
        reach = self._policy.policy.reach(request.actor, request.place, READS, "")
        services = (await self._clients.known_services()).all(reach)
        return catalog_of(services, self._clients.clusters.names)

    def scope(self, request: Request) -> Scope:
        found = self._policy.policy.scope_for(request.place.channel)
        return Scope(
            cluster=found.cluster,
            namespace=found.namespace,
            service=found.service,
            compartment=found.compartment,
            region=found.region,
        )


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
