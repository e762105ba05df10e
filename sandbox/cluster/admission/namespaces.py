"""Nothing is created in a namespace that is not there or that is going."""

from typing import TYPE_CHECKING

from sandbox.cluster import errors
from sandbox.cluster.metadata import Obj, name_of, namespace_of
from sandbox.cluster.resources import Resource
from sandbox.cluster.write import Write

if TYPE_CHECKING:
    from sandbox.cluster.store import Store


def check(store: "Store", kind: Resource, new: Obj, write: Write) -> None:
    if not kind.namespaced:
        return
    where = namespace_of(new)
    kept = store.kept("v1/namespaces", None, where)
    if kept is None:
        if write.trusted:
            return
        raise errors.not_found(store.resource("v1/namespaces"), where)
    if kept.obj["metadata"].get("deletionTimestamp"):
        why = f"unable to create new content in namespace {where} because it is being terminated"
        cause = {
            "reason": "NamespaceTerminating",
            "message": f"namespace {where} is being terminated",
            "field": "metadata.namespace",
        }
        raise errors.forbidden(kind, name_of(new), why, causes=[cause])
