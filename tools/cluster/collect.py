"""Reading a namespace into a snapshot: first what every question needs, then what the symptoms call for, then logs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from tools.cluster.api import Api, with_writers, without_noise
from tools.cluster.diagnosis.reaching import cut_off
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import (
    condition,
    containers,
    created,
    init_containers,
    meta,
    name,
    pod_ready,
    spec,
    status,
)
from tools.cluster.snapshot import Snapshot, Text
from tools.cluster.workloads import Workload, workloads
from tools.errors import NotAllowed, ToolError, TryLater
from tools.spec import Json

BASE = (
    "pods",
    "events",
    "deployments",
    "replicasets",
    "statefulsets",
    "daemonsets",
    "services",
    "endpointslices",
)
WIDER = ("jobs", "cronjobs", "horizontalpodautoscalers", "poddisruptionbudgets", "ingresses", "nodes")
NARROW = ("pods", "events", "deployments", "replicasets", "services")
NARROW_WIDER = ("horizontalpodautoscalers", "ingresses", "nodes")
REFUSED = (
    "resourcequotas",
    "limitranges",
    "serviceaccounts",
    "validatingwebhookconfigurations",
    "mutatingwebhookconfigurations",
)
TAIL = 300
LOG_BYTES = 128 * 1024
LOG_PODS = 16  # pods whose logs are read for one diagnosis
PODS_EACH = 3
FRESH = timedelta(hours=24)


async def collect(api: Api, namespace: str, now: datetime, focus: frozenset[str] = frozenset()) -> Snapshot:
    """A snapshot of the namespace; of what bears on them only, when the question is about Deployments.

    Raises:
        TryLater: the cluster does not answer: nothing may be concluded.
        NotAllowed: not even pods may be listed.
        GiveUp: there is no such namespace.
    """
    snap = Snapshot(api.name, namespace, now, {})
    narrow = bool(focus) and all(thing.startswith("deployment/") for thing in focus)
    await _first_look(api, snap, narrow)
    await _read(api, snap, _called_for(snap))
    await _logs(api, snap, focus)
    await _read(api, snap, _logs_call_for(snap))
    if narrow and snap.of("networkpolicies"):
        await _namespace(api, snap)  # policies select by its labels
    return snap


async def _first_look(api: Api, snap: Snapshot, narrow: bool) -> None:
    """What every question needs, in one parallel batch: a distant server is waited for once."""
    kinds = (*NARROW, *NARROW_WIDER) if narrow else (*BASE, *WIDER)
    reads = [_read(api, snap, kinds)] if narrow else [_namespace(api, snap), _read(api, snap, kinds)]
    for failed in await asyncio.gather(*reads, return_exceptions=True):
        if failed is not None:
            raise failed
    if not snap.knows("pods"):
        raise NotAllowed(
            f"I may not list pods in namespace {snap.namespace} on {api.name}",
            needs=f"list pods in {snap.namespace}",
        )


def _logs_call_for(snap: Snapshot) -> list[str]:
    """Rights where a log speaks of them, policies where one speaks of being cut off."""
    texts = [log.text for log in snap.logs]
    wanted: list[str] = []
    if any(words in text for text in texts for words in ("cannot list", "cannot get", "is forbidden")):
        wanted += ["roles", "rolebindings", "clusterroles", "clusterrolebindings"]
    if any(map(cut_off, texts)):
        wanted.append("networkpolicies")
    return wanted


async def _namespace(api: Api, snap: Snapshot) -> None:
    try:
        found = await api.get(BY_PLURAL["namespaces"], "", snap.namespace)
        snap.items["namespaces"] = [without_noise(found)]
    except NotAllowed:
        snap.unseen.append(f"the namespace object {snap.namespace} (not allowed)")


async def _read(api: Api, snap: Snapshot, plurals: Iterable[str]) -> None:
    wanted = [p for p in dict.fromkeys(plurals) if not snap.knows(p)]
    answers = await asyncio.gather(
        *(_one(api, snap.namespace, plural) for plural in wanted), return_exceptions=True
    )
    for plural, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, TryLater) and plural in BASE:
            raise answer  # with a part of the base missing everything else would mislead
        if isinstance(answer, ToolError):
            snap.unseen.append(f"{plural}: {answer.reason}")
        elif isinstance(answer, BaseException):
            raise answer
        else:
            snap.items[plural] = answer


async def _one(api: Api, namespace: str, plural: str) -> list[Json]:
    kind = BY_PLURAL[plural]
    reduce = {"configmaps": _keys_only, "deployments": with_writers, "statefulsets": with_writers}.get(
        plural, without_noise
    )
    return await api.listing(kind, namespace if kind.namespaced else "", reduce=reduce)


def _keys_only(item: Json) -> Json:
    """A ConfigMap without its values, with the time of its last change."""
    keys = {key: "" for part in ("data", "binaryData") for key in item.get(part) or {}}
    changed = max((str(f.get("time") or "") for f in item["metadata"].get("managedFields") or []), default="")
    return without_noise({"metadata": item["metadata"], "keys": keys, "changed": changed})


def _called_for(snap: Snapshot) -> list[str]:
    """Kinds that explain the symptoms."""
    wanted = ["ingressclasses"] if snap.of("ingresses") else []
    pods = snap.of("pods")
    if any(e.get("reason") == "ProvisioningFailed" for e in snap.of("events")):
        wanted += ["persistentvolumeclaims", "storageclasses"]
    if any(condition(pod, "PodScheduled").get("status") == "False" for pod in pods):
        wanted += ["persistentvolumeclaims", "storageclasses"]
    if any(_starting(pod) for pod in pods):
        wanted += ["configmaps", "persistentvolumeclaims"]
    if any(condition(rs, "ReplicaFailure") for rs in snap.of("replicasets")) or any(
        e.get("reason") == "FailedCreate" for e in snap.of("events")
    ):
        wanted += REFUSED
    if any(meta(ns).get("deletionTimestamp") for ns in snap.of("namespaces")):
        wanted += ["configmaps", "persistentvolumeclaims", "serviceaccounts"]
    return wanted


def _starting(pod: Json) -> bool:
    states = (status(pod).get("initContainerStatuses") or []) + (status(pod).get("containerStatuses") or [])
    return any("waiting" in (s.get("state") or {}) for s in states)


async def _logs(api: Api, snap: Snapshot, focus: frozenset[str]) -> None:
    """Logs of what fails, and of what the question is about; failures of reading them are noted, not raised."""
    wanted = list(dict.fromkeys(_wanted_logs(snap, focus)))[: LOG_PODS * 2]
    texts = await asyncio.gather(
        *(read_log(api, snap.namespace, *one) for one in wanted), return_exceptions=True
    )
    for answer in texts:
        if isinstance(answer, NotAllowed):
            snap.unseen.append(f"logs: {answer.reason}")
            return
        if isinstance(answer, Text):
            snap.logs.append(answer)
        elif not isinstance(answer, ToolError):
            raise answer


def _wanted_logs(snap: Snapshot, focus: frozenset[str]) -> Iterable[tuple[str, str, bool]]:
    """(pod, container, previous), those that fail first."""
    everything = workloads(snap)
    asked = [w for w in everything if f"*/{w.name}" in focus or f"{w.kind}/{w.name}" in focus]
    for workload in asked or everything:
        for pod in [p for p in workload.pods if not pod_ready(p)][:PODS_EACH]:
            yield from _of_failing(pod)
    for workload in asked or everything:
        for pod in _telling_pods(snap, workload, PODS_EACH if asked else 1):
            for container in containers(pod):
                yield name(pod), container["name"], False


def _of_failing(pod: Json) -> Iterable[tuple[str, str, bool]]:
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
