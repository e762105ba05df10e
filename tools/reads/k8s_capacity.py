"""Is there room? Nodes with what they can give, what is asked of them, and what they use."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from tools.cluster.diagnosis.scheduling import requests
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import condition, finished, name, spec, status
from tools.cluster.quantity import amount, cores, size
from tools.cluster.usage import node_usage
from tools.errors import ToolError
from tools.reads.digest import TABLED, digest, proved
from tools.services.where import find
from tools.spec import Call, Evidence, Json, Result, Scoped, Table, Tool

PROVED = 6  # nodes that are evidence


class Args(Scoped):
    pass


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    nodes = await place.api.listing(BY_PLURAL["nodes"])
    asked: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))

    def reduce(pod: Json) -> None:
        node = spec(pod).get("nodeName")
        if node and not finished(pod):
            asked[node]["pods"] += 1
            for resource, value in requests(pod).items():
                asked[node][resource] += value

    await place.api.listing(BY_PLURAL["pods"], reduce=reduce)
    unseen: list[str] = []
    try:
        used = await node_usage(place.api)
    except ToolError as error:
        used = {}
        unseen.append(f"use of nodes: {error.reason}")
    rows = [_node(node, asked[name(node)], used.get(name(node))) for node in nodes]
    total = {
        r: sum((Decimal(row[f"{r}_free"]) for row in rows if row["ready"]), Decimal(0))
        for r in ("cpu", "memory")
    }
    head = f"{len(nodes)} nodes, {sum(bool(r['ready']) for r in rows)} ready; free to ask for: {cores(total['cpu'])} cpu and {size(total['memory'])} memory."
    return Result(
        data={"nodes": rows, "free": {k: str(v) for k, v in total.items()}},
        digest=digest([head, *proved(map(_line, rows), PROVED), *([f"could not see: {'; '.join(unseen)}"] if unseen else [])]),
        scope=place.scope("now"),
        evidence=tuple(Evidence(f"k8s:{place.api.name}/-/node/{r['name']}#status.allocatable", f"node {r['name']}", _line(r)) for r in rows[:PROVED]),
        could_not_see=tuple(unseen),
        tables=(Table("Nodes", ("node", "ready", "cpu free", "memory free", "pods"), tuple((str(r["name"]), "yes" if r["ready"] else "no", cores(Decimal(r["cpu_free"])), size(Decimal(r["memory_free"])), str(r["pods"])) for r in rows[:TABLED]), len(rows)),),
    )  # fmt: skip


def _node(node: Json, asked: dict[str, Decimal], used: tuple[Decimal, Decimal] | None) -> Json:
    can = status(node).get("allocatable") or {}
    free = {r: amount(can.get(r)) - asked.get(r, Decimal(0)) for r in ("cpu", "memory")}
    return {
        "name": name(node),
        "ready": condition(node, "Ready").get("status") == "True" and not spec(node).get("unschedulable"),
        "cpu": str(amount(can.get("cpu"))),
        "memory": str(amount(can.get("memory"))),
        "cpu_free": str(free["cpu"]),
        "memory_free": str(free["memory"]),
        "cpu_used": str(used[0]) if used else "",
        "memory_used": str(used[1]) if used else "",
        "pods": f"{int(asked.get('pods', 0))}/{can.get('pods', '?')}",
    }


def _line(row: Json) -> str:
    used = (
        f", in use {cores(Decimal(row['cpu_used']))} cpu and {size(Decimal(row['memory_used']))}"
        if row["cpu_used"]
        else ""
    )
    return f"{row['name']}: {'ready' if row['ready'] else 'NOT ready'}, free {cores(Decimal(row['cpu_free']))} of {cores(Decimal(row['cpu']))} cpu, {size(Decimal(row['memory_free']))} of {size(Decimal(row['memory']))} memory, {row['pods']} pods{used}"


K8S_CAPACITY = Tool(
    name="k8s_capacity",
    summary="Nodes of a cluster: room left, requests, use, readiness.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("is there room for more pods?", "how full are the nodes?"),
    cache_s=15,
)
