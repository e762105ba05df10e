"""Ask Prometheus: a query of one's own, or a key metric of a service, as a chart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Self

from pydantic import Field, model_validator

from tools.errors import AskBack, GiveUp
from tools.marks import mark
from tools.metrics.charts import chart, number
from tools.metrics.prometheus import Sample
from tools.metrics.read import dated
from tools.metrics.signals import Signal
from tools.reads.digest import digest, short
from tools.reads.windows import Window, start
from tools.services.model import MetricSpec
from tools.services.where import service_of
from tools.spec import Call, Evidence, Json, Result, Scope, Scoped, Table, Tool

COURSE = 8  # points of a course in words


class Args(Scoped):
    query: str | None = Field(
        None, min_length=1, max_length=2000, description="PromQL; give this, or service with metric, not both"
    )
    metric: str | None = Field(
        None, max_length=80, description="a key metric of the service, e.g. error_rate"
    )
    since: Window = Field("1h", description="how far back: 1h, 6h")

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.query is None) == (self.service is None):
            raise ValueError("give a query, or a service (and one of its metrics)")
        return self


async def run(call: Call, args: Args) -> Result:
    if call.clients.metrics is None:
        raise GiveUp("no Prometheus is configured: set PROMETHEUS_URL", "prometheus")
    title, spec, service = await _spec(call, args)
    since = start(args.since, call.now)
    samples = await call.clients.metrics.range(spec.query, since, call.now, min(8.0, call.deadline_s))
    ref = f"metric:{spec.query}@{call.now:%Y-%m-%dT%H:%M:%SZ}"
    drawn = chart(title, spec.unit, samples, spec.limit)
    scope = Scope(service=service, since=args.since)
    if drawn is None:
        return Result(
            {"series": [], "query": spec.query},
            f"No data: {title} has no series in the last {args.since}.",
            scope,
            could_not_see=(f"{title}: no data",),
        )
    worst = sorted(samples, key=lambda s: -s.last)[:20]
    since_when = await _since(call, spec, worst[0])
    rows = tuple(map(_row, worst))
    data: Json = {
        "query": spec.query,
        "unit": spec.unit,
        "limit": spec.limit,
        "series": [_json(s) for s in samples[:50]],
        "total_series": len(samples),
    }
    return Result(
        data=data,
        digest=digest(
            [
                f"{drawn.note}{since_when}.{mark(1)} {len(samples)} series over {args.since}.",
                *(_line(s) for s in worst),
            ]
        ),
        scope=scope,
        evidence=(Evidence(ref, title, drawn.note.removeprefix(f"{title}: ") + since_when),),
        charts=(drawn,),
        tables=(Table(title, ("series", "now", "lowest", "highest"), rows),),
        untrusted=True,
    )


async def _spec(call: Call, args: Args) -> tuple[str, MetricSpec, str]:
    """(title, query, service name)."""
    if args.query is not None:
        return short(args.query, 80), MetricSpec(query=args.query), ""
    service = await service_of(call, args)
    if service is None or not service.metrics:
        raise GiveUp(f"the service map knows no metrics of {args.service}", not_found=True)
    if args.metric is None and len(service.metrics) > 1:
        raise AskBack(f"Which metric of {service.name}?", tuple(service.metrics))
    wanted = args.metric or next(iter(service.metrics))
    if wanted not in service.metrics:
        raise AskBack(f"{service.name} has no metric {wanted!r}. Which one?", tuple(service.metrics))
    return f"{service.name}: {wanted}", service.metrics[wanted], service.name


async def _since(call: Call, spec: MetricSpec, worst: Sample) -> str:
    """Since when the worst series is at or beyond its limit, where it has one."""
    if call.clients.metrics is None:
        return ""
    signal = Signal("", "", spec.query, spec.unit, spec.limit, worst.points)
    since = (await dated(call.clients.metrics, signal)).since
    return f" ({'beyond' if signal.over else 'at'} it since {since:%H:%M:%S} UTC)" if since else ""


def _line(sample: Sample) -> str:
    """Extremes, and a few points of the course: "since when" is asked of it."""
    name, now, lowest, highest = _row(sample)
    every = max(1, len(sample.points) // COURSE)
    course = [f"{datetime.fromtimestamp(at, UTC):%H:%M} {number(v)}" for at, v in sample.points[::every]]
    return f"{name}: now {now}, lowest {lowest}, highest {highest}; course {', '.join(course)}"


def _row(sample: Sample) -> tuple[str, ...]:
    values = [v for _, v in sample.points]
    return (sample.name, number(sample.last), number(min(values)), number(max(values)))


def _json(sample: Sample) -> Json:
    return {
        "labels": sample.labels,
        "last": number(sample.last),
        "points": [[at, number(v)] for at, v in sample.points],
    }


PROM_QUERY = Tool(
    name="prom_query",
    summary="Run a PromQL query, or show a key metric of a service, over a window, as a chart.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("chart of checkout's error_rate", "sum(rate(http_requests_total[5m]))"),
    cache_s=10,
)
