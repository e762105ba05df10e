"""Images that cannot be pulled."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding, about, undo
from tools.cluster.objects import containers, created, init_containers, name, spec, status
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Json

REASONS = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable"}
_WHY = (
    (("unauthorized", "authentication required", "denied", "forbidden"), "the registry refuses: name or imagePullSecrets are wrong"),
    (("no match for platform", "no matching manifest"), "the image has no build for this node's processor"),
    (("toomanyrequests", "rate limit"), "the registry limits how often we may pull"),
    (("x509", "tls", "certificate"), "the registry's certificate is not trusted"),
    (("no such host", "timeout", "connection refused", "dial tcp"), "the registry cannot be reached"),
    (("not found", "does not exist", "manifest unknown"), "there is no such image or tag"),
)  # fmt: skip


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        stuck: dict[str, list[tuple[Json, Json, Json]]] = {}
        for pod in workload.live:
            for container in [*init_containers(pod), *containers(pod)]:
                waiting = _waiting(pod, container["name"])
                if waiting.get("reason") in REASONS:
                    stuck.setdefault(container.get("image", ""), []).append((pod, container, waiting))
        for image, cases in stuck.items():
            yield _finding(snap, workload, image, cases)


def _waiting(pod: Json, container: str) -> Json:
    states = (status(pod).get("initContainerStatuses") or []) + (status(pod).get("containerStatuses") or [])
    state: Json = next((s for s in states if s.get("name") == container), {})
    return (state.get("state") or {}).get("waiting") or {}


def _finding(snap: Snapshot, workload: Workload, image: str, cases: list[tuple[Json, Json, Json]]) -> Finding:
    pod, container, waiting = cases[0]
    events = snap.events("pods", pod, "Failed", "BackOff", "InspectFailed")
    words = " ".join([waiting.get("message", ""), *(e.get("message", "") for e in events)]).lower()
    why = next((text for marks, text in _WHY if any(mark in words for mark in marks)), "the pull fails")
    base = f"status.containerStatuses[{container['name']}].state.waiting"
    telling = sorted(events, key=lambda e: e.get("reason") != "Failed")[:1]
    facts = [
        snap.fact("pods", pod, f"{base}.reason", waiting["reason"], label="waiting for"),
        snap.fact("pods", pod, f"spec.containers[{container['name']}].image", image, label="image"),
        *(snap.told(event) for event in telling),
    ]
    secrets = ", ".join(s.get("name", "") for s in spec(pod).get("imagePullSecrets") or [])
    return about(
        snap,
        workload,
        "image_pull",
        f"image {image} of {workload.kind} {workload.name} cannot be pulled ({_state(waiting)}) on {len(cases)} pods: {why}",
        facts,
        rank=20,
        since=min(created(case[0]) for case in cases),
        ruled_out=(
            f"scheduling: the pod is on node {spec(pod).get('nodeName', '')}",
            "the program itself: it never started",
        ),
        actions=undo(snap, workload),
        detail={"image": image, "pods": len(cases), "pull_secrets": secrets, "example": name(pod)},
    )


def _state(waiting: Json) -> str:
    """The kubelet alternates between trying and waiting: both words mean the same trouble."""
    reason = str(waiting["reason"])
    return f"{reason}, between tries ImagePullBackOff" if reason == "ErrImagePull" else reason
