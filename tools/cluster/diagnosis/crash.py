"""Containers that end again and again: by themselves, by the memory limit, by a probe, or because they cannot start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tools.cluster.diagnosis.finding import Finding, about, advise, undo
from tools.cluster.objects import containers, earliest, event_start, meta, name, pod_ready, spec, status, when
from tools.cluster.quantity import amount, size
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.logs.lines import telling
from tools.spec import Evidence, Json

BACK_OFF = {"CrashLoopBackOff", "RunContainerError"}
RECENT = timedelta(minutes=15)
_CANNOT_START = re.compile(
    r"executable file not found|no such file or directory|permission denied|StartError|ContainerCannotRun",
    re.IGNORECASE,
)
_FORMAT = re.compile(r"exec format error|cannot execute binary file", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a container of a pod last ended, and how many pods of the workload it happens to."""

    pod: Json
    container: Json
    state: Json
    ended: Json
    waiting: Json
    pods: int

    @property
    def code(self) -> int:
        return int(self.ended.get("exitCode") or 0)

    @property
    def restarts(self) -> int:
        return int(self.state.get("restartCount") or 0)


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        for ending in endings(snap, workload):
            yield _judge(snap, workload, ending)


def endings(snap: Snapshot, workload: Workload) -> list[Ending]:
    """One for each container name that keeps ending: the pod with the most restarts stands for the others."""
    by_container: dict[str, list[Ending]] = {}
    for pod in workload.pods:
        if meta(pod).get("deletionTimestamp") or status(pod).get("phase") == "Succeeded":
            continue  # it ends because somebody wants it to, or has done what it was for
        for container in containers(pod):
            ending = _ending(snap, pod, container)
            if ending is not None:
                by_container.setdefault(container["name"], []).append(ending)
    worst = [(max(group, key=lambda e: e.restarts), len(group)) for group in by_container.values()]
    return [Ending(e.pod, e.container, e.state, e.ended, e.waiting, pods) for e, pods in worst]


def _ending(snap: Snapshot, pod: Json, container: Json) -> Ending | None:
    states = status(pod).get("containerStatuses") or []
    state: Json = next((s for s in states if s.get("name") == container["name"]), {})
    now, before = state.get("state") or {}, (state.get("lastState") or {}).get("terminated") or {}
    waiting = now.get("waiting") or {}
    gone = now.get("terminated") or {}
    ended = before or gone
    oom = ended.get("reason") == "OOMKilled"
    if (
        spec(pod).get("restartPolicy", "Always") != "Always"
        and not oom
        and waiting.get("reason") not in BACK_OFF
    ):
        return None  # a run-to-end pod that failed is its Job's story
    recently = when(ended.get("finishedAt")) > snap.now - RECENT
    looping = bool(ended) and recently and int(state.get("restartCount") or 0) > 1
    if waiting.get("reason") in BACK_OFF or (ended and ((oom and recently) or not pod_ready(pod) or looping)):
        return Ending(pod, container, state, ended, waiting, 1)
    return None


def _judge(snap: Snapshot, workload: Workload, ending: Ending) -> Finding:
    killed = _probe_kills(snap, ending)
    if ending.ended.get("reason") == "OOMKilled":
        return _oom(snap, workload, ending)
    if killed:
        return _probe(snap, workload, ending, killed)
    text = f"{ending.ended.get('message', '')} {ending.waiting.get('message', '')} {_log_text(snap, ending)}"
    if _FORMAT.search(text):
        return _finding(
            snap, workload, ending, "wrong_architecture", "its image is built for another processor"
        )
    if ending.code == 137:
        return _finding(
            snap,
            workload,
            ending,
            "exit_137_not_oom",
            "it was killed (137) though not for memory",
            confidence=0.8,
        )
    if ending.code == 0 or ending.code in {126, 127} or _cannot_start(ending):
        return _exit_loop(snap, workload, ending)
    return _finding(
        snap, workload, ending, "crash_loop", f"it exits with code {ending.code} each time it starts"
    )


def _cannot_start(ending: Ending) -> bool:
    text = f"{ending.ended.get('reason', '')} {ending.ended.get('message', '')} {ending.waiting.get('message', '')}"
    return ending.waiting.get("reason") == "RunContainerError" or bool(_CANNOT_START.search(text))


def _exit_loop(snap: Snapshot, workload: Workload, ending: Ending) -> Finding:
    if ending.code == 0 and not _cannot_start(ending):
        why = "its command ends by itself with code 0, though it should keep running"
    else:
        why = f"its command cannot be run (exit code {ending.code})"
    return _finding(snap, workload, ending, "exit_loop", why)


