"""Pods that run but are not ready: their readiness (or startup) probe says no."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tools.cluster.diagnosis.crash import endings
from tools.cluster.diagnosis.finding import Finding, about, undo
from tools.cluster.objects import (
    condition,
    containers,
    event_count,
    meta,
    name,
    pod_ready,
    spec,
    status,
    when,
)
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.logs.lines import telling
from tools.spec import Json

GRACE = timedelta(seconds=30)  # a pod that has just started may still be warming up


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        crashing = {name(ending.pod) for ending in endings(snap, workload)}
        unready = [
            (pod, container)
            for pod in workload.live
            if name(pod) not in crashing and not pod_ready(pod) and not meta(pod).get("deletionTimestamp")
            for container in _unready(snap, pod)
        ]
        if unready:
            yield _finding(snap, workload, unready)


def _unready(snap: Snapshot, pod: Json) -> list[Json]:
    """Containers that run and are not ready, where a probe failed or has had its time."""
    states = {s.get("name"): s for s in status(pod).get("containerStatuses") or []}
    failed = snap.events("pods", pod, "Unhealthy")
    found = []
    for container in containers(pod):
        state = states.get(container["name"], {})
        running = (state.get("state") or {}).get("running")
        if running is None or state.get("ready"):
            continue
        if failed or (_probe(container) and snap.now - when(running.get("startedAt")) > _time(container)):
            found.append(container)
    return found


def _probe(container: Json) -> Json:
    return container.get("readinessProbe") or container.get("startupProbe") or {}


def _time(container: Json) -> timedelta:
    probe = _probe(container)
    rounds = int(probe.get("failureThreshold", 3)) * int(probe.get("periodSeconds", 10))
    return GRACE + timedelta(seconds=int(probe.get("initialDelaySeconds", 0)) + rounds)


def _finding(snap: Snapshot, workload: Workload, unready: list[tuple[Json, Json]]) -> Finding:
    pod, container = unready[0]
    events = snap.events("pods", pod, "Unhealthy")
    probe = _probe(container)
    log = snap.log(name(pod), container["name"])
    line = telling(log.text) if log else ""
    facts = [
        snap.fact("pods", pod, "status.conditions[Ready].status", "False", label="ready"),
        *(snap.told(event) for event in events[:1]),
    ]
    if probe:
        path = f"spec.containers[{container['name']}].readinessProbe"
        facts.append(snap.fact("pods", pod, path, words(probe), label="readiness probe"))
    if log and line:
        facts.append(snap.said(log, line))
    said = " ".join(events[0].get("message", "").split())[:200] if events else "no event says why"
    times = sum(event_count(event) for event in events)
    return about(
        snap,
        workload,
        "readiness_probe",
        f"{len({name(p) for p, _ in unready})} of {len(workload.live)} pods of {workload.kind} {workload.name} run but are"
        f" not ready, so no Service sends them traffic: the readiness probe fails ({said}){_port_hint(container, probe)}",
        facts,
        rank=25,
        since=when(condition(pod, "Ready").get("lastTransitionTime")),
        ruled_out=(
            f"scheduling and image: the container runs on node {spec(pod).get('nodeName', '')}",
            "crashes: the container has not ended",
        ),
        actions=undo(snap, workload),
        detail={"container": container["name"], "failures": times, "example": name(pod)},
    )


def words(probe: Json) -> str:
    """A probe as one line."""
    target = probe.get("httpGet") or probe.get("tcpSocket") or probe.get("grpc") or probe.get("exec") or {}
    how = next((key for key in ("httpGet", "tcpSocket", "grpc", "exec") if key in probe), "probe")
    where = " ".join(
        str(target.get(key)) for key in ("path", "port", "command") if target.get(key) is not None
    )
    rest = ", ".join(f"{k}={v}" for k, v in probe.items() if not isinstance(v, dict))
    return f"{how} {where}, {rest}".strip(", ")


def _port_hint(container: Json, probe: Json) -> str:
    target = probe.get("httpGet") or probe.get("tcpSocket") or {}
    ports = container.get("ports") or []
    known = [value for port in ports for value in (port.get("containerPort"), port.get("name"))]
    if ports and target.get("port") is not None and target["port"] not in known:
        listed = ", ".join(str(port.get("containerPort")) for port in ports)
        return f"; it asks port {target['port']}, the container declares {listed}"
    return ""
