"""Whose logs a diagnosis reads: those of what fails, and of what the question is about."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from tools.cluster.api import Api
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import (
    containers,
    created,
    init_containers,
    name,
    pod_ready,
    restarts,
    spec,
    status,
)
from tools.cluster.snapshot import Snapshot, Text
from tools.cluster.workloads import Workload, reason, workloads
from tools.errors import NotAllowed, ToolError, TryLater
from tools.spec import Json

TAIL = 300
LOG_BYTES = 128 * 1024
MOST = 32  # logs that are read for one diagnosis
PODS_EACH = 3
FRESH = timedelta(hours=24)

Wanted = tuple[str, str, bool]  # (pod, container, previous)


async def read_logs(api: Api, snap: Snapshot, wanted: Iterable[Wanted]) -> None:
    """What could not be read is noted, not raised; what was read before is not read again.

    A container that has not begun has no log: Kubernetes says so with an error that is no gap.
    """
    have = {(log.pod, log.container, log.previous) for log in snap.logs}
    every = [one for one in dict.fromkeys(wanted) if one not in have]
    new = every[: MOST - len(have)]
    if len(every) > len(new):
        snap.unseen.append(f"logs of {len(every) - len(new)} more containers: {MOST} are read at most")
    texts = await asyncio.gather(
        *(read_log(api, snap.namespace, *one) for one in new), return_exceptions=True
    )
    for answer in texts:
        if isinstance(answer, NotAllowed | TryLater):
            _gap(snap, f"logs: {answer.reason}")
        elif isinstance(answer, Text):
            snap.logs.append(answer)
        elif not isinstance(answer, ToolError):
            raise answer


def _gap(snap: Snapshot, said: str) -> None:
    if said not in snap.unseen:
        snap.unseen.append(said)


def of_failing(snap: Snapshot, focus: frozenset[str]) -> Iterable[Wanted]:
    """Pods that are not ready: of what was asked about several, else one for each way of failing."""
    asked = _asked(snap, focus)
    for workload in asked or workloads(snap):
        failing = [pod for pod in workload.pods if not pod_ready(pod)]
        each = failing if asked else {(reason(p), bool(restarts(p))): p for p in reversed(failing)}.values()
        for pod in list(each)[:PODS_EACH]:
            yield from _of(pod)


def of_telling(snap: Snapshot, focus: frozenset[str]) -> Iterable[Wanted]:
    """Pods that run."""
    asked = _asked(snap, focus)
    for workload in asked or workloads(snap):
        for pod in _telling_pods(snap, workload, PODS_EACH if asked else 1):
            for container in containers(pod):
                yield name(pod), container["name"], False


def _asked(snap: Snapshot, focus: frozenset[str]) -> list[Workload]:
    return [w for w in workloads(snap) if f"*/{w.name}" in focus or f"{w.kind}/{w.name}" in focus]


def _of(pod: Json) -> Iterable[Wanted]:
    states = {
        s["name"]: s
        for key in ("initContainerStatuses", "containerStatuses")
        for s in status(pod).get(key) or []
    }
    for container in [*init_containers(pod), *containers(pod)]:
        state = states.get(container["name"], {})
        now = state.get("state") or {}
        if state.get("restartCount"):
            yield name(pod), container["name"], True
        if "running" in now or "terminated" in now:
            yield name(pod), container["name"], False


def _telling_pods(snap: Snapshot, workload: Workload, most: int) -> list[Json]:
    """Newest pods that run; of a fresh rollout also an old one, to tell new lines from old."""
    running = [p for p in workload.live if spec(p).get("nodeName") and status(p).get("phase") == "Running"]
    running.sort(key=created, reverse=True)
    if len(running) > most and snap.now - created(running[0]) < FRESH:
        return [*running[: most - 1], running[-1]] if most > 1 else running[:1]
    return running[:most]


async def read_log(
    api: Api,
    namespace: str,
    pod: str,
    container: str,
    previous: bool = False,
    *,
    tail: int = TAIL,
    since_s: int = 0,
) -> Text:
    """One container's log with the server's time stamps, at most `tail` lines and 128 KiB."""
    query: dict[str, object] = {
        "container": container,
        "tailLines": tail,
        "limitBytes": LOG_BYTES,
        "timestamps": "true",
    }
    if previous:
        query["previous"] = "true"
    if since_s:
        query["sinceSeconds"] = since_s
    text = await api.text(BY_PLURAL["pods"].path(namespace, pod, "log"), query)
    return Text(pod, container, previous, text)
