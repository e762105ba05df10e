"""Init containers that fail or hang: the pod never gets to its own containers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tools.cluster.diagnosis.finding import Finding, about, undo
from tools.cluster.diagnosis.image import REASONS as IMAGE_REASONS
from tools.cluster.objects import created, init_containers, name, status, when
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.logs.lines import telling
from tools.spec import Json

HANGS = timedelta(minutes=5)
CONFIG = {"CreateContainerConfigError", "CreateContainerError"}


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        cases = [(pod, c, s) for pod in workload.live for c, s in _stuck(snap, pod)]
        seen: set[str] = set()
        for pod, container, state in cases:
            if container["name"] not in seen:
                seen.add(container["name"])
                pods = sum(c["name"] == container["name"] for _, c, _ in cases)
                yield _finding(snap, workload, pod, container=container, state=state, pods=pods)


def _stuck(snap: Snapshot, pod: Json) -> Iterator[tuple[Json, Json]]:
    for container in init_containers(pod):
        state: Json = next(
            (s for s in status(pod).get("initContainerStatuses") or [] if s.get("name") == container["name"]),
            {},
        )
        if container.get("restartPolicy") == "Always":
            continue  # a sidecar
        if _fails(state) or _hangs(snap, state):
            yield container, state


def _fails(state: Json) -> bool:
    waiting = (state.get("state") or {}).get("waiting") or {}
    if waiting.get("reason") in IMAGE_REASONS | CONFIG:
        return False
    ended = (
        (state.get("state") or {}).get("terminated") or (state.get("lastState") or {}).get("terminated") or {}
    )
    return waiting.get("reason") == "CrashLoopBackOff" or int(ended.get("exitCode") or 0) != 0


def _hangs(snap: Snapshot, state: Json) -> bool:
    running = (state.get("state") or {}).get("running")
    return running is not None and snap.now - when(running.get("startedAt")) > HANGS


def _finding(
    snap: Snapshot, workload: Workload, pod: Json, *, container: Json, state: Json, pods: int
) -> Finding:
    inner = container["name"]
    ended = (
        (state.get("lastState") or {}).get("terminated") or (state.get("state") or {}).get("terminated") or {}
    )
    code = int(ended.get("exitCode") or 0)
    log = snap.log(name(pod), inner)
    line = telling(log.text) if log else ""
    base = f"status.initContainerStatuses[{inner}]"
    facts = [
        snap.fact("pods", pod, f"{base}.state", _word(state), label=f"init container {inner}"),
        snap.fact("pods", pod, f"{base}.restartCount", state.get("restartCount", 0), label="restarts"),
        snap.fact("pods", pod, "status.conditions[Initialized].status", "False", label="initialised"),
    ]
    if ended:
        facts.append(snap.fact("pods", pod, f"{base}.lastState.terminated.exitCode", code, label="exit code"))
    if log and line:
        facts.append(snap.said(log, line))
    what = f"fails with exit code {code}" if ended else "does not come to an end"
    why = " (the command is not found)" if code == 127 else ""
    return about(
        snap,
        workload,
        "init_container",
        f"init container {inner} of {workload.kind} {workload.name} {what}{why}, so {pods} pods never start"
        + (f"; its last words: {line}" if line else ""),
        facts,
        rank=19,
        since=created(pod),
        ruled_out=("the main containers: they were never started",),
        actions=undo(snap, workload),
        detail={"container": inner, "exit_code": code, "pods": pods},
    )


def _word(state: Json) -> str:
    now = state.get("state") or {}
    return str(
        (now.get("waiting") or now.get("terminated") or {}).get("reason") or next(iter(now), "unknown")
    )
