"""How did one metric of Oracle Cloud run? With its course, by resource."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import Field

from tools.metrics.charts import chart, number
from tools.metrics.prometheus import Sample
from tools.oracle.metric_names import MetricArgs, which
from tools.oracle.metrics import Asked, everywhere, interval, query, series, unit_of
from tools.oracle.naming import named
from tools.oracle.where import find, text_of
from tools.reads.digest import digest, proved, short
from tools.reads.windows import Window, start
from tools.spec import Call, Evidence, Json, Result, Scope, Table, Tool

ROWS = 20
PROVED = 4  # series that are evidence


class Args(MetricArgs):
    since: Window = Field("3h", description="how far back: 1h, 3h, 1d, 7d")


@dataclass(frozen=True, slots=True)
class Seen:
    asked: Asked
    metric: str
    series: Sequence[Sample]
    unseen: tuple[str, ...] = ()
    of: Json | None = None  # the resource, where one was named


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    if args.resource is not None:
        item = await named(where, args.kind, args.resource)
        region, compartment = text_of(item, "region"), text_of(item, "compartmentId")
        space, metric = await which(where, region, compartment, args)
        asked = _asked(call, args, space, metric, [("resourceId", text_of(item, "identifier"))])
        seen = Seen(asked, metric, await series(where, region, compartment, asked), of=item)
        return _result(
            args,
            Scope(compartment=where.path(item), region=region, service=where.service, since=args.since),
            seen,
        )
    space, metric = await which(where, where.tenancy.home, where.top.id, args)
    asked = _asked(call, args, space, metric, [])
    parts = await everywhere(where, asked)
    found = [sample for region in parts.found.values() for sample in region]
    return _result(args, where.scope(args.since), Seen(asked, metric, found, parts.could_not_see))


def _asked(call: Call, args: Args, space: str, metric: str, held: list[tuple[str, str]]) -> Asked:
    begin = start(args.since, call.now)
    span = max(call.now - begin, timedelta(minutes=1))
    return Asked(space, query(metric, interval(span), args.stat, held), begin, call.now)


def _result(args: Args, scope: Scope, seen: Seen) -> Result:
    asked, metric, found = seen.asked, seen.metric, seen.series
    unit = unit_of(metric)
    drawn = chart(f"{metric} ({args.stat})", unit, found)
    rows = tuple(_row(sample, unit) for sample in sorted(found, key=lambda s: -s.last)[:ROWS])
    head = (
        f"{metric}, {args.stat}, last {args.since}: {len(found)} series."
        if found
        else f"No points of {metric} in the last {args.since}."
    )
    lines = proved(
        (f"{name}: now {now}, lowest {low}, highest {high}" for name, now, low, high in rows), PROVED
    )
    none = () if found else (f"points of {metric}: the namespace {asked.namespace} has none there",)
    at = f"{asked.end:%Y-%m-%dT%H:%M:%SZ}"
    return Result(
        data={
            "metric": metric,
            "namespace": asked.namespace,
            "query": asked.query,
            "series": [_json(s) for s in found[:ROWS]],
            "resource": {
                "kind": args.kind,
                "name": text_of(seen.of, "displayName"),
                "id": text_of(seen.of, "identifier"),
            }
            if seen.of
            else None,
        },
        digest=digest([head, *lines]),
        scope=scope,
        evidence=tuple(
            Evidence(f"metric:{asked.query}@{at}", f"{metric} of {name}", now)
            for name, now, _, _ in rows[:PROVED]
        ),
        could_not_see=(*seen.unseen, *none),
        charts=(drawn,) if drawn else (),
        tables=(Table(metric, ("of", "now", "lowest", "highest"), rows),) if rows else (),
        untrusted=True,
    )


def _row(sample: Sample, unit: str) -> tuple[str, str, str, str]:
    values = [value for _, value in sample.points]
    now, low, high = (f"{number(v)} {unit}".strip() for v in (sample.last, min(values), max(values)))
    return short(sample.name, 80), now, low, high


def _json(sample: Sample) -> Json:
    values = [value for _, value in sample.points]
    return {
        "labels": sample.labels,
        "last": sample.last,
        "lowest": min(values),
        "highest": max(values),
        "points": len(values),
    }


OCI_METRIC = Tool(
    name="oci_metric",
    summary="Course of one Oracle Cloud metric (cpu, memory, gpu, load balancer, database), with chart.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("cpu of the gpu instance over 7d", "UnHealthyBackendServers of the load balancer"),
    cache_s=300,
    family="resource_metric",
)
