"""Looking over pods, workloads and nodes, page by page: thousands fit in little memory because only counts are kept."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tools.cluster.api import Api
from tools.cluster.diagnosis.nodes import PRESSURES
from tools.cluster.kinds import BY_PLURAL, WORKLOADS
from tools.cluster.objects import (
    condition,
    controller,
    created,
    earliest,
    labels,
    name,
    pod_ready,
    restarts,
    status,
    when,
)
from tools.cluster.workloads import reason
from tools.errors import ToolError
from tools.spec import Json, Reach

STARTING = timedelta(seconds=90)
QUIET = {"Running", "Completed", "Succeeded", "ContainerCreating", "PodInitializing", "Pending"}


@dataclass(slots=True)
class Group:
    """Pods of one owner that are not well, with one example."""

    cluster: str
    namespace: str
    kind: str
    owner: str
    reasons: Counter[str] = field(default_factory=Counter)
    pods: int = 0
    restarts: int = 0
    since: datetime | None = None
    example: Json = field(default_factory=dict)
    note: str = ""

    @property
    def weight(self) -> tuple[int, int, str]:
        return (-self.pods, -self.restarts, self.owner)


@dataclass(slots=True)
class Survey:
    """What one cluster's pods told."""

    phases: Counter[str] = field(default_factory=Counter)
    groups: dict[tuple[str, str, str], Group] = field(default_factory=dict)
    unseen: list[str] = field(default_factory=list)
    namespaces: set[str] = field(default_factory=set)
    nodes: list[tuple[str, str]] = field(default_factory=list)  # (name, what is wrong)


async def look_over(api: Api, namespace: str, now: datetime, reach: Reach) -> Survey:
    """Everything that is not well in a namespace, or in all that may be seen."""
    found = Survey()
    await _pods(api, namespace, found, now=now, reach=reach)
    await _workloads(api, namespace, found, now=now, reach=reach)
    await _nodes(api, found)
    return found


async def _pods(api: Api, namespace: str, survey: Survey, *, now: datetime, reach: Reach) -> None:
    def reduce(pod: Json) -> Json | None:
        place = pod["metadata"]["namespace"]
        if not reach.namespace(api.name, place):
            return None
        survey.namespaces.add(place)
        survey.phases[status(pod).get("phase", "Unknown")] += 1
        why = unwell(pod, now)
        if why:
            _count(api.name, survey, pod, why)
        return None

    await api.listing(BY_PLURAL["pods"], namespace, reduce=reduce)


def unwell(pod: Json, now: datetime) -> str:
    """The word for what is wrong with a pod; empty when it is well, finished or still starting."""
    word = reason(pod)
    if status(pod).get("phase") == "Succeeded":
        return ""
    if pod["metadata"].get("deletionTimestamp"):
        late = now - when(pod["metadata"]["deletionTimestamp"]) > timedelta(minutes=1)
        return "Terminating" if late else ""
    if pod_ready(pod):
        return _restarting(pod, now)
    if condition(pod, "PodScheduled").get("status") == "False":
        return str(condition(pod, "PodScheduled").get("reason") or "Unschedulable")
    if word in QUIET and now - created(pod) < STARTING:
        return ""
    return "NotReady" if word == "Running" else word


def _restarting(pod: Json, now: datetime) -> str:
    """Ready for the moment, but it fell over lately."""
    for state in status(pod).get("containerStatuses") or []:
        ended = (state.get("lastState") or {}).get("terminated") or {}
        if (
            ended
            and int(state.get("restartCount") or 0) > 1
            and now - when(ended.get("finishedAt")) < timedelta(minutes=10)
        ):
            return str(ended.get("reason") or "Restarting")
    return ""


