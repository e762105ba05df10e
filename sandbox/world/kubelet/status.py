"""A pod's status from the state of its containers, as a node writes it."""

from collections.abc import Sequence
from typing import Any

from sandbox.world.clock import stamp
from sandbox.world.kubelet.containers import ContainerRun
from sandbox.world.objects import Obj


def phase(init: Sequence[ContainerRun], main: Sequence[ContainerRun]) -> str:
    """Pending until the init containers are through and one container ran; then by what became of them."""
    if any(run.ended and not run.succeeded for run in init):
        return "Failed"
    if any(not run.ended for run in init) or not any(run.spells for run in main):
        return "Pending"
    if all(run.ended for run in main):
        return "Succeeded" if all(run.succeeded for run in main) else "Failed"
    return "Running"


def _condition(old: dict[str, Obj], kind: str, good: bool, now: float, why: dict[str, str]) -> Obj:
    value = "True" if good else "False"
    before = old.get(kind)
    moved = stamp(now) if before is None or before["status"] != value else before["lastTransitionTime"]
    entry: Obj = {"type": kind, "status": value, "lastProbeTime": None, "lastTransitionTime": moved}
    return entry if good else entry | why


def conditions(
    old: list[Obj], *, initialized: bool, unready: list[str], succeeded: bool, ready: bool, now: float
) -> list[Obj]:
    """PodScheduled, Initialized, ContainersReady, Ready; a transition time moves only with its status."""
    known = {entry["type"]: entry for entry in old}
    message = f"containers with unready status: [{' '.join(unready)}]"
    blocked = {"reason": "ContainersNotReady"}
    if succeeded:
        blocked = {"reason": "PodCompleted"}
    return [
        _condition(known, "PodScheduled", good=True, now=now, why={}),
        _condition(known, "Initialized", good=initialized, now=now, why={}),
        _condition(
            known,
            "ContainersReady",
            good=ready,
            now=now,
            why=blocked | ({} if succeeded else {"message": message}),
        ),
        _condition(known, "Ready", good=ready, now=now, why=blocked),
    ]


def quality(pod: Obj) -> str:
    """The QoS class from requests and limits of every container."""
    every = [*(pod["spec"].get("initContainers") or []), *(pod["spec"].get("containers") or [])]
    resources = [entry.get("resources") or {} for entry in every]
    asked = [(r.get("requests") or {}, r.get("limits") or {}) for r in resources]
    cores = [{k: v for k, v in part.items() if k in ("cpu", "memory")} for pair in asked for part in pair]
    if not any(cores):
        return "BestEffort"
    for requests, limits in asked:
        if not {"cpu", "memory"} <= limits.keys():
            return "Burstable"
        if any(str(requests.get(key, limits[key])) != str(limits[key]) for key in ("cpu", "memory")):
            return "Burstable"
    return "Guaranteed"


def addresses(pod_ip: str, host_ip: str) -> dict[str, Any]:
    return {"hostIP": host_ip, "podIP": pod_ip, "podIPs": [{"ip": pod_ip}]}
