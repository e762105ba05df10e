"""When a rollout is done, by the arithmetic of the API's counters, and when it cannot become done any more."""

from __future__ import annotations

import re
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
PULLING = "ImagePullBackOff"
ABSENT = re.compile(r"not found|manifest unknown", re.IGNORECASE)  # a registry that is away may come back


@dataclass(frozen=True, slots=True)
class Standing:
    """`failed` says why it cannot come true any more; empty while it can."""

    done: bool
    progress: str
    failed: str = ""


def standing(found: Subject, since: datetime) -> Standing:
    """Where the workload's rollout is; pods that died after `since` are judged first."""
    # Before the controller has seen the write, the newest pods are still those of the template before it.
    death = dying(found, since) if seen(found.item) else None
    failed = death.words if death else ""
    match found.kind.plural:
        case "deployments":
            counted = _deployment(found.item, since)
        case "statefulsets":
            counted = _statefulset(found.item)
        case _:
            counted = _daemonset(found.item)
    return Standing(counted.done and not failed, counted.progress, failed or counted.failed)


@dataclass(frozen=True, slots=True)
class Death:
    """Why one of the newest pods does not live. `reason` is Kubernetes' word for it."""

    pod: str
    container: str
    reason: str

    @property
    def words(self) -> str:
        killed = self.reason == "OOMKilled"
        why = ": the registry does not have its image" if self.reason == PULLING else ""
        return f"pod {self.pod}: container {self.container} {'was' if killed else 'is in'} {self.reason}{why}"


def dying(found: Subject, since: datetime) -> Death | None:
    """Why the newest pods do not live; None while they may. What ended before `since` is history."""
    for pod in newest_pods(found):
        for container in containers(pod):
            reason = _deadly(container_status(pod, container["name"]), since)
            if reason:
                return Death(name(pod), container["name"], reason)
    return None


def _deadly(state: Json, since: datetime) -> str:
    ends = [(state.get(key) or {}).get("terminated") or {} for key in ("state", "lastState")]
    if any(end.get("reason") == "OOMKilled" and when(end.get("finishedAt")) >= since for end in ends):
        return "OOMKilled"
    held = (state.get("state") or {}).get("waiting") or {}
    waiting = str(held.get("reason", ""))
    if waiting == PULLING and ABSENT.search(str(held.get("message", ""))):
        return waiting
    looping = waiting == "CrashLoopBackOff" and int(state.get("restartCount") or 0) >= LOOPS
    return waiting if looping or waiting in {"InvalidImageName", "CreateContainerConfigError"} else ""


def unsettled(found: Subject, now: datetime) -> str:
    """A new pod that fell over seconds ago may be ready for the moment: that is not yet stable."""
    for pod in newest_pods(found):
        for container in containers(pod):
            ended = (container_status(pod, container["name"]).get("lastState") or {}).get("terminated") or {}
            if ended and now - when(ended.get("finishedAt")) < CALM:
                return f"pod {name(pod)} restarted seconds ago"
    return ""


def seen(item: Json) -> bool:
    return count(item, "observedGeneration") >= int(meta(item).get("generation") or 0)


def _deployment(item: Json, since: datetime) -> Standing:
    wanted = int(spec(item).get("replicas", 1))
    updated, available, total = (count(item, f) for f in ("updatedReplicas", "availableReplicas", "replicas"))
    ready = count(item, "readyReplicas")
    progress = f"{updated}/{wanted} updated, {available}/{wanted} available"
    late = condition(item, "Progressing")
    late = late if when(late.get("lastUpdateTime") or late.get("lastTransitionTime")) >= since else {}
    if seen(item) and late.get("reason") == "ProgressDeadlineExceeded" and late.get("status") == "False":
        return Standing(False, progress, "the rollout exceeded its progress deadline")
    done = seen(item) and updated == wanted == available == total == ready
    return Standing(done, progress)


def _statefulset(item: Json) -> Standing:
    wanted = int(spec(item).get("replicas", 1))
    updated, ready, total = (count(item, f) for f in ("updatedReplicas", "readyReplicas", "replicas"))
    rolling = (spec(item).get("updateStrategy") or {}).get("rollingUpdate") or {}
    partition = int(rolling.get("partition") or 0)
    same = status(item).get("currentRevision") == status(item).get("updateRevision")
    enough = updated >= wanted - partition if partition else same
    return Standing(
        seen(item) and enough and ready == wanted == total,
        f"{updated}/{wanted} updated, {ready}/{wanted} ready",
    )


def _daemonset(item: Json) -> Standing:
    wanted, updated, available = (
        count(item, f) for f in ("desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable")
    )
    return Standing(
        seen(item) and updated == available == wanted,
        f"{updated}/{wanted} updated, {available}/{wanted} available",
    )
