"""What an update makes of a stored object: the server's part stays, the writer's part is taken."""

from typing import Final

from sandbox.cluster import errors
from sandbox.cluster.metadata import Obj, copied, name_of
from sandbox.cluster.resources import Resource

HEAD: Final = ("kind", "apiVersion", "metadata")
SERVERS: Final = frozenset(  # metadata that no update changes
    (
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        "generateName",
        "managedFields",
        "name",
        "namespace",
    )
)


def merged(kind: Resource, new: Obj, old: Obj, subresource: str | None) -> Obj:
    """The object to store; raises a 409 when `new` names another version or another object."""
    _same_object(kind, new["metadata"], old)
    head = {"kind": old["kind"], "apiVersion": old["apiVersion"]}
    if subresource == "status":
        rest = {key: copied(value) for key, value in old.items() if key not in ("status", *HEAD)}
        return {**head, "metadata": dict(old["metadata"]), **rest, "status": new.get("status") or {}}
    rest = {key: value for key, value in new.items() if key not in HEAD}
    if kind.subresource("status"):
        rest.pop("status", None)
        rest |= {"status": copied(old["status"])} if "status" in old else {}
    return {**head, "metadata": _metadata(new["metadata"], old["metadata"]), **rest}


def _same_object(kind: Resource, given: Obj, old: Obj) -> None:
    kept = old["metadata"]
    version, uid = given.get("resourceVersion"), given.get("uid")
    if uid and uid != kept["uid"]:
        why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {kept['uid']}"
        raise errors.conflict(kind, name_of(old), why)
    if version and version != kept["resourceVersion"]:
        raise errors.modified(kind, name_of(old))


def _metadata(given: Obj, kept: Obj) -> Obj:
    mine = {key: kept[key] for key in SERVERS if key in kept}
    return {key: value for key, value in given.items() if key not in SERVERS} | mine
