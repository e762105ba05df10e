"""Reading Kubernetes objects that are plain dicts, and the small edits that every controller makes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.world.clock import epoch, stamp

Obj = dict[str, Any]


def meta(obj: Mapping[str, Any]) -> Obj:
    found: Obj = obj.get("metadata") or {}
    return found


def name(obj: Mapping[str, Any]) -> str:
    return str(meta(obj).get("name", ""))


def namespace(obj: Mapping[str, Any]) -> str:
    return str(meta(obj).get("namespace", ""))


def uid(obj: Mapping[str, Any]) -> str:
    return str(meta(obj).get("uid", ""))


def labels(obj: Mapping[str, Any]) -> dict[str, str]:
    return meta(obj).get("labels") or {}


def annotations(obj: Mapping[str, Any]) -> dict[str, str]:
    return meta(obj).get("annotations") or {}


def spec(obj: Mapping[str, Any]) -> Obj:
    return obj.get("spec") or {}


def status(obj: Mapping[str, Any]) -> Obj:
    return obj.get("status") or {}


def created(obj: Mapping[str, Any]) -> float:
    return epoch(meta(obj).get("creationTimestamp"))


def deleting(obj: Mapping[str, Any]) -> bool:
    return bool(meta(obj).get("deletionTimestamp"))


def controller_of(obj: Mapping[str, Any]) -> Obj | None:
    return next((ref for ref in meta(obj).get("ownerReferences") or [] if ref.get("controller")), None)


def controlled_by(obj: Mapping[str, Any], owner: Mapping[str, Any]) -> bool:
    ref = controller_of(obj)
    return ref is not None and ref.get("uid") == uid(owner)


def owner_reference(owner: Mapping[str, Any], api_version: str, kind: str) -> Obj:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "name": name(owner),
        "uid": uid(owner),
        "controller": True,
        "blockOwnerDeletion": True,
    }


def selects_plainly(selector: Mapping[str, str] | None, have: Mapping[str, str]) -> bool:
    """Does a Service's or ReplicationController's plain map match? An empty one matches nothing."""
    return bool(selector) and all(have.get(key) == value for key, value in (selector or {}).items())


def condition(obj: Mapping[str, Any], kind: str) -> Obj | None:
    return next((c for c in status(obj).get("conditions") or [] if c["type"] == kind), None)


def pod_ready(pod: Mapping[str, Any]) -> bool:
    ready = condition(pod, "Ready")
    return ready is not None and ready["status"] == "True"


def pod_finished(pod: Mapping[str, Any]) -> bool:
    return status(pod).get("phase") in ("Succeeded", "Failed")


def pod_active(pod: Mapping[str, Any]) -> bool:
    return not pod_finished(pod) and not deleting(pod)


def pod_available(pod: Mapping[str, Any], min_ready: int, now: float) -> bool:
    if not pod_ready(pod):
        return False
    ready = condition(pod, "Ready") or {}
    return min_ready == 0 or epoch(ready.get("lastTransitionTime")) + min_ready <= now


def containers(pod: Mapping[str, Any]) -> list[Obj]:
    return spec(pod).get("containers") or []


def counts(values: Mapping[str, int], *, keep: Iterable[str] = ()) -> Obj:
    """Status counters: a zero is left out of the JSON unless its name is in `keep`."""
    kept = set(keep)
    return {key: value for key, value in values.items() if value or key in kept}


def with_condition(conditions: list[Obj], new: Obj, now: float, *, updates: bool) -> list[Obj]:
    """The conditions with `new` in them.

    A transition time moves only when the status does; `updates` adds a `lastUpdateTime` (Deployments have
    one). A changed condition moves to the end, an unchanged one stays where it is.
    """
    old = next((c for c in conditions if c["type"] == new["type"]), None)
    if old is not None and all(old.get(key) == new.get(key) for key in ("status", "reason", "message")):
        return conditions
    moved = old is None or old["status"] != new["status"]
    transition = stamp(now) if moved or old is None else old["lastTransitionTime"]
    times = {"lastUpdateTime": stamp(now)} if updates else {}
    entry = {"type": new["type"], "status": new["status"], **times, "lastTransitionTime": transition}
    entry |= {key: value for key, value in new.items() if key not in ("type", "status")}
    return [c for c in conditions if c["type"] != new["type"]] + [entry]
