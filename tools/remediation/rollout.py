"""When a rollout is done, by the arithmetic of the API's counters, and when it cannot become done any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tools.cluster.objects import (
    condition,
    container_status,
    containers,
    count,
    meta,
    name,
    spec,
    status,
    when,
)
from tools.remediation.workload import Subject, newest_pods
from tools.spec import Json

CALM = timedelta(seconds=10)
LOOPS = 2  # restarts of a new pod after which waiting is pointless


@dataclass(frozen=True, slots=True)
class Standing:
    """`failed` says why it cannot come true any more; empty while it can."""

    done: bool
    progress: str
    failed: str = ""


def standing(found: Subject, since: datetime) -> Standing:
    """Where the workload's rollout is; pods that died after `since` are judged first."""
    # Before the controller has seen the write, the newest pods are still those of the template before it.
    failed = dying(found, since) if _seen(found.item) else ""
    match found.kind.plural:
        case "deployments":
            counted = _deployment(found.item, since)
        case "statefulsets":
            counted = _statefulset(found.item)
        case _:
            counted = _daemonset(found.item)
    return Standing(counted.done and not failed, counted.progress, failed or counted.failed)


def dying(found: Subject, since: datetime) -> str:
    """Why the newest pods do not live; empty while they may. What ended before `since` is history."""
    for pod in newest_pods(found):
        for container in containers(pod):
            state = container_status(pod, container["name"])
            ends = [(state.get(key) or {}).get("terminated") or {} for key in ("state", "lastState")]
            ends = [end for end in ends if when(end.get("finishedAt")) >= since]
            if any(end.get("reason") == "OOMKilled" for end in ends):
                return f"pod {name(pod)}: container {container['name']} was OOMKilled"
            waiting = (state.get("state") or {}).get("waiting") or {}
            looping = (
                waiting.get("reason") == "CrashLoopBackOff" and int(state.get("restartCount") or 0) >= LOOPS
            )
            if looping or waiting.get("reason") in {"InvalidImageName", "CreateContainerConfigError"}:
                return f"pod {name(pod)}: container {container['name']} is in {waiting['reason']}"
    return ""


def unsettled(found: Subject, now: datetime) -> str:
    """A new pod that fell over seconds ago may be ready for the moment: that is not yet stable."""
    for pod in newest_pods(found):
        for container in containers(pod):
            ended = (container_status(pod, container["name"]).get("lastState") or {}).get("terminated") or {}
            if ended and now - when(ended.get("finishedAt")) < CALM:
                return f"pod {name(pod)} restarted seconds ago"
    return ""


def _seen(item: Json) -> bool:
    return count(item, "observedGeneration") >= int(meta(item).get("generation") or 0)


def _deployment(item: Json, since: datetime) -> Standing:
    wanted = int(spec(item).get("replicas", 1))
    updated, available, total = (count(item, f) for f in ("updatedReplicas", "availableReplicas", "replicas"))
    ready = count(item, "readyReplicas")
    progress = f"{updated}/{wanted} updated, {available}/{wanted} available"
    late = condition(item, "Progressing")
    late = late if when(late.get("lastUpdateTime") or late.get("lastTransitionTime")) >= since else {}
    if _seen(item) and late.get("reason") == "ProgressDeadlineExceeded" and late.get("status") == "False":
        return Standing(False, progress, "the rollout exceeded its progress deadline")
    done = _seen(item) and updated == wanted == available == total == ready
    return Standing(done, progress)


def _statefulset(item: Json) -> Standing:
    wanted = int(spec(item).get("replicas", 1))
    updated, ready, total = (count(item, f) for f in ("updatedReplicas", "readyReplicas", "replicas"))
    rolling = (spec(item).get("updateStrategy") or {}).get("rollingUpdate") or {}
    partition = int(rolling.get("partition") or 0)
    same = status(item).get("currentRevision") == status(item).get("updateRevision")
    enough = updated >= wanted - partition if partition else same
    return Standing(
        _seen(item) and enough and ready == wanted == total,
        f"{updated}/{wanted} updated, {ready}/{wanted} ready",
    )


def _daemonset(item: Json) -> Standing:
    wanted, updated, available = (
        count(item, f) for f in ("desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable")
    )
    return Standing(
        _seen(item) and updated == available == wanted,
        f"{updated}/{wanted} updated, {available}/{wanted} available",
    )
