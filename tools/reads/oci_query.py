"""What does a query in Monitoring's own language give? Checked before it is sent."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from tools.errors import GiveUp
from tools.metrics.charts import MAX_SERIES, chart, number
from tools.metrics.prometheus import Sample
from tools.oracle.metric_names import PLAIN
from tools.oracle.metrics import Asked, Stream, everywhere
from tools.oracle.mql import read
from tools.oracle.parts import Parts, each
from tools.oracle.where import CloudArgs, Where, find
from tools.reads.digest import counted, digest, proved, short
from tools.reads.windows import Window, start
from tools.spec import Call, Evidence, Json, Result, Table, Tool

ROWS = 20
PROVED = 4  # series that are evidence
REACH = (
    (60, timedelta(days=90)),
    (5, timedelta(days=30)),
    (1, timedelta(days=7)),
)  # an interval in minutes, how far back Monitoring keeps it


class Args(CloudArgs):
    query: str = Field(
        min_length=5,
        max_length=1_000,
        description='MQL: CpuUtilization[5m]{shape =~ "VM*"}.groupBy(shape).max()',
    )
    metric_namespace: str = Field(
        "oci_computeagent",
        max_length=80,
        pattern=PLAIN,
        description="namespace of the metrics, e.g. oci_lbaas",
    )
    since: Window = Field("3h", description="how far back: 1h, 3h, 1d, 7d")


async def run(call: Call, args: Args) -> Result:
    asked = _asked(call, args)
    where = await find(call, args)
    parts = await each(where.regions, lambda region: everywhere(where, region, asked))
    return _result(args, asked, where, parts)


def _asked(call: Call, args: Args) -> Asked:
    """Raises GiveUp, with the place, for what Monitoring would refuse."""
    minutes, begin = read(args.query).minutes, start(args.since, call.now)
    longest = next(most for least, most in REACH if minutes >= least)
    if call.now - begin > longest:
        raise GiveUp(
            f"An interval of {minutes}m reaches back {longest.days} days at most: ask for less time or a longer interval.",
            source="monitoring",
        )
    return Asked(args.metric_namespace, args.query, begin, call.now)


def _result(args: Args, asked: Asked, where: Where, parts: Parts[list[Stream]]) -> Result:
    found = sorted((s for region in parts.found.values() for s in region), key=lambda s: -s.last)
    rows = tuple(_row(sample) for sample in found[:ROWS])
    drawn = chart(short(args.query, 80), "", found)
    at = f"{asked.end:%Y-%m-%dT%H:%M:%SZ}"
    none = () if found else (f"points: nothing in {args.metric_namespace} fits the query",)
    return Result(
        data={
            "query": args.query,
            "namespace": args.metric_namespace,
            "total": len(found),
            "series": [_json(sample) for sample in found[:ROWS]],
        },
        digest=digest([_head(args, len(found)), *proved((_line(row) for row in rows), PROVED)]),
        scope=where.scope(args.since),
        evidence=tuple(
            Evidence(f"metric:{asked.query}@{at}", short(row[0], 80), row[1]) for row in rows[:PROVED]
        ),
        could_not_see=(*parts.could_not_see, *none),
        charts=(drawn,) if drawn else (),
        tables=(Table("Query", ("of", "now", "lowest", "highest"), rows),) if rows else (),
        untrusted=True,
    )


def _head(args: Args, total: int) -> str:
    if not total:
        return f"No points of this query in the last {args.since}."
    rest = f"; the chart has the {MAX_SERIES} highest" if total > MAX_SERIES else ""
    more = f", {total - ROWS} more are not listed" if total > ROWS else ""
    return f"{counted(total, 'stream')} in the last {args.since}, highest first{rest}{more}."


def _row(sample: Sample) -> tuple[str, str, str, str]:
    values = [value for _, value in sample.points]
    return short(sample.name, 80), number(sample.last), number(min(values)), number(max(values))


def _line(row: tuple[str, str, str, str]) -> str:
    return f"{row[0]}: now {row[1]}, lowest {row[2]}, highest {row[3]}"


def _json(sample: Sample) -> Json:
    values = [value for _, value in sample.points]
    return {
        "labels": dict(sample.labels),
        "last": sample.last,
        "lowest": min(values),
        "highest": max(values),
        "points": len(values),
    }


OCI_QUERY = Tool(
    name="oci_query",
    summary="Any MQL query of Oracle Cloud Monitoring, checked before it is sent, with chart.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("mql CpuUtilization[5m].max()", "run the mql query CpuUtilization[1m].groupBy(shape).mean()"),
    cache_s=60,
)
