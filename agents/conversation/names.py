"""The names of the service map and the clusters, as the planner reads them."""

from __future__ import annotations

from functools import partial

from agents.gate.fill import scope_near
from agents.people import Request
from agents.planner import Catalog
from agents.planner.services import catalog_of, with_environments
from agents.policy import Policy, PolicyStore
from tools.clients import Clients
from tools.spec import Scope

__all__ = ["ServiceNames", "catalog_of"]

READS = "monitoring:read"


class ServiceNames:
    """Only what the person may see: a name out of reach is not even suggested."""

    def __init__(self, clients: Clients, policy: PolicyStore) -> None:
        self._clients = clients
        self._policy = policy

    async def catalog(self, request: Request) -> Catalog:
        policy = self._policy.policy
        reach = policy.reach(request.actor, request.place, READS, "")
        services = (await self._clients.known_services()).all(reach)
        return with_environments(
            catalog_of(services, self._clients.clusters.names), partial(_environment, policy)
        )

    def scope(self, request: Request) -> Scope:
        found = scope_near(self._policy.policy.scope_for(request.place.channel), request.own.scope)
        return Scope(
            cluster=found.cluster,
            namespace=found.namespace,
            service=found.service,
            compartment=found.compartment,
            region=found.region,
        )


def _environment(policy: Policy, cluster: str, namespace: str) -> str:
    """Production is what no other environment claims: everything, and no place of its own."""
    found = policy.environment_of(Scope(cluster=cluster, namespace=namespace))
    return "" if policy.is_production(found) else found
