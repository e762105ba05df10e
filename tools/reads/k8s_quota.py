"""Quotas and limit ranges: what is used of what is allowed, and what has been refused for it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pydantic import Field

from tools.cluster.objects import event_time, meta, name, spec, status
from tools.cluster.quantity import amount, shown
from tools.cluster.several import several
from tools.reads.digest import counted, listed, short
from tools.reads.told import Answer, Thing, told
from tools.reads.windows import ago
from tools.services.where import find
from tools.spec import Call, Json, Result, Scoped, Tool

FULL = Decimal("0.9")


class Args(Scoped):
    limit: int = Field(30, ge=1, le=200, description="how many lines, fullest first")


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    seen = await several(
        place.api, ("limitranges", "events"), place.namespace, reach=call.reach, need=("resourcequotas",)
    )
    things = [thing for quota in seen.of("resourcequotas") for thing in _lines(place.api.name, quota)]
    refused = [e for e in seen.of("events") if "exceeded quota" in str(e.get("message", ""))]
    notes = [_limits(item) for item in seen.of("limitranges")[:10]]
    latest = sorted(refused, key=event_time, reverse=True)[:3]
    notes += [
        f"refused {ago(event_time(e), call.now)} ago: {short(str(e.get('message', '')), 200)}" for e in latest
    ]
    where = f"in namespace {place.namespace}" if place.namespace else f"on {place.api.name}"
    full = sum(thing.rank < 2 for thing in things)
    head = f"{counted(len(seen.of('resourcequotas')), 'quota')} {where}, {counted(full, 'limit')} at 90 % or more."
    if not things:
        head = f"No quota {where}: only the nodes' room limits what may run."
    ranges = [{"namespace": meta(i).get("namespace"), "name": name(i), "limits": spec(i).get("limits") or []} for i in seen.of("limitranges")]  # fmt: skip
    columns = ("namespace", "quota", "resource", "used", "of", "share")
    return told(
        Answer(head, "Quotas", columns, "quotas", place.scope("now"), args.limit, seen.unseen, notes, {"limit_ranges": ranges, "refused": len(refused)}, untrusted=bool(latest)),
        things,
    )  # fmt: skip


def _lines(cluster: str, quota: Json) -> Iterator[Thing]:
    space, used = str(meta(quota).get("namespace", "")), status(quota).get("used") or {}
    for resource, hard in (status(quota).get("hard") or spec(quota).get("hard") or {}).items():
        have, most = amount(used.get(resource)), amount(hard)
        share = have / most if most else Decimal(1)
        left = shown(resource, max(most - have, Decimal(0)))
        words = f"{shown(resource, have)} of {shown(resource, most)} used ({share:.0%}), {left} left"
        yield Thing(
            f"{space}/{name(quota)} {resource}",
            words,
            f"k8s:{cluster}/{space}/resourcequota/{name(quota)}#status.used[{resource}]",
            (space, name(quota), resource, shown(resource, have), shown(resource, most), f"{share:.0%}"),
            {"namespace": space, "quota": name(quota), "resource": resource, "used": str(have), "hard": str(most), "share": round(float(share), 4)},
            rank=0 if share >= 1 else 1 if share >= FULL else 9 - int(share * 5),
        )  # fmt: skip


def _limits(item: Json) -> str:
    """What every container gets where it says nothing, and may at most ask for."""
    parts = []
    for limit in spec(item).get("limits") or []:
        for word in ("defaultRequest", "default", "min", "max"):
            values = [f"{key} {value}" for key, value in (limit.get(word) or {}).items()]
            parts += [f"{limit.get('type')} {word} {', '.join(values)}"] if values else []
    return f"limit range {meta(item).get('namespace')}/{name(item)}: {listed(parts, 6)}"


K8S_QUOTA = Tool(
    name="k8s_quota",
    summary="Resource quotas and limit ranges of namespaces: used of allowed, what is left, what was refused.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("quota of namespace shop", "which quotas are nearly full?", "how much quota is left in shop?"),
    cache_s=15,
)
