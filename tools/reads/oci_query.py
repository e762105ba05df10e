"""Any query of Oracle's Monitoring: read and checked before it is sent, put into words, drawn; of many streams the top, the rest counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import Field

from tools.errors import GiveUp
from tools.metrics.charts import chart, number
from tools.oracle.metric_lists import listed, near, spaces
from tools.oracle.metric_names import PLAIN
from tools.oracle.metrics import Asked, Stream, everywhere, unit_of
from tools.oracle.mql.reading import read
from tools.oracle.mql.tree import Metric, Tree, decides, metrics
from tools.oracle.mql.words import said
from tools.oracle.where import CloudArgs, Where, find
from tools.reads.digest import digest, proved, short
from tools.reads.windows import Window, start, within
from tools.spec import Call, Evidence, Json, Result, Table, Tool

PROVED = 4
POINTS = 50_000  # of one answer; Monitoring refuses twice as many
REACH = (
    (timedelta(hours=1), timedelta(days=90)),
    (timedelta(minutes=5), timedelta(days=30)),
    (timedelta(minutes=1), timedelta(days=7)),
)  # an interval, and how long a time it may cover


class Args(CloudArgs):
    query: str = Field(
        min_length=1,
        max_length=4_000,
        description='query in Oracle\'s language, e.g. CpuUtilization[5m]{shape =~ "VM*"}.groupBy(shape).max() > 90',
    )
    metric_namespace: str | None = Field(
        None, max_length=80, pattern=PLAIN, description="e.g. oci_lbaas; left out: found by the metric"
    )
    since: Window = Field("3h", description="how far back: 1h, 3h, 1d, 7d")
    top: int = Field(8, ge=1, le=40, description="streams shown, those with the highest value first")


@dataclass(frozen=True, slots=True)
class Seen:
    tree: Tree
    asked: Asked
    streams: Sequence[Stream]
    unseen: tuple[str, ...]


async def run(call: Call, args: Args) -> Result:
    tree = read(args.query)
    where = await find(call, args)
    begin = start(args.since, call.now)
    _reaches(tree, call.now - begin)
    wanted = tuple(dict.fromkeys(one.name for one in metrics(tree)))
    space = args.metric_namespace or await spaces(where, wanted)
    gaps = await _known(where, tree, space)
    asked = Asked(space, args.query, begin, call.now)
    parts = await everywhere(where, asked)
    found = [stream for region in parts.found.values() for stream in region]
    ordered = sorted(found, key=lambda one: (-one.last, -max(value for _, value in one.points), one.name))
    return _result(call, args, where, Seen(tree, asked, ordered, (*parts.could_not_see, *gaps)))


def _reaches(tree: Tree, span: timedelta) -> None:
    shortest = min(one.interval for one in metrics(tree))
    longest = next((most for least, most in REACH if shortest >= least), REACH[-1][1])
    if span > longest:
        raise GiveUp(
            f"an interval of {_minutes(shortest)} reaches over {longest.days} days at most, and {span.days} days are asked: "
            f"use {'[1h]' if span > timedelta(days=30) else '[5m]'} or less time. Nothing was asked",
            "oci",
        )


async def _known(where: Where, tree: Tree, space: str) -> tuple[str, ...]:
    """A dimension that no series has would answer nothing: that is said before, with those that there are."""
    for one in metrics(tree):
        used = {each_.name for each_ in one.filters} | set(one.group or ())
        if not used:
            continue
        found = await listed(where, space, one.name)
        have = {name for each_ in found.found for name in each_.dimensions}
        if have and (strange := sorted(used - have)) and not found.unseen:
            raise GiveUp(
                f"{one.name} has no dimension {strange[0]}; near are {', '.join(near(strange[0], have))}. Nothing was asked",
                "oci",
            )
        if gap := _without(one, found.unseen):
            return gap
    return ()


def _without(one: Metric, unseen: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"dimensions of {one.name}: {text}" for text in unseen)


def _result(call: Call, args: Args, where: Where, seen: Seen) -> Result:
    verdict = decides(seen.tree)
    names = {one.name for one in metrics(seen.tree)}
    unit = "" if verdict or len(names) > 1 else unit_of(next(iter(names)))
    top, rest = seen.streams[: args.top], seen.streams[args.top :]
    rows = tuple(_row(one, unit, verdict=verdict) for one in top)
    told = proved((f"{name}: now {now}, {course}" for name, now, course in rows), PROVED)
    drawn = chart(short(args.query, 60), unit, list(seen.streams))
    at = f"{seen.asked.end:%Y-%m-%dT%H:%M:%SZ}"
    none = (
        ()
        if seen.streams
        else (f"points: the namespace {seen.asked.namespace} has none for this query there",)
    )
    return Result(
        data={
            "query": args.query,
            "namespace": seen.asked.namespace,
            "words": said(seen.tree),
            "decides": verdict,
            "streams": [_json(one) for one in top],
            "total": len(seen.streams),
            "true_now": sum(one.last != 0 for one in seen.streams) if verdict else None,
        },
        digest=digest([_head(call, args, seen, verdict=verdict), f"It asks: {said(seen.tree)}.", *told, *_left(rest, unit)]),
        scope=where.scope(args.since),
        evidence=tuple(Evidence(f"metric:{args.query}@{at}", name, now) for name, now, _ in rows[:PROVED]),
        could_not_see=(*seen.unseen, *none),
        charts=(drawn,) if drawn else (),
        tables=(Table(short(args.query, 60), ("of", "now", "course"), rows),) if rows else (),
        untrusted=True,
    )  # fmt: skip


def _head(call: Call, args: Args, seen: Seen, *, verdict: bool) -> str:
    window = within(args.since, None, call.now)
    count = f"{len(seen.streams)} {'stream' if len(seen.streams) == 1 else 'streams'}"
    if not seen.streams:
        return f"No points {window} in {seen.asked.namespace}."
    if verdict:
        return f"{count} {window}; true now for {sum(one.last != 0 for one in seen.streams)}."
    return f"{count} {window}, the highest first."


def _left(rest: Sequence[Stream], unit: str) -> list[str]:
    if not rest:
        return []
    low, high = min(one.last for one in rest), max(one.last for one in rest)
    return [f"{len(rest)} more, now {number(low)} to {number(high)} {unit}".rstrip()]


def _row(one: Stream, unit: str, *, verdict: bool) -> tuple[str, str, str]:
    values = [value for _, value in one.points]
    name = short(one.labels.get("__name__", "") if one.resource else one.name, 80)
    if verdict:
        return (
            name,
            "true" if one.last else "false",
            f"true in {sum(map(bool, values))} of {len(values)} points",
        )
    low, high = (f"{number(value)} {unit}".strip() for value in (min(values), max(values)))
    return name, f"{number(one.last)} {unit}".strip(), f"lowest {low}, highest {high}"


def _json(one: Stream) -> Json:
    values = [value for _, value in one.points]
    return {
        "name": one.labels.get("__name__", "") if one.resource else one.name,
        "resource": one.resource,
        "last": one.last,
        "lowest": min(values),
        "highest": max(values),
        "points": len(values),
    }


def _minutes(span: timedelta) -> str:
    return f"{span / timedelta(minutes=1):.0f}m"


OCI_QUERY = Tool(
    name="oci_query",
    summary="Any query of Oracle Cloud Monitoring (MQL), checked, put into words, with chart; grouped, compared, top of many.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("CpuUtilization[5m].groupBy(shape).max() over the last day", "query MemoryUtilization[1h].percentile(0.95) since 7d", "where is CpuUtilization[1m].mean() > 90 true?"),
    cache_s=60,
    family="resource_metric",
)  # fmt: skip
