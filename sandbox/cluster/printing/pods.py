"""Pods as a table: one word for what all their containers are doing."""

from typing import Any, Final

from sandbox.cluster.metadata import Obj, epoch, name_of
from sandbox.cluster.printing.columns import NONE, Printer, age, columns, duration

COLUMNS: Final = columns(
    "Name", "Ready", "Status", "Restarts", "Age", "+IP", "+Node", "+Nominated Node", "+Readiness Gates"
)
FINISHED: Final = {
    "Succeeded": "The pod has completed successfully.",
    "Failed": "The pod failed.",
}


def _cells(pod: Obj, now: float) -> list[Any]:
    status, spec = pod.get("status") or {}, pod["spec"]
    ready, word, restarts = _summary(pod, now)
    total = len(spec.get("containers") or []) + len(_sidecars(spec))
    gates = spec.get("readinessGates") or []
    passed = sum(_condition(status, gate["conditionType"]) for gate in gates)
    return [
        name_of(pod),
        f"{ready}/{total}",
        word,
        restarts,
        age(pod, now),
        status.get("podIP") or NONE,
        spec.get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
        f"{passed}/{len(gates)}" if gates else NONE,
    ]


PODS: Final = Printer(COLUMNS, _cells)


def _condition(status: Obj, kind: str) -> bool:
    return any(c["type"] == kind and c["status"] == "True" for c in status.get("conditions") or [])


def _sidecars(spec: Obj) -> set[str]:
    """Init containers that go on running beside the others."""
    return {c["name"] for c in spec.get("initContainers") or [] if c.get("restartPolicy") == "Always"}


def _summary(pod: Obj, now: float) -> tuple[int, str, str]:
    """(ready containers, status word, restarts in words)."""
    status, spec = pod.get("status") or {}, pod["spec"]
    word = status.get("reason") or status.get("phase") or "Unknown"
    for item in status.get("conditions") or []:
        if item["type"] == "PodScheduled" and item.get("reason") == "SchedulingGated":
            word = "SchedulingGated"
    init, sidecars = status.get("initContainerStatuses") or [], _sidecars(spec)
    ready = sum(bool(c.get("ready")) for c in init if c["name"] in sidecars)
    starting = _starting(init, sidecars, len(spec.get("initContainers") or []))
    counted = init
    if not starting or _condition(status, "Initialized"):
        counted = [c for c in init if c["name"] in sidecars] + (status.get("containerStatuses") or [])
        more, word = _running(status, word)
        ready += more
    else:
        word = starting
    return ready, _leaving(pod, status, word), _restarts(counted, now)


def _leaving(pod: Obj, status: Obj, word: str) -> str:
    if not pod["metadata"].get("deletionTimestamp"):
        return word
    if status.get("reason") == "NodeLost":
        return "Unknown"
    return word if status.get("phase") in FINISHED else "Terminating"


def _starting(init: list[Obj], sidecars: set[str], total: int) -> str:
    """What the first init container that is not done is doing; empty when all are."""
    for index, container in enumerate(init):
        state = container.get("state") or {}
        ended, waiting = state.get("terminated"), state.get("waiting") or {}
        if ended and ended.get("exitCode", 0) == 0:
            continue
        if container["name"] in sidecars and container.get("started"):
            continue
        if ended:
            return f"Init:{_ended(ended)}"
        if waiting.get("reason") and waiting["reason"] != "PodInitializing":
            return f"Init:{waiting['reason']}"
        return f"Init:{index}/{total}"
    return ""


def _ended(state: Obj) -> str:
    if state.get("reason"):
        return str(state["reason"])
    if state.get("signal"):
        return f"Signal:{state['signal']}"
    return f"ExitCode:{state.get('exitCode', 0)}"


def _running(status: Obj, word: str) -> tuple[int, str]:
    ready, running = 0, False
    for container in reversed(status.get("containerStatuses") or []):
        state = container.get("state") or {}
        waiting, ended = state.get("waiting") or {}, state.get("terminated")
        if waiting.get("reason"):
            word = waiting["reason"]
        elif ended:
            word = _ended(ended)
        elif container.get("ready") and "running" in state:
            running = True
            ready += 1
    if word == "Completed" and running:
        word = "Running" if _condition(status, "Ready") else "NotReady"
    return ready, word


def _restarts(containers: list[Obj], now: float) -> str:
    count = sum(c.get("restartCount", 0) for c in containers)
    ends = [((c.get("lastState") or {}).get("terminated") or {}).get("finishedAt") for c in containers]
    last = max((epoch(end) for end in ends if end), default=0.0)
    return f"{count} ({duration(now - last)} ago)" if count and last else str(count)


def row_conditions(obj: Obj) -> list[Obj]:
    """What a row of a finished pod is marked with."""
    phase = (obj.get("status") or {}).get("phase", "")
    if obj.get("kind") != "Pod" or phase not in FINISHED:
        return []
    return [{"type": "Completed", "status": "True", "reason": phase, "message": FINISHED[phase]}]
