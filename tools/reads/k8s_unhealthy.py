"""Which workloads are not well? Pods are paged and reduced as they come, so that thousands fit in little memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import Field

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
from tools.reads.digest import digest, short
from tools.reads.windows import ago
from tools.services.where import find
from tools.spec import Call, Evidence, Json, Result, Scope, Scoped, Table, Tool

WORST = 20
STARTING = timedelta(seconds=90)
QUIET = {"Running", "Completed", "Succeeded", "ContainerCreating", "PodInitializing", "Pending"}


class Args(Scoped):
    limit: int = Field(WORST, ge=1, le=100, description="how many workloads to list, worst first")


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


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    survey = Survey()
    await _pods(call, place.api, place.namespace, survey)
    await _workloads(call, place.api, place.namespace, survey)
    await _nodes(place.api, survey)
    groups = [
        g for g in survey.groups.values() if not place.refs or g.owner in {ref.name for ref in place.refs}
    ]
    groups.sort(key=lambda g: g.weight)
    return _result(call, place.scope("now"), survey, groups, args.limit)


async def _pods(call: Call, api: Api, namespace: str, survey: Survey) -> None:
    def reduce(pod: Json) -> Json | None:
        place = pod["metadata"]["namespace"]
        if not call.reach.namespace(api.name, place):
            return None
        survey.namespaces.add(place)
        survey.phases[status(pod).get("phase", "Unknown")] += 1
        why = unwell(pod, call.now)
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


async def _workloads(call: Call, api: Api, namespace: str, survey: Survey) -> None:
    """Workloads that have too few pods, or none at all: those no list of pods shows."""
    answers = await asyncio.gather(
        *(_short_of_pods(call, api, namespace, plural) for plural in WORKLOADS), return_exceptions=True
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


async def _short_of_pods(call: Call, api: Api, namespace: str, plural: str) -> list[Group]:
    kind = BY_PLURAL[plural]
    found: list[Group] = []

    def reduce(item: Json) -> Json | None:
        place = item["metadata"]["namespace"]
        note = lacking(plural, item, call.now)
        if note and call.reach.namespace(api.name, place):
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


def _result(call: Call, scope: Scope, survey: Survey, groups: list[Group], limit: int) -> Result:
    total = sum(survey.phases.values())
    rows = tuple(_row(g, call.now) for g in groups[:limit])
    phases = ", ".join(f"{count} {phase}" for phase, count in survey.phases.most_common())
    head = (
        f"{len(groups)} workloads are not well, of {total} pods ({phases}) in {len(survey.namespaces)} namespaces."
        if groups or survey.nodes
        else f"All well: {total} pods ({phases}) in {len(survey.namespaces)} namespaces, every workload has the pods it wants."
    )
    lines = [f"node {node} is {why}" for node, why in survey.nodes[:limit]]
    lines += [_line(g, call.now) for g in groups[:limit]]
    if len(groups) > limit:
        lines.append(f"showing the worst {limit} of {len(groups)}")
    data: Json = {
        "unhealthy": [_json(g) for g in groups[:limit]],
        "total_unhealthy": len(groups),
        "pods": total,
        "phases": dict(survey.phases),
        "namespaces": sorted(survey.namespaces),
        "nodes": [{"name": node, "problem": why} for node, why in survey.nodes],
        "healthy": not groups and not survey.nodes,
    }
    return Result(
        data=data,
        digest=digest([head, *lines, *([f"could not see: {'; '.join(survey.unseen)}"] if survey.unseen else [])]),
        scope=scope,
        evidence=(*_node_facts(scope.cluster, survey), *(_evidence(g) for g in groups[:8])),
        could_not_see=tuple(survey.unseen),
        tables=(Table("Unhealthy workloads", ("namespace", "workload", "pods", "reason", "restarts", "since"), rows),) if rows else (),
    )  # fmt: skip


def _node_facts(cluster: str, survey: Survey) -> list[Evidence]:
    return [
        Evidence(f"k8s:{cluster}/-/node/{node}#status.conditions", f"node {node}", why)
        for node, why in survey.nodes[:4]
    ]


def _why(group: Group) -> str:
    reasons = ", ".join(f"{count} {why}" for why, count in group.reasons.most_common())
    return "; ".join(part for part in (group.note, reasons) if part)


def _row(group: Group, now: datetime) -> tuple[str, ...]:
    since = ago(group.since, now) if group.since else ""
    return (
        group.namespace,
        f"{group.kind}/{group.owner}",
        str(group.pods),
        _why(group),
        str(group.restarts),
        since,
    )


def _line(group: Group, now: datetime) -> str:
    since = f" for {ago(group.since, now)}" if group.since else ""
    text = f"{group.namespace}/{group.kind}/{group.owner}: {_why(group)}, {group.restarts} restarts{since}"
    if group.example:
        e = group.example
        text += f"; e.g. {e['pod']} on {e['node'] or 'no node'}, {e['reason']}, image {short(e['image'], 80)}"
    return text


def _json(group: Group) -> Json:
    return {
        "cluster": group.cluster,
        "namespace": group.namespace,
        "kind": group.kind,
        "name": group.owner,
        "pods": group.pods,
        "reasons": dict(group.reasons),
        "restarts": group.restarts,
        "since": group.since.isoformat() if group.since else "",
        "note": group.note,
        "example": group.example,
    }


def _evidence(group: Group) -> Evidence:
    base = f"k8s:{group.cluster}/{group.namespace}"
    if group.example:
        return Evidence(
            f"{base}/pod/{group.example['pod']}#status", f"{group.kind} {group.owner}", _why(group)
        )
    return Evidence(f"{base}/{group.kind}/{group.owner}#status", f"{group.kind} {group.owner}", _why(group))


K8S_UNHEALTHY = Tool(
    name="k8s_unhealthy",
    summary="List workloads that are not well (crashing, pending, not ready, short of pods) in a cluster, namespace or service, worst first.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("what is broken?", "anything unhealthy in shop?", "which pods are crashing?"),
    cache_s=5,
)
