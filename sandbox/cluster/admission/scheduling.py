"""Priority, tolerations and quality of service of a new pod; the class of a new claim."""

from typing import TYPE_CHECKING, Any, Final

from sandbox.cluster import errors
from sandbox.cluster.metadata import Obj, name_of
from sandbox.cluster.quantity import parse
from sandbox.cluster.resources import Resource

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

PRIORITIES: Final = "scheduling.k8s.io/v1/priorityclasses"
CLASSES: Final = "storage.k8s.io/v1/storageclasses"
IS_DEFAULT: Final = "storageclass.kubernetes.io/is-default-class"
TOLERATED: Final = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def default(store: "Store", kind: Resource, pod: Obj) -> None:
    spec = pod["spec"]
    _tolerations(spec)
    _priority(store, kind, pod, spec)
    status = pod.setdefault("status", {})
    status.setdefault("phase", "Pending")
    status.setdefault("qosClass", qos_class(spec))


def _tolerations(spec: Obj) -> None:
    have = spec.get("tolerations") or []
    for key in TOLERATED:
        if not any(_tolerates(item, key) for item in have):
            have = [
                *have,
                {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300},
            ]
    spec["tolerations"] = have


def _tolerates(item: dict[str, Any], key: str) -> bool:
    return item.get("key") in (key, None, "") and item.get("effect") in ("NoExecute", None, "")


def _priority(store: "Store", kind: Resource, pod: Obj, spec: Obj) -> None:
    named = spec.get("priorityClassName")
    classes = [kept.obj for kept in store.view(PRIORITIES)]
    if named:
        chosen = next((item for item in classes if name_of(item) == named), None)
        if chosen is None:
            raise errors.forbidden(kind, name_of(pod), f"no PriorityClass with name {named} was found")
    else:
        chosen = next((item for item in classes if item.get("globalDefault")), None)
        if chosen:
            spec["priorityClassName"] = name_of(chosen)
    spec["priority"] = chosen["value"] if chosen else 0
    spec.setdefault("preemptionPolicy", (chosen or {}).get("preemptionPolicy", "PreemptLowerPriority"))


def qos_class(spec: Obj) -> str:
    containers = [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]
    resources = [container.get("resources") or {} for container in containers]
    named = [part.get(key) or {} for part in resources for key in ("limits", "requests")]
    if not any(parse(value) for part in named for key, value in part.items() if key in ("cpu", "memory")):
        return "BestEffort"
    return "Guaranteed" if all(_guaranteed(part) for part in resources) else "Burstable"


def _guaranteed(resources: Obj) -> bool:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    return all(
        key in limits and parse(requests.get(key, limits[key])) == parse(limits[key])
        for key in ("cpu", "memory")
    )


def storage_class(store: "Store", claim: Obj) -> None:
    """A claim that names no class gets the default one, if there is one."""
    if "storageClassName" in claim["spec"]:
        return
    for kept in store.view(CLASSES):
        if (kept.obj["metadata"].get("annotations") or {}).get(IS_DEFAULT) == "true":
            claim["spec"]["storageClassName"] = name_of(kept.obj)
            return
