"""CustomResourceDefinitions: what they define is served at once."""

from typing import TYPE_CHECKING, Any, Final

from sandbox.cluster.lifecycle import DeleteOptions
from sandbox.cluster.metadata import Obj, name_of, namespace_of, stamp
from sandbox.cluster.resources import Resource, Subresource

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

KEY: Final = "apiextensions.k8s.io/v1/customresourcedefinitions"


def seen(store: "Store", change: str, obj: Obj) -> None:
    if change == "DELETED":
        _withdraw(store, obj)
        return
    serve(store, obj)
    kept = store.kept(KEY, None, name_of(obj))
    if kept is not None and not (kept.obj.get("status") or {}).get("acceptedNames"):
        status = _status(kept.obj, stamp(store.clock.now()))
        store.patch_status(KEY, None, name_of(obj), status, manager="kube-apiserver")


def serve(store: "Store", obj: Obj) -> None:
    wanted = [_resource(obj, version) for version in obj["spec"]["versions"] if version.get("served")]
    for resource in wanted:
        if store.kinds().get(resource.key) != resource:
            store.kinds().add(resource)


def _withdraw(store: "Store", obj: Obj) -> None:
    group, plural = obj["spec"]["group"], obj["spec"]["names"]["plural"]
    for resource in [r for r in store.kinds() if r.custom and (r.group, r.plural) == (group, plural)]:
        for kept in store.view(resource.key):
            if store.kept(resource.key, namespace_of(kept.obj), name_of(kept.obj)):
                store.erase(resource.key, namespace_of(kept.obj), name_of(kept.obj), DeleteOptions())
        store.kinds().remove(resource.key)


def _resource(obj: Obj, version: dict[str, Any]) -> Resource:
    spec, names = obj["spec"], obj["spec"]["names"]
    group, plural = spec["group"], names["plural"]
    stored = next((item["name"] for item in spec["versions"] if item.get("storage")), version["name"])
    parts = version.get("subresources") or {}
    subresources = tuple(
        Subresource(name, "Scale", group="autoscaling", version="v1")
        if name == "scale"
        else Subresource(name, names["kind"])
        for name in sorted(parts)
    )
    columns = tuple(
        (item["name"], item["jsonPath"])
        for item in version.get("additionalPrinterColumns") or []
        if not item.get("priority")
    )
    return Resource(
        group=group,
        version=version["name"],
        plural=plural,
        kind=names["kind"],
        namespaced=spec.get("scope", "Namespaced") == "Namespaced",
        singular=names.get("singular", ""),
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        subresources=subresources,
        storage="" if stored == version["name"] else f"{group}/{stored}/{plural}",
        custom=True,
        columns=columns,
    )


def _status(obj: Obj, now: str) -> Obj:
    conditions = [
        {"type": "NamesAccepted", "reason": "NoConflicts", "message": "no conflicts found"},
        {
            "type": "Established",
            "reason": "InitialNamesAccepted",
            "message": "the initial names have been accepted",
        },
    ]
    timed = [{"type": c["type"], "status": "True", "lastTransitionTime": now, **c} for c in conditions]
    stored = [item["name"] for item in obj["spec"]["versions"] if item.get("storage")]
    return {"conditions": timed, "acceptedNames": obj["spec"]["names"], "storedVersions": stored}