def _count(cluster: str, survey: Survey, pod: Json, why: str) -> None:
    kind, owner = owner_name(pod)
    place = pod["metadata"]["namespace"]
    group = survey.groups.setdefault((place, kind, owner), Group(cluster, place, kind, owner))
    group.pods += 1
    group.restarts += restarts(pod)
    group.reasons[why] += 1
    since = (
        when(condition(pod, "Ready").get("lastTransitionTime")) if condition(pod, "Ready") else created(pod)
    )
    group.since = earliest([since, *([group.since] if group.since else [])])
    if not group.example or restarts(pod) > int(group.example["restarts"]):
        images = ", ".join(c.get("image", "") for c in pod["spec"].get("containers") or [])
        node = pod["spec"].get("nodeName", "")
        group.example = {
            "pod": name(pod),
            "node": node,
            "restarts": restarts(pod),
            "image": images,
            "reason": why,
        }


def owner_name(pod: Json) -> tuple[str, str]:
    """(kind, name) of the workload, read off the pod alone: a ReplicaSet's name ends in the template hash."""
    ref = controller(pod)
    if ref is None:
        return "pod", name(pod)
    hashed = labels(pod).get("pod-template-hash")
    if ref["kind"] == "ReplicaSet" and hashed and ref["name"].endswith(f"-{hashed}"):
        return "deployment", ref["name"].removesuffix(f"-{hashed}")
    return ref["kind"].lower(), ref["name"]


async def _workloads(api: Api, namespace: str, survey: Survey, *, now: datetime, reach: Reach) -> None:
    """Workloads that have too few pods, or none at all: those no list of pods shows."""
    answers = await asyncio.gather(
        *(_short_of_pods(api, namespace, plural, now=now, reach=reach) for plural in WORKLOADS),
        return_exceptions=True,
    )
    for plural, answer in zip(WORKLOADS, answers, strict=True):
        if isinstance(answer, ToolError):
            survey.unseen.append(f"{plural}: {answer.reason}")
        elif isinstance(answer, BaseException):
            raise answer
        else:
            for group in answer:
                known = survey.groups.setdefault((group.namespace, group.kind, group.owner), group)
                known.note = group.note


async def _nodes(api: Api, survey: Survey) -> None:
    """Nodes that are away or under pressure: whatever runs there suffers."""

    def reduce(node: Json) -> None:
        bad = [
            c["type"]
            for c in status(node).get("conditions") or []
            if c["type"] in PRESSURES and c.get("status") == "True"
        ]
        if condition(node, "Ready").get("status") != "True":
            bad.insert(0, f"NotReady ({condition(node, 'Ready').get('reason', 'no condition')})")
        if bad:
            survey.nodes.append((name(node), ", ".join(bad)))

    try:
        await api.listing(BY_PLURAL["nodes"], reduce=reduce)
    except ToolError as error:
        survey.unseen.append(f"nodes: {error.reason}")


async def _short_of_pods(
    api: Api, namespace: str, plural: str, *, now: datetime, reach: Reach
) -> list[Group]:
    kind = BY_PLURAL[plural]
    found: list[Group] = []

    def reduce(item: Json) -> Json | None:
        place = item["metadata"]["namespace"]
        note = lacking(plural, item, now)
        if note and reach.namespace(api.name, place):
            found.append(Group(api.name, place, kind.singular, name(item), note=note))
        return None

    await api.listing(kind, namespace, reduce=reduce)
    return found


def lacking(plural: str, item: Json, now: datetime) -> str:
    """What a workload's own counters complain about; empty when they do not."""
    state = status(item)
    wanted = (
        int(state.get("desiredNumberScheduled") or 0)
        if plural == "daemonsets"
        else int(item["spec"].get("replicas", 1))
    )
    ready = int(state.get("numberReady" if plural == "daemonsets" else "readyReplicas") or 0)
    if condition(item, "ReplicaFailure").get("status") == "True":
        return f"{ready}/{wanted} ready, pods cannot be created"
    if condition(item, "Progressing").get("reason") == "ProgressDeadlineExceeded":
        return f"{ready}/{wanted} ready, rollout stuck"
    recent = max(created(item), when(condition(item, "Progressing").get("lastUpdateTime")))
    if ready < wanted and now - recent > STARTING:
        return f"{ready}/{wanted} ready"
    return ""
