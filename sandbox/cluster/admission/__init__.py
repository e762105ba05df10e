"""Admission: what the cluster's own rules make of an object, or why they refuse it."""

from typing import TYPE_CHECKING

from sandbox.cluster.admission import (
    accounts,
    escalation,
    limits,
    namespaces,
    podsecurity,
    quotas,
    scheduling,
    webhooks,
)
from sandbox.cluster.metadata import Obj
from sandbox.cluster.resources import Resource
from sandbox.cluster.write import Write

if TYPE_CHECKING:
    from sandbox.cluster.store import Store


def mutate(store: "Store", kind: Resource, new: Obj, write: Write) -> None:
    """Completes a new object in place; its namespace comes before everything else."""
    namespaces.check(store, kind, new, write)
    if kind.key == "v1/pods":
        limits.default(store, new)
        accounts.default(store, kind, new)
        scheduling.default(store, kind, new)
    elif kind.key == "v1/persistentvolumeclaims":
        scheduling.storage_class(store, new)


def admit(store: "Store", kind: Resource, new: Obj, old: Obj | None, write: Write) -> None:
    """Raises for an object that a rule forbids; says warnings."""
    creating = old is None
    escalation.check(store, kind, new, old, write)
    webhooks.check(store, kind, new, creating=creating)
    podsecurity.check(store, kind, new, write, creating=creating)
    if kind.key in ("v1/pods", "v1/persistentvolumeclaims") and creating:
        limits.check(store, kind, new)
    quotas.check(store, kind, new, old)
