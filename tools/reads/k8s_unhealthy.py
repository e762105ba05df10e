"""Which workloads are not well? Worst first, grouped by workload, with nodes that are away."""

from __future__ import annotations

import asyncio
from datetime import datetime

from pydantic import Field

from tools.cluster.survey import Group, Survey, look_over
from tools.metrics.beyond import Beyond, beyond_limits
from tools.metrics.charts import chart, number
from tools.metrics.prometheus import Sample
from tools.metrics.signals import Signal
from tools.reads.digest import counted, digest, listed, proved, short, token
from tools.reads.windows import ago
from tools.services.where import find
from tools.spec import Call, Chart, Evidence, Json, Result, Scope, Scoped, Table, Tool

WORST = 20
PROVED = 8  # workloads that are evidence
UNREAD = "Logs, network policies and routes were not read; ask what is wrong in a namespace to have them looked at."


class Args(Scoped):
    limit: int = Field(WORST, ge=1, le=100, description="how many workloads to list, worst first")


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    survey, metrics = await asyncio.gather(
        look_over(place.api, place.namespace, call.now, call.reach), beyond_limits(call, place)
    )
    groups = [
        g for g in survey.groups.values() if not place.refs or g.owner in {ref.name for ref in place.refs}
    ]
    groups.sort(key=lambda g: g.weight)
    return _result(call, place.scope("now"), survey, metrics, (groups, args.limit))


def _result(
    call: Call, scope: Scope, survey: Survey, metrics: Beyond, sick: tuple[list[Group], int]
) -> Result:
    every, limit = sick
    groups, beyond, nodes = every[:limit], metrics.signals[:limit], _node_facts(scope.cluster, survey)
    unseen = (*survey.unseen, *metrics.unseen)
    rows = tuple(_row(g, call.now) for g in groups)
    lines = proved((_beyond(s) for s in beyond), len(beyond))
    lines += proved(
        (f"node {node} is {why}" for node, why in survey.nodes[:limit]), len(nodes), len(lines) + 1
    )
    lines += proved((_line(g, call.now) for g in groups), PROVED, len(beyond) + len(nodes) + 1)
    if len(every) > limit:
        lines.append(f"showing the worst {limit} of {len(every)} workloads")
    data: Json = {
        "unhealthy": [_json(g) for g in groups],
        "total_unhealthy": len(every),
        "pods": sum(survey.phases.values()),
        "phases": dict(survey.phases),
        "namespaces": sorted(survey.namespaces),
        "nodes": [{"name": node, "problem": why} for node, why in survey.nodes],
        "beyond_limits": [_metric(s) for s in metrics.signals],
        "healthy": not every and not survey.nodes and not metrics.signals,
    }
    return Result(
        data=data,
        digest=digest([_head(survey, metrics, len(every)), *lines, *([f"could not see: {'; '.join(unseen)}"] if unseen else [])]),
        scope=scope,
        evidence=(*map(_fact, beyond), *nodes, *(_evidence(g) for g in groups[:PROVED])),
        could_not_see=unseen,
        charts=tuple(c for s in beyond[:3] if (c := _chart(s)) is not None),
        tables=(Table("Unhealthy workloads", ("namespace", "workload", "pods", "reason", "restarts", "since"), rows),) if rows else (),
    )  # fmt: skip


def _head(survey: Survey, metrics: Beyond, sick: int) -> str:
    """What was looked at stands beside what was found: pods that run prove nothing about requests."""
    phases = ", ".join(f"{count} {phase}" for phase, count in survey.phases.most_common())
    where = f"{sum(survey.phases.values())} pods ({phases}) in {listed(sorted(survey.namespaces), 5)}"
    count = f"{counted(sick, 'workload')} {'is' if sick == 1 else 'are'} not well, of {where}."
    if metrics.signals:
        services = len({s.service for s in metrics.signals})
        text = count if sick or survey.nodes else f"Every workload of {where} has the pods it wants."
        return f"{text} But {counted(services, 'service')} of {metrics.services} measured {'is' if services == 1 else 'are'} beyond a limit; ask why one of them is failing to learn the cause."
    if sick or survey.nodes:
        return count
    measured = (
        f", and {counted(metrics.services, 'service')} measured within limits" if metrics.services else ""
    )
    return f"Nothing is missing: {where}, every workload has the pods it wants{measured}. {UNREAD}"


def _beyond(signal: Signal) -> str:
    return f"{signal.service}: {signal.metric} is {signal.words}"


def _fact(signal: Signal) -> Evidence:
    return Evidence(signal.ref, f"{signal.service}: {signal.metric}", signal.words)


def _metric(signal: Signal) -> Json:
    return {
        "service": signal.service,
        "metric": signal.metric,
        "value": number(signal.last),
        "unit": signal.unit,
        "limit": signal.limit,
        "since": signal.since.isoformat() if signal.since else "",
    }


def _chart(signal: Signal) -> Chart | None:
    return chart(
        f"{signal.service}: {signal.metric}",
        signal.unit,
        [Sample({"service": signal.service}, signal.points)],
        signal.limit,
    )


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
    summary="List what is not well, worst first: workloads (crashing, pending, short of pods) and key metrics beyond limits, in a cluster, namespace or service.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("what is broken?", "anything unhealthy in shop?", "which pods are crashing?"),
    cache_s=5,
)
