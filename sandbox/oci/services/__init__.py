"""What each service does, by the SDK's names of its operations."""

from collections.abc import Mapping
from typing import Final

from sandbox.oci.api.call import Table
from sandbox.oci.services import (
    audit,
    autoscaling,
    core,
    database,
    identity,
    load_balancers,
    monitoring,
    node_pools,
    objects,
    search,
    stacks,
    usage,
    vault,
    volumes,
    works,
)

SERVICES: Final[Mapping[str, Table]] = {
    "audit": audit.TABLE,
    "autoscaling": autoscaling.TABLE,
    "container_engine": node_pools.TABLE,
    "core": core.TABLE | volumes.TABLE,
    "database": database.TABLE,
    "identity": identity.TABLE,
    "load_balancer": load_balancers.TABLE,
    "monitoring": monitoring.TABLE,
    "object_storage": objects.TABLE,
    "resource_manager": stacks.TABLE,
    "resource_search": search.TABLE,
    "usage_api": usage.TABLE,
    "vault": vault.TABLE,
    "work_requests": works.TABLE,
}