def _oom(snap: Snapshot, workload: Workload, ending: Ending) -> Finding:
    limits = (ending.container.get("resources") or {}).get("limits") or {}
    limit = str(limits.get("memory", ""))
    why = (
        f"it used more memory than its limit of {limit} and was OOMKilled"
        if limit
        else "it was OOMKilled without a limit of its own: the node ran out of memory"
    )
    facts = []
    if limit:
        path = f"spec.containers[{ending.container['name']}].resources.limits.memory"
        facts.append(snap.fact("pods", ending.pod, path, limit, label="memory limit"))
    more = size(amount(limit) * 2) if limit else ""
    raise_limit = (
        advise(snap, workload, "set_resources", container=ending.container["name"], memory_limit=more)
        if more
        else ()
    )
    return _finding(
        snap, workload, ending, "oom_killed", why, facts=facts, actions=undo(snap, workload) + raise_limit
    )


def _probe(snap: Snapshot, workload: Workload, ending: Ending, events: list[Json]) -> Finding:
    kind = "startup" if "tartup probe" in events[0].get("message", "") else "liveness"
    probe = ending.container.get(f"{kind}Probe") or {}
    target = probe.get("httpGet") or probe.get("tcpSocket") or probe.get("grpc") or {}
    ports = [p.get("containerPort") for p in ending.container.get("ports") or []]
    facts = [snap.told(event) for event in events[:2]]
    hint = ""
    if target.get("port") is not None and ports and target["port"] not in ports:
        hint = f"; it asks port {target['port']}, the container declares {', '.join(map(str, ports))}"
    if probe:
        path = f"spec.containers[{ending.container['name']}].{kind}Probe"
        text = ", ".join(f"{k}={v}" for k, v in probe.items() if not isinstance(v, dict | list))
        facts.append(snap.fact("pods", ending.pod, path, text, label=f"{kind} probe"))
    why = f"its {kind} probe fails, so the kubelet kills and restarts it{hint}"
    return _finding(snap, workload, ending, "liveness_probe", why, facts=facts)


def _probe_kills(snap: Snapshot, ending: Ending) -> list[Json]:
    mine = snap.events("pods", ending.pod, "Unhealthy", "Killing")
    word = re.compile(r"(liveness|startup) probe", re.IGNORECASE)
    kills = [e for e in mine if word.search(e.get("message", ""))]
    return sorted(kills, key=lambda e: e.get("reason") != "Unhealthy") if kills else []


def _log_text(snap: Snapshot, ending: Ending) -> str:
    log = snap.log(name(ending.pod), ending.container["name"])
    return log.text[-4000:] if log else ""


def _finding(
    snap: Snapshot,
    workload: Workload,
    ending: Ending,
    fault: str,
    why: str,
    *,
    facts: list[Evidence] | None = None,
    confidence: float = 0.95,
    actions: tuple[Json, ...] | None = None,
) -> Finding:
    container = ending.container["name"]
    log = snap.log(name(ending.pod), container)
    line = telling(log.text) if log else ""
    cause = (
        f"container {container} of {workload.kind} {workload.name} keeps restarting ({_state(ending)}): {why}"
    )
    told = [snap.said(log, line)] if log and line else []
    since = earliest(
        [
            when(ending.ended.get("startedAt")),
            *(event_start(e) for e in snap.events("pods", ending.pod, "BackOff", "Unhealthy")),
        ]
    )
    return about(
        snap,
        workload,
        fault,
        cause + (f"; its last words: {line}" if line and fault != "liveness_probe" else ""),
        [*_facts(snap, ending), *(facts or []), *told],
        rank=20,
        since=since,
        confidence=confidence,
        ruled_out=_ruled_out(snap, ending, fault),
        actions=undo(snap, workload) if actions is None else actions,
        detail={
            "container": container,
            "pods": ending.pods,
            "restarts": ending.restarts,
            "exit_code": ending.code,
        },
    )


def _state(ending: Ending) -> str:
    word = ending.waiting.get("reason") or ending.ended.get("reason") or "Error"
    return f"{word}, exit code {ending.code}, {ending.restarts} restarts, {ending.pods} pods"


def _facts(snap: Snapshot, ending: Ending) -> list[Evidence]:
    base = f"status.containerStatuses[{ending.container['name']}]"
    ended = (
        f"{ending.ended.get('reason', '')}, exit code {ending.code}, at {ending.ended.get('finishedAt', '')}"
    )
    facts = [
        snap.fact("pods", ending.pod, f"{base}.lastState.terminated", ended, label="how it ended"),
        snap.fact("pods", ending.pod, f"{base}.restartCount", ending.restarts, label="restarts"),
    ]
    if ending.waiting:
        facts.append(
            snap.fact(
                "pods",
                ending.pod,
                f"{base}.state.waiting.reason",
                ending.waiting["reason"],
                label="waiting for",
            )
        )
    return facts


def _ruled_out(snap: Snapshot, ending: Ending, fault: str) -> tuple[str, ...]:
    out = [
        f"scheduling: the pod runs on node {spec(ending.pod).get('nodeName', '')}",
        "image: it was pulled and started",
    ]
    if fault != "oom_killed":
        out.append(
            f"memory limit: the container ended with reason {ending.ended.get('reason', 'unknown')}, not OOMKilled"
        )
    if fault != "liveness_probe" and snap.knows("events"):
        out.append("probes: no event says that a liveness or startup probe killed it")
    return tuple(out)
