"""References to ConfigMaps and Secrets that do not hold: from the environment and from volumes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.cluster.diagnosis.finding import Finding, about, undo
from tools.cluster.objects import containers, created, init_containers, name, spec, status
from tools.cluster.snapshot import Snapshot, near_names
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

CONFIG_REASONS = {"CreateContainerConfigError", "CreateContainerError"}
MOUNT_REASONS = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_MISSING = re.compile(
    r'(?P<kind>configmap|secret|persistentvolumeclaim) "(?P<name>[^"]+)" not found', re.IGNORECASE
)
_KEY = re.compile(r"couldn't find key (?P<key>\S+) in (?P<kind>ConfigMap|Secret) (?:\S+/)?(?P<name>\S+)")
_REFERENCED = re.compile(r"references non-existent (?P<kind>config|secret) key: (?P<key>\S+)")


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not there: a whole object, or a key of one."""

    kind: str
    name: str
    key: str = ""

    @property
    def words(self) -> str:
        return f"key {self.key} of {self.kind} {self.name}" if self.key else f"{self.kind} {self.name}"


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        yield from _environment(snap, workload)
        yield from _volumes(snap, workload)


def _environment(snap: Snapshot, workload: Workload) -> Iterator[Finding]:
    cases: list[tuple[Json, str, Json]] = []
    for pod in workload.live:
        for container in [*init_containers(pod), *containers(pod)]:
            waiting = _waiting(pod, container["name"])
            if waiting.get("reason") in CONFIG_REASONS:
                cases.append((pod, container["name"], waiting))
    if not cases:
        return
    pod, container_name, waiting = cases[0]
    missing = parse(waiting.get("message", ""))
    base = f"status.containerStatuses[{container_name}].state.waiting"
    facts = [
        snap.fact("pods", pod, f"{base}.reason", waiting["reason"], label="waiting for"),
        snap.fact("pods", pod, f"{base}.message", waiting.get("message", ""), label="what the kubelet says"),
    ]
    yield _finding(
        snap,
        workload,
        "container_config",
        pod=pod,
        missing=missing,
        facts=facts,
        pods=len(cases),
        message=waiting.get("message", ""),
    )


def _volumes(snap: Snapshot, workload: Workload) -> Iterator[Finding]:
    cases = []
    for pod in workload.live:
        if not _starting(pod):
            continue
        events = snap.events("pods", pod, *MOUNT_REASONS)
        if events:
            cases.append((pod, events[0]))
    if not cases:
        return
    pod, event = cases[0]
    if "Multi-Attach" in event.get("message", ""):
        yield _multi_attach(snap, workload, pod, event, len(cases))
        return
    missing = parse(event.get("message", ""))
    facts = [
        snap.fact(
            "pods",
            pod,
            "status.containerStatuses[0].state.waiting.reason",
            _first_waiting(pod),
            label="waiting for",
        ),
        snap.told(event),
    ]
    yield _finding(
        snap,
        workload,
        "failed_mount",
        pod=pod,
        missing=missing,
        facts=facts,
        pods=len(cases),
        message=event.get("message", ""),
    )


def _multi_attach(snap: Snapshot, workload: Workload, pod: Json, event: Json, pods: int) -> Finding:
    cause = f"a volume of {workload.kind} {workload.name} is still attached to another node (Multi-Attach), {pods} pods wait"
    return about(
        snap, workload, "volume_multi_attach", cause, [snap.told(event)], rank=20, since=created(pod)
    )


def _finding(
    snap: Snapshot,
    workload: Workload,
    fault: str,
    *,
    pod: Json,
    missing: Missing | None,
    facts: list[Evidence],
    pods: int,
    message: str,
) -> Finding:
    how = "its environment names" if fault == "container_config" else "a volume names"
    if missing is None:
        cause = f"{pods} pods of {workload.kind} {workload.name} cannot start: {_plain(message)}"
    else:
        cause = f"{missing.words} does not exist, but {how} it: {pods} pods of {workload.kind} {workload.name} cannot start"
        hint, proof = _confirm(snap, missing)
        cause += hint
        facts = facts + proof
    return about(
        snap,
        workload,
        fault,
        cause,
        facts,
        rank=18,
        since=created(pod),
        ruled_out=(
            f"scheduling: the pod is on node {spec(pod).get('nodeName', '')}",
            "the program itself: it never started",
        ),
        actions=undo(snap, workload),
        detail={"missing": missing.words if missing else "", "pods": pods, "example": name(pod)},
    )


def _confirm(snap: Snapshot, missing: Missing) -> tuple[str, list[Evidence]]:
    """ConfigMaps can be looked up; Secrets are never read."""
    if missing.kind != "ConfigMap" or not snap.knows("configmaps"):
        return "", []
    there = snap.named("configmaps", missing.name)
    if there is not None:
        keys = ", ".join(sorted(there.get("keys") or there.get("data") or {})) or "none"
        return f" (it has the keys: {keys})", [snap.fact("configmaps", there, "data", keys, label="keys")]
    names = [name(item) for item in snap.of("configmaps")]
    near = near_names(missing.name, names)
    proof = Evidence(f"{snap.address('configmaps', missing.name)}#metadata.name", "looked up", "not found")
    return (f"; near names that exist: {', '.join(near)}" if near else ""), [proof]


def parse(message: str) -> Missing | None:
    """What a kubelet message says is missing."""
    found = _KEY.search(message)
    if found:
        return Missing(found["kind"], found["name"].rstrip(",."), found["key"])
    found = _MISSING.search(message)
    if found:
        kinds = {
            "configmap": "ConfigMap",
            "secret": "Secret",
            "persistentvolumeclaim": "PersistentVolumeClaim",
        }
        return Missing(kinds[found["kind"].lower()], found["name"])
    found = _REFERENCED.search(message)
    return (
        Missing("ConfigMap" if found["kind"] == "config" else "Secret", "", found["key"]) if found else None
    )


def _plain(message: str) -> str:
    return " ".join(message.split())[:300]


def _waiting(pod: Json, container: str) -> Json:
    states = (status(pod).get("initContainerStatuses") or []) + (status(pod).get("containerStatuses") or [])
    state: Json = next((s for s in states if s.get("name") == container), {})
    return (state.get("state") or {}).get("waiting") or {}


def _first_waiting(pod: Json) -> str:
    states = status(pod).get("containerStatuses") or [{}]
    return str(((states[0].get("state") or {}).get("waiting") or {}).get("reason", "ContainerCreating"))


def _starting(pod: Json) -> bool:
    """Scheduled, but no container has run yet."""
    states = status(pod).get("containerStatuses") or []
    begun = any("running" in (s.get("state") or {}) or s.get("restartCount") for s in states)
    return bool(spec(pod).get("nodeName")) and not begun
