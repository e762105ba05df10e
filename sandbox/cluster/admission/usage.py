"""What one object uses of a quota, and what a namespace uses altogether."""

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from sandbox.cluster.metadata import Obj
from sandbox.cluster.quantity import parse
from sandbox.cluster.resources import Resource

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

Usage = dict[str, Fraction]
COUNTED: Final = {
    "v1/configmaps": "configmaps",
    "v1/secrets": "secrets",
    "v1/services": "services",
    "v1/persistentvolumeclaims": "persistentvolumeclaims",
    "v1/replicationcontrollers": "replicationcontrollers",
    "v1/resourcequotas": "resourcequotas",
}


def measured(kind: Resource) -> bool:
    """Can a quota be about this kind at all?"""
    return kind.namespaced and "create" in kind.verbs and kind.plural not in ("events", "leases")


def of(kind: Resource, obj: Obj) -> Usage:
    used = {f"count/{kind.qualified}": Fraction(1)}
    if kind.kept in COUNTED:
        used[COUNTED[kind.kept]] = Fraction(1)
    match kind.kept:
        case "v1/pods":
            return {**used, **_pod(obj)} if _counts(obj) else used
        case "v1/services":
            return {**used, **_service(obj)}
        case "v1/persistentvolumeclaims":
            storage = ((obj["spec"].get("resources") or {}).get("requests") or {}).get("storage", "0")
            return {**used, "requests.storage": parse(storage)}
        case _:
            return used


def _counts(pod: Obj) -> bool:
    return (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed")


def _service(obj: Obj) -> Usage:
    match obj["spec"].get("type"):
        case "LoadBalancer":
            return {"services.loadbalancers": Fraction(1), "services.nodeports": Fraction(1)}
        case "NodePort":
            return {"services.nodeports": Fraction(1)}
        case _:
            return {}


def _pod(pod: Obj) -> Usage:
    used: Usage = {"pods": Fraction(1)}
    for part in ("requests", "limits"):
        running = _sums(pod["spec"].get("containers") or [], part)
        for starting in pod["spec"].get("initContainers") or []:
            for name, value in _sums([starting], part).items():
                running[name] = max(running.get(name, Fraction(0)), value)
        for name, value in running.items():
            used[f"{part}.{name}"] = value
            if part == "requests":
                used[name] = value
    return used


def _sums(containers: Iterable[Obj], part: str) -> Usage:
    sums: Usage = {}
    for container in containers:
        for name, value in ((container.get("resources") or {}).get(part) or {}).items():
            sums[name] = sums.get(name, Fraction(0)) + parse(value)
    return sums


def in_namespace(store: "Store", namespace: str, wanted: set[str], quota: Obj) -> Usage:
    """How much of each wanted resource is used by the objects that the quota is about."""
    total: Usage = dict.fromkeys(wanted, Fraction(0))
    for kind in store.kinds():
        if kind.storage or not measured(kind):
            continue
        for kept in store.view(kind.key, namespace):
            if not in_scope(quota, kind, kept.obj):
                continue
            for name, value in of(kind, kept.obj).items():
                if name in wanted:
                    total[name] += value
    return total


def in_scope(quota: Obj, kind: Resource, obj: Obj) -> bool:
    scopes = quota["spec"].get("scopes") or []
    return not scopes or (kind.kept == "v1/pods" and all(_scope(scope, obj) for scope in scopes))


def _scope(scope: str, pod: Obj) -> bool:
    best_effort = (pod.get("status") or {}).get("qosClass") == "BestEffort"
    terminating = pod["spec"].get("activeDeadlineSeconds") is not None
    answers = {
        "BestEffort": best_effort,
        "NotBestEffort": not best_effort,
        "Terminating": terminating,
        "NotTerminating": not terminating,
    }
    return answers.get(scope, True)
