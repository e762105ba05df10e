"""What logs of Oracle Cloud say: load balancers, functions, flow, applications; like lines together, the worst first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pydantic import Field

from tools.errors import GiveUp
from tools.logs.clusters import Cluster, cluster
from tools.oracle.logsearch import LONGEST, PLAIN, Found, Wanted, log_of, read, said
from tools.oracle.parts import Parts, each
from tools.oracle.where import CloudArgs, Where, find
from tools.reads.digest import counted, short
from tools.reads.level_chart import by_level
from tools.reads.told import Answer, Thing, told
from tools.reads.windows import Until, Window, ago, end, start, within
from tools.spec import Call, Json, Result, Tool

AT_A_TIME = 20  # compartments of one search
WHOLE = 1_200  # characters of an example
COLUMNS = ("level", "times", "says", "source", "log", "last")
BAD = ("fatal", "error", "warning")


class Args(CloudArgs):
    text: str | None = Field(
        None, pattern=PLAIN, description="words that an entry must have; no quotes, pipes or asterisks"
    )
    source: str | None = Field(
        None, pattern=PLAIN, description="what logs: name of a load balancer, function, instance"
    )
    log: str | None = Field(None, max_length=255, description="part of the log's name or its OCID")
    worst: bool = Field(False, description="only errors and warnings")
    since: Window = Field("1h", description="from: 15m, 2h, 7d; at most 14 days")
    until: Until = Field(None, description="until; left out: now")
    limit: int = Field(15, ge=1, le=50, description="groups of like entries shown")


async def run(call: Call, args: Args) -> Result:
    window = _window(args, call.now)
    where = await find(call, args)
    found, parts = await _read(where, args, window)
    items = [
        item
        for one in found.values()
        for item in one.items
        if (args.log or "").lower() in log_of(item).lower()
    ]
    every = said(items)
    groups = [one for one in cluster(every) if not args.worst or one.level in BAD]
    bad = sum(one.count for one in groups if one.level in BAD)
    span = within(args.since, args.until, call.now)
    head = f"{counted(len(every), 'entry').replace('entrys', 'entries')} {span} in {counted(len(groups), 'group')}, {bad} of them errors or warnings."
    unseen = [
        *parts.could_not_see,
        *(
            f"{name}: older entries than the last {len(one.items)}"
            for name, one in found.items()
            if not one.whole
        ),
    ]
    answer = Answer(
        head, "Logs", COLUMNS, "groups", where.scope(span), args.limit, unseen,
        more={"entries": len(every), "bad": bad}, untrusted=True,
    )  # fmt: skip
    result = told(answer, [_thing(call, one, rank) for rank, one in enumerate(groups)])
    return replace(result, charts=by_level(groups))


def _window(args: Args, now: datetime) -> tuple[datetime, datetime]:
    begin, last = start(args.since, now), min(end(args.until, now), now)
    if begin >= last:
        raise GiveUp("the time asked about ends before it begins", "oci:Logging Search")
    if last - begin > LONGEST:
        raise GiveUp(
            f"a search of logs covers at most {LONGEST.days} days; ask for a part of it", "oci:Logging Search"
        )
    return begin, last


async def _read(
    where: Where, args: Args, window: tuple[datetime, datetime]
) -> tuple[dict[str, Found], Parts[int]]:
    wanted = Wanted(args.text or "", args.source or "")
    idents = [one.id for one in where.compartments]
    asked = {
        f"logs in {region}" + (f", part {number + 1}" if len(idents) > AT_A_TIME else ""): (region, idents[at : at + AT_A_TIME])
        for region in where.regions
        for number, at in enumerate(range(0, len(idents), AT_A_TIME))
    }  # fmt: skip
    found: dict[str, Found] = {}

    async def ask(name: str) -> int:
        region, places = asked[name]
        found[name] = await read(where, region, places, window, wanted)
        return len(found[name].items)

    parts = await each(list(asked), ask, lambda name: asked[name][0])
    return {name: found[name] for name in asked if name in found}, parts


def _thing(call: Call, one: Cluster, rank: int) -> Thing:
    example = one.example
    text = example.text if example else one.template
    source, log = (example.pod, example.container) if example else ("", "")
    last = f"{ago(one.last, call.now)} ago" if one.last else "at an unknown time"
    at = one.last.isoformat() if one.last else ""
    words = f"{one.count} times by {short(source, 60)} ({short(log, 60)}), last {last}: {text[:WHOLE]}"
    row = (one.level, str(one.count), short(text, 160), short(source, 60), short(log, 60), last)
    data: Json = {
        "level": one.level, "count": one.count, "template": one.template, "example": text[:WHOLE], "sources": sorted(one.pods),
        "log": log, "first": one.first.isoformat() if one.first else None, "last": at or None,
    }  # fmt: skip
    return Thing(
        one.level, words, f"log:oci/{log}/{source}@{at}", row, data, rank, short(text, 200), untrusted=True
    )


OCI_LOGS = Tool(
    name="oci_logs",
    summary="Search logs of Oracle Cloud (load balancers, functions, applications): like entries grouped, errors first.",
    permission="kubernetes:logs",
    args=Args,
    run=run,
    examples=(
        "what do the oci logs of shop-public say?",
        "errors in oracle logs in the last hour",
        "search the oci logs for timeout",
    ),
    deadline_s=30,
    cache_s=30,
)
