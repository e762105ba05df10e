"""How much cpu and memory is used, against what was asked for and allowed; with the course where it is measured."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pydantic import Field

from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import containers, finished, name
from tools.cluster.quantity import amount, cores, size
from tools.cluster.survey import owner_name
from tools.cluster.usage import Usage, pod_usage
from tools.errors import ToolError
from tools.metrics.charts import chart
from tools.reads.digest import TABLED, counted, digest, proved
from tools.reads.windows import Window, start
from tools.services.where import Place, find, need_namespace
from tools.spec import NAME, Call, Chart, Evidence, Json, Result, Scoped, Table, Tool

QUERIES = (
    ("cpu", "cores", "sum by (pod) (rate(container_cpu_usage_seconds_total{{{where}}}[5m]))"),
    ("memory", "MiB", "sum by (pod) (container_memory_working_set_bytes{{{where}}}) / 1048576"),
)

MEBI = 1024 * 1024
PROVED = 6  # containers that are evidence


class Args(Scoped):
    name: str | None = Field(
        None, max_length=253, pattern=NAME, description="workload; left out: all of the service or namespace"
    )
    since: Window = Field("1h", description="how far back: 1h, 6h")


@dataclass(slots=True)
class Sum:
    """One container of one workload over its pods."""

    pods: int = 0
    measured: int = 0
    cpu: Decimal = Decimal(0)
    memory: Decimal = Decimal(0)
    top_cpu: Decimal = Decimal(0)
    top_memory: Decimal = Decimal(0)
    asked_cpu: Decimal = Decimal(0)
    asked_memory: Decimal = Decimal(0)
    limit_cpu: Decimal = Decimal(0)
    limit_memory: Decimal = Decimal(0)


Key = tuple[str, str]  # workload, container


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    namespace = need_namespace(place)
    wanted = {args.name} if args.name else {ref.name for ref in place.refs}
    pods = [p for p in await place.api.listing(BY_PLURAL["pods"], namespace) if not finished(p)]
    pods = [p for p in pods if not wanted or owner_name(p)[1] in wanted or name(p) in wanted]
    unseen: list[str] = []
    try:
        usage = await pod_usage(place.api, namespace)
    except ToolError as error:
        usage = []
        unseen.append(f"use now: {error.reason} (is metrics-server there?)")
    sums = summed(pods, usage)
    charts, more, p95 = await _course(call, place, sorted(wanted), args)
    return _result(place, args, sums, (charts, p95), unseen + more)


def summed(pods: list[Json], usage: list[Usage]) -> dict[Key, Sum]:
    """By workload and container, most memory first."""
    used = {(u.pod, u.container): u for u in usage}
    found: dict[Key, Sum] = defaultdict(Sum)
    for pod in pods:
        for container in containers(pod):
            mine = found[owner_name(pod)[1], container["name"]]
            resources = container.get("resources") or {}
            asked, limits = resources.get("requests") or {}, resources.get("limits") or {}
            mine.pods += 1
            mine.asked_cpu, mine.asked_memory = amount(asked.get("cpu")), amount(asked.get("memory"))
            mine.limit_cpu, mine.limit_memory = amount(limits.get("cpu")), amount(limits.get("memory"))
            now = used.get((name(pod), container["name"]))
            if now is not None:
                mine.measured += 1
                mine.cpu += now.cpu
                mine.memory += now.memory
                mine.top_cpu, mine.top_memory = max(mine.top_cpu, now.cpu), max(mine.top_memory, now.memory)
    return dict(sorted(found.items(), key=lambda item: -item[1].memory))


async def _course(
    call: Call, place: Place, names: list[str], args: Args
) -> tuple[list[Chart], list[str], dict[str, str]]:
    """Charts and the 95th percentile over the window, from Prometheus."""
    if call.clients.metrics is None:
        return [], ["course over time: no Prometheus is configured"], {}
    since = start(args.since, call.now)
    pods = "|".join(f"{n}-.*" for n in names) or ".*"
    where = f'namespace="{place.namespace}",pod=~"{pods}",container!=""'
    charts, unseen, p95 = [], [], {}
    for what, unit, query in QUERIES:
        try:
            samples = await call.clients.metrics.range(
                query.format(where=where), since, max(call.now, since + timedelta(seconds=1))
            )
        except ToolError as error:
            unseen.append(f"{what} over time: {error.reason}")
            continue
        drawn = chart(f"{what} by pod", unit, samples)
        if drawn is None:
            unseen.append(f"{what} over time: Prometheus has no such series")
            continue
        charts.append(drawn)
        values = sorted(v for s in samples for _, v in s.points)
        top = Decimal(values[min(len(values) - 1, int(len(values) * 0.95))])
        p95[what] = cores(top) if what == "cpu" else size(top * MEBI)
    return charts, unseen, p95


def _result(
    place: Place,
    args: Args,
    sums: dict[Key, Sum],
    course: tuple[list[Chart], dict[str, str]],
    unseen: list[str],
) -> Result:
    charts, p95 = course
    known = [(key, s) for key, s in sums.items() if s.measured]
    over = ", ".join(f"p95 {what} of a pod {value}" for what, value in p95.items())
    head = f"{len(sums)} containers in {place.namespace}; {len(known)} measured now" + (
        f"; over {args.since}: {over}." if over else "."
    )
    data: Json = {"containers": [_json(key, s) for key, s in sums.items()], "p95": p95}
    rows = tuple(_row(key, s) for key, s in list(sums.items())[:TABLED])
    return Result(
        data=data,
        digest=digest([head, *_marked(sums), *(c.note for c in charts), *([f"could not see: {'; '.join(unseen)}"] if unseen else [])]),
        scope=place.scope(args.since),
        evidence=tuple(_evidence(place, key, s) for key, s in known[:PROVED]),
        could_not_see=tuple(unseen),
        charts=tuple(charts),
        tables=(Table("Usage", ("workload", "container", "pods", "cpu", "cpu asked/limit", "memory", "memory asked/limit"), rows, len(sums)),) if rows else (),
    )  # fmt: skip


def share(part: Decimal, whole: Decimal) -> str:
    return f", {100 * part / whole:.0f} % used" if whole else ""


def _marked(sums: dict[Key, Sum]) -> list[str]:
    """What was measured is evidence, then comes what was not."""
    known = [_line(key, s) for key, s in sums.items() if s.measured]
    return [*proved(known, PROVED), *(_line(key, s) for key, s in sums.items() if not s.measured)]


def _line(key: Key, s: Sum) -> str:
    if not s.measured:
        return f"{key[0]}/{key[1]}: {s.pods} pods, use unknown; memory limit {_or_none(s.limit_memory, size)}, cpu limit {_or_none(s.limit_cpu, cores)}"
    return (
        f"{key[0]}/{key[1]}: {s.pods} pods use {cores(s.cpu)} cpu and {size(s.memory)} memory together; {_fullest(s)}; request of"
        f" a pod: {_or_none(s.asked_cpu, cores, 'no')} cpu, {_or_none(s.asked_memory, size, 'no')} memory"
    )


def _fullest(s: Sum) -> str:
    """The pod that is nearest to its limits: that one is killed first."""
    return (
        f"the fullest pod uses {size(s.top_memory)} memory (limit {_or_none(s.limit_memory, size)}{share(s.top_memory, s.limit_memory)})"
        f" and {cores(s.top_cpu)} cpu (limit {_or_none(s.limit_cpu, cores)}{share(s.top_cpu, s.limit_cpu)})"
    )


def _or_none(value: Decimal, words: object, none: str = "none") -> str:
    return str(words(value)) if value and callable(words) else none


def _row(key: Key, s: Sum) -> tuple[str, ...]:
    return (
        *key,
        str(s.pods),
        cores(s.top_cpu),
        f"{cores(s.asked_cpu)}/{cores(s.limit_cpu)}",
        size(s.top_memory),
        f"{size(s.asked_memory)}/{size(s.limit_memory)}",
    )


def _json(key: Key, s: Sum) -> Json:
    return {
        "workload": key[0],
        "container": key[1],
        "pods": s.pods,
        "measured": s.measured,
        "cpu": str(s.cpu),
        "memory": str(s.memory),
        "max_pod_cpu": str(s.top_cpu),
        "max_pod_memory": str(s.top_memory),
        "cpu_request": str(s.asked_cpu),
        "cpu_limit": str(s.limit_cpu),
        "memory_request": str(s.asked_memory),
        "memory_limit": str(s.limit_memory),
    }


def _evidence(place: Place, key: Key, s: Sum) -> Evidence:
    ref = f"k8s:{place.api.name}/{place.namespace}/podmetrics/{key[0]}#containers[{key[1]}].usage"
    return Evidence(ref, f"{key[0]}/{key[1]} in {counted(s.pods, 'pod')}", _fullest(s))


K8S_USAGE = Tool(
    name="k8s_usage",
    summary="Cpu and memory use of a workload, service or namespace against requests and limits, with p95 and chart.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("how much memory does checkout use?", "usage in shop", "is payments near its limits?"),
    cache_s=15,
)
