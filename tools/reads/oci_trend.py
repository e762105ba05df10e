"""Whether a metric of Oracle Cloud is as usual: trend, season, anomalies with their begin and who changed what before, forecast."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import Field

from tools.errors import ToolError
from tools.metrics.charts import chart, number
from tools.oracle.auditing import Deed, deeds
from tools.oracle.courses import Course, course, stepped, whole
from tools.oracle.metric_names import MetricArgs, which
from tools.oracle.metrics import Asked, Stream, everywhere, query, series, unit_of
from tools.oracle.naming import named
from tools.oracle.readings import Reading, read
from tools.oracle.where import Where, find, text_of
from tools.reads.digest import counted, digest, proved, short, token
from tools.reads.oci_who_changed import evidence as deed_evidence
from tools.reads.trend_words import as_json, drawn, headline, lines
from tools.reads.windows import Window, ago, span, start
from tools.spec import Call, Chart, Evidence, Json, Result, Scope, Table, Tool

READ = 60  # series, those that the answer is about; more are named as not looked at
SHOWN = 8
PROVED = 4
CHANGES = 4
BEFORE = timedelta(hours=6)  # a change so long before an anomaly may be its cause
USUAL_STRAY = 0.5  # percent points: less is no straying of a utilization


class Args(MetricArgs):
    since: Window = Field(
        "14d", description="how much past is read: 1d, 7d, 14d, 30d; a season needs three of it"
    )
    ahead: str = Field("1d", pattern=r"^\d{1,3}[hd]$", description="how far the forecast goes: 6h, 2d")
    limit: float | None = Field(None, description="a value; told when the metric will come to it")


@dataclass
class Seen:
    """What was read. `held` are changes before the worst anomaly, those of the resource itself first."""

    metric: str
    asked: Asked
    readings: list[Reading] = field(default_factory=list)
    total: int = 0
    unseen: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # of it, where nothing was measured for want of an answer
    ruled_out: list[str] = field(default_factory=list)
    held: list[Deed] = field(default_factory=list)
    own: int = 0  # so many of them are the resource's


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    item = await named(where, args.kind, args.resource) if args.resource is not None else None
    region, place = (
        (text_of(item, "region"), text_of(item, "compartmentId"))
        if item
        else (where.tenancy.home, where.top.id)
    )
    space, metric = await which(where, region, place, args)
    asked, step = _asked(call, args, space, metric, item)
    seen = Seen(metric, asked)
    found = await _samples(where, asked, item, seen)
    seen.total = len(found)
    seen.readings = await asyncio.to_thread(_read, found, step, args, unit_of(metric))
    await _causes(where, seen, step)
    scope = (
        Scope(compartment=where.path(item), region=region, service=where.service, since=args.since)
        if item
        else where.scope(args.since)
    )
    return _result(call, args, scope, seen)  # fmt: skip


def _asked(call: Call, args: Args, space: str, metric: str, item: Json | None) -> tuple[Asked, timedelta]:
    begin = start(args.since, call.now)
    name, step = stepped(call.now - begin)
    held = [("resourceId", text_of(item, "identifier"))] if item else []
    end = max(whole(call.now, step), begin + step)
    return Asked(space, query(metric, name, args.stat, held), begin, end), step


async def _samples(where: Where, asked: Asked, item: Json | None, seen: Seen) -> list[Stream]:
    if item is not None:
        return await series(where, text_of(item, "region"), text_of(item, "compartmentId"), asked)
    parts = await everywhere(where, asked)
    seen.unseen += parts.could_not_see
    seen.unread += parts.could_not_see
    return [sample for region in parts.found.values() for sample in region]


def _read(found: Sequence[Stream], step: timedelta, args: Args, unit: str) -> list[Reading]:
    """Blocking. One series gets everything; of many each is judged, and the worst tell the rest."""
    ahead = max(1, span(args.ahead) // step)
    floor = USUAL_STRAY if unit == "%" else 0.0
    courses = [course(one, step) for one in found[:READ]]
    ordered = sorted((read(one, 0, floor) for one in courses), key=lambda reading: reading.order)
    return [read(one.course, ahead, floor) if n < SHOWN else one for n, one in enumerate(ordered)]


async def _causes(where: Where, seen: Seen, step: timedelta) -> None:
    """Who changed what before the worst anomaly. That the audit does not answer costs this part alone."""
    odd = next((one for one in seen.readings if one.worst is not None), None)
    if odd is None or odd.worst is None:
        return
    begin = odd.course.at(odd.worst.start)
    compartments = [odd.course.compartment] if odd.course.compartment else []
    try:
        found, parts = await deeds(where, begin - BEFORE - step, begin + step, lambda _: True, compartments)
    except ToolError as error:
        seen.unseen.append(f"who changed it: {error.reason}")
        return
    seen.unseen += parts.could_not_see
    _sorted_out(seen, odd.course, found, begin)


def _sorted_out(seen: Seen, course: Course, found: Sequence[Deed], begin: datetime) -> None:
    own = [one for one in found if one.resource == course.resource or one.resource_name == course.name]
    others = [one for one in found if one not in own and one.worked]
    seen.own = min(len(own), CHANGES)
    seen.held = [*own, *others][:CHANGES]
    if not own and not seen.unseen:
        seen.ruled_out.append(
            f"no change of {token(course.name, 'it')} in Oracle's audit in the 6 h before {begin:%a %d %b %H:%M} UTC"
        )


def _result(call: Call, args: Args, scope: Scope, seen: Seen) -> Result:
    unit, shown = unit_of(seen.metric), seen.readings[:SHOWN]
    odd = sum(one.now is not None for one in seen.readings)
    none = (
        ()
        if seen.readings
        else (f"points of {seen.metric}: the namespace {seen.asked.namespace} has none there",)
    )
    more = (f"{seen.total - READ} more series: name a resource",) if seen.total > READ else ()
    told = [headline(one, unit, call.now) for one in shown]
    rest = lines(shown[0], unit, call.now, args.limit) if shown else []
    left = (
        [f"{len(seen.readings) - len(shown)} more series are calmer"]
        if len(seen.readings) > len(shown)
        else []
    )
    return Result(
        data={
            "metric": seen.metric,
            "namespace": seen.asked.namespace,
            "unit": unit,
            "query": seen.asked.query,
            "series": [as_json(one) for one in seen.readings],
            "total": seen.total,
            "unread": list(seen.unread),
            "unusual": odd,
            "changes": [_change(one, own=n < seen.own) for n, one in enumerate(seen.held)],
        },
        digest=digest([_head(args, seen, odd), *proved(told, PROVED), *rest, *_changes(call, seen, len(told)), *left]),
        scope=scope,
        evidence=(*_proofs(seen, shown, told), *(deed_evidence(one) for one in seen.held)),
        ruled_out=tuple(seen.ruled_out),
        could_not_see=(*seen.unseen, *none, *more),
        charts=_charts(f"{seen.metric} ({args.stat})", unit, shown[0]) if shown else (),
        tables=(_table(seen, unit),) if len(seen.readings) > 1 else (),
        untrusted=True,
    )  # fmt: skip


def _charts(title: str, unit: str, worst: Reading) -> tuple[Chart, ...]:
    """What its sentence tells is what was measured, not the band above it."""
    samples = drawn(worst)
    found = chart(title, unit, samples, about=samples[0])
    return (found,) if found else ()


def _head(args: Args, seen: Seen, odd: int) -> str:
    if not seen.readings:
        return f"No points of {seen.metric} in the last {args.since}."
    what = f"{seen.metric}, {args.stat}, last {args.since}: {counted(len(seen.readings), 'series').replace('seriess', 'series')}"
    unsaid = sum(one.judged is None for one in seen.readings)
    unknown = f", {unsaid} with too little data to say" if unsaid else ""
    return f"{what}, {odd} out of the ordinary now{unknown}."


def _proofs(seen: Seen, shown: Sequence[Reading], told: Sequence[str]) -> list[Evidence]:
    at = f"{seen.asked.end:%Y-%m-%dT%H:%M:%SZ}"
    pairs = list(zip(shown, told, strict=True))[:PROVED]
    return [
        Evidence(f"metric:{seen.asked.query}@{at}", f"{seen.metric} of {short(one.course.name, 80)}", text)
        for one, text in pairs
    ]


def _changes(call: Call, seen: Seen, told: int) -> list[str]:
    """Before the worst one; that is no proof that they caused it."""
    if not seen.held:
        return []
    first = min(told, PROVED) + 1
    said = [
        f"{'It was changed' if n < seen.own else 'Elsewhere in its compartment'} {ago(one.at, call.now)} ago: "
        f"{one.name} of {short(one.resource_name or one.resource, 80)} by {short(one.who, 80)}"
        f"{'' if one.worked else f', which failed with {one.status}'}"
        for n, one in enumerate(seen.held)
    ]
    return ["Changes before it began:", *proved(said, CHANGES, first)]


def _change(one: Deed, *, own: bool) -> Json:
    return {
        "at": one.at.isoformat(), "did": one.name, "who": one.who, "resource": one.resource, "name": one.resource_name,
        "status": one.status, "own": own, "before": one.before, "after": one.after,
    }  # fmt: skip


def _table(seen: Seen, unit: str) -> Table:
    rows = tuple(_row(one, unit) for one in seen.readings[:20])
    return Table(seen.metric, ("of", "now", "usual", "since"), rows)


def _row(one: Reading, unit: str) -> tuple[str, str, str, str]:
    last = one.course.last
    usual = "too little data" if one.judged is None else "yes" if one.now is None else "no"
    since = f"{one.course.at(one.now.start):%a %d %b %H:%M}" if one.now else ""
    return (
        short(one.course.name, 80),
        f"{number(last)} {unit}".strip() if last is not None else "",
        usual,
        since,
    )


OCI_TREND = Tool(
    name="oci_trend",
    summary="Is an Oracle Cloud metric as usual? Trend, season, anomaly since when and who changed what before, forecast with interval.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("why is cpu high on web-1, and since when?", "when will the database be full?", "is the load balancer's traffic unusual?"),
    cache_s=120,
    family="resource_metric",
)  # fmt: skip
