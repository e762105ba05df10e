"""What each service does, by the SDK's names of its operations."""

from collections.abc import Mapping
from typing import Final

from sandbox.oci.api.call import Table
from sandbox.oci.services import (
    announcements,
    audit,
    autoscaling,
    cloud_guard,
    console,
    core,
    database,
    domains,
    identity,
    limits,
    load_balancers,
    log_search,
    monitoring,
    network,
    node_pools,
    objects,
    search,
    secret_bundles,
    spending,
    stacks,
    usage,
    vault,
    volumes,
    works,
)

SERVICES: Final[Mapping[str, Table]] = {
    "announcements_service": announcements.TABLE,
    "audit": audit.TABLE,
    "autoscaling": autoscaling.TABLE,
    "budget": spending.BUDGETS,
    "cloud_guard": cloud_guard.TABLE,
    "container_engine": node_pools.TABLE,
    "core": core.TABLE | volumes.TABLE | network.TABLE | console.TABLE,
    "database": database.TABLE,
    "identity": identity.TABLE,
    "identity_domains": domains.TABLE,
    "limits": limits.TABLE,
    "load_balancer": load_balancers.TABLE,
    "loggingsearch": log_search.TABLE,
    "monitoring": monitoring.TABLE,
    "network_load_balancer": load_balancers.NETWORK_TABLE,
    "object_storage": objects.TABLE,
    "optimizer": spending.OPTIMIZER,
    "resource_manager": stacks.TABLE,
    "resource_search": search.TABLE,
    "secrets": secret_bundles.TABLE,
    "usage_api": usage.TABLE,
    "vault": vault.TABLE,
    "work_requests": works.TABLE,
}
