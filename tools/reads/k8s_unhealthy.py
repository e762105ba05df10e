"""Which workloads are not well? Worst first, grouped by workload, with nodes that are away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from tools.cluster.survey import Group, Survey, look_over
from tools.metrics.signals import Signal
from tools.reads.beyond import beyond, fact, row, worded
from tools.reads.digest import digest, short, token
from tools.reads.windows import ago
from tools.services.where import find
from tools.spec import Call, Evidence, Json, Result, Scope, Scoped, Table, Tool

WORST = 20
SAID = 8
BEYOND = "beyond their limits:"


class Args(Scoped):
    limit: int = Field(WORST, ge=1, le=100, description="how many workloads to list, worst first")


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    survey, (bad, unseen) = await asyncio.gather(
        look_over(place.api, place.namespace, call.now, call.reach), beyond(call, place)
    )
    survey.unseen += unseen
    groups = [
        g for g in survey.groups.values() if not place.refs or g.owner in {ref.name for ref in place.refs}
    ]
    groups.sort(key=lambda g: g.weight)
    return _result(call, place.scope("now"), Seen(survey, groups, bad), args.limit)


@dataclass(frozen=True, slots=True)
class Seen:
    survey: Survey
    groups: list[Group]
    bad: Sequence[Signal]


def _head(seen: Seen) -> str:
    """Pods alone do not make a service well: what fails with all pods ready is not called so."""
    survey, groups = seen.survey, seen.groups
    phases = ", ".join(f"{count} {phase}" for phase, count in survey.phases.most_common())
    pods = f"{sum(survey.phases.values())} pods ({phases}) in {len(survey.namespaces)} namespaces"
    if groups or survey.nodes:
        return f"{len(groups)} workloads are not well, of {pods}."
    if seen.bad:
        return f"Not all well: every workload has the pods it wants ({pods}), but metrics are beyond their limits."
    return f"All well: {pods}, every workload has the pods it wants."


def _result(call: Call, scope: Scope, seen: Seen, limit: int) -> Result:
    survey, groups, bad = seen.survey, seen.groups, seen.bad
    rows = tuple(_row(g, call.now) for g in groups[:limit])
    lines = [f"node {node} is {why}" for node, why in survey.nodes[:limit]]
    lines += [_line(g, call.now) for g in groups[:limit]]
    if len(groups) > limit:
        lines.append(f"showing the worst {limit} of {len(groups)}")
    lines += [f"{BEYOND} {'; '.join(worded(s) for s in bad[:SAID])}"] if bad else []
    data: Json = {
        "unhealthy": [_json(g) for g in groups[:limit]],
        "total_unhealthy": len(groups),
        "pods": sum(survey.phases.values()),
        "phases": dict(survey.phases),
        "namespaces": sorted(survey.namespaces),
        "nodes": [{"name": node, "problem": why} for node, why in survey.nodes],
        "beyond_limits": [row(s) for s in bad],
        "healthy": not groups and not survey.nodes and not bad,
    }
    return Result(
        data=data,
        digest=digest([_head(seen), *lines, *([f"could not see: {'; '.join(survey.unseen)}"] if survey.unseen else [])]),
        scope=scope,
        evidence=(*_node_facts(scope.cluster, survey), *(_evidence(g) for g in groups[:8]), *(fact(s) for s in bad[:SAID])),
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
        text += f"; e.g. {e['pod']} on {e['node'] or 'no node'}, {e['reason']}, image {token(short(e['image'], 80), '(not a valid image)')}"
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
