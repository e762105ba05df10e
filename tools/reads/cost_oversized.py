"""Which instances are larger than they need to be, what size would do, and what would that save a month?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from pydantic import Field

from tools.errors import ToolError
from tools.oracle.costs import Costs, money
from tools.oracle.everywhere import everywhere, number
from tools.oracle.idleness_found import PROTECTED, protected
from tools.oracle.idleness_loads import P95, Loads, p95, several, span
from tools.oracle.idleness_sizes import CPU_ROOM, MEMORY_ROOM, Size, Used, smaller
from tools.oracle.prices import usage
from tools.oracle.prices_change import Cost, cost_of
from tools.oracle.prices_wanted import Asked, built
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import counted, digest, proved, token
from tools.spec import Call, Evidence, Json, Result, Table, Tool

LEAST: Final = timedelta(days=7)
LITTLE: Final = Decimal("0.05")  # part of an instance's money below which nobody reboots for it
ROWS, PROVED = 40, 12
COLUMNS = ("instance", "compartment", "now", "would do", "CPU p95", "memory p95", "saves a month", "notes")
HOW: Final = (
    f"CPU and memory are the 95th percentile of p95s of six hours: CPU would take {CPU_ROOM:.0f}% and memory {MEMORY_ROOM:.0f}% "
    "of the size that is proposed."
)
POOLED = "part of a node pool of a cluster, whose nodes are replaced, not resized"


class Args(CloudArgs):
    days: int = Field(14, ge=7, le=30, description="how many days of metrics are looked at")
    limit: int = Field(20, ge=1, le=100, description="instances shown")


@dataclass(frozen=True, slots=True)
class Proposal:
    item: Json
    now: Size
    to: Size
    used: Used
    cost: Cost
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        return token(text_of(self.item, "displayName"), "with an unusual name")

    @property
    def order(self) -> tuple[bool, Decimal, str]:
        return self.cost.a_month is None, self.cost.a_month or Decimal(0), self.name


@dataclass(slots=True)
class Counts:
    """Flexible instances that run: how many, and of how many nothing can be said."""

    looked: int = 0
    young: int = 0
    unmeasured: int = 0


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    since = call.now - timedelta(days=args.days)
    metrics = [("CpuUtilization", P95), ("MemoryUtilization", P95)]
    listed, shapes, found, (cpu, memory) = await asyncio.gather(
        everywhere(where, "compute", "list_instances"),
        _shapes(where),
        usage(where, call.now),
        several(where, "oci_computeagent", metrics, since, call.now),
    )
    if cpu.failed:
        raise cpu.failed
    counts = Counts()
    proposals = [
        one
        for item in listed.items
        if (one := _proposal(where, item, (cpu, memory), (shapes, found), counts)) is not None
    ]
    unseen = [*listed.unseen, *cpu.gaps, *memory.gaps]
    if not shapes:
        unseen.append("what shapes take: Oracle lists none")
    return _result(where, args, sorted(proposals, key=lambda one: one.order), counts, unseen)


async def _shapes(where: Where) -> Mapping[str, Json]:
    """By name. Shapes are a region's, whatever compartment asks; without them nothing is known to be flexible but by its name."""
    found: dict[str, Json] = {}
    for region in where.regions:
        try:
            listing = await where.api.listing(
                "compute", "list_shapes", region=region, compartment_id=where.compartments[0].id
            )
        except ToolError:
            continue
        found |= {text_of(one, "shape"): one for one in listing.items}
    return found


def _proposal(where: Where, item: Json, loads: tuple[Loads, Loads], known: tuple[Mapping[str, Json], Costs], counts: Counts) -> Proposal | None:  # fmt: skip
    """None for what is no running flexible instance, what cannot be told, and what fits."""
    shapes, found = known
    name, config = text_of(item, "shape"), item.get("shapeConfig") or {}
    shape = shapes.get(name, {})
    flexible = shape.get("isFlexible") is True or (not shape and name.endswith(".Flex"))
    ocpus, memory = number(config, "ocpus"), number(config, "memoryInGBs")
    if text_of(item, "lifecycleState") != "RUNNING" or not flexible or not ocpus or not memory:
        return None
    counts.looked += 1
    used = _used(text_of(item, "id"), loads, counts)
    to = smaller(Size(ocpus, memory), used, shape) if used else None
    if used is None or to is None:
        return None
    values = {"ocpus": to.ocpus, "memory_gb": to.memory_gb}
    asked = Asked("instance", "resize", text_of(item, "id"), text_of(item, "region"), values)
    cost = cost_of(where, found, built(asked, item))
    if cost.a_month is not None and -cost.a_month < LITTLE * _whole(where, found, item):
        return None
    return Proposal(item, Size(ocpus, memory), to, used, cost, _notes(item, used, Size(ocpus, memory), to))


def _used(ident: str, loads: tuple[Loads, Loads], counts: Counts) -> Used | None:
    cpu, memory = loads[0].of(ident), loads[1].of(ident)
    if cpu is None:
        counts.unmeasured += 1
        return None
    if span(cpu) < LEAST:
        counts.young += 1
        return None
    sure = memory is not None and span(memory) >= LEAST
    return Used(p95(cpu), max(value for _, value in cpu.points), p95(memory) if memory and sure else None)


def _whole(where: Where, found: Costs, item: Json) -> Decimal:
    """What starting it at its size would cost: all of its money that hangs on its size. 0 where no price is known."""
    asked = Asked("instance", "start", text_of(item, "id"), text_of(item, "region"), {})
    return cost_of(where, found, built(asked, {**item, "lifecycleState": "STOPPED"})).a_month or Decimal(0)


def _notes(item: Json, used: Used, now: Size, to: Size) -> tuple[str, ...]:
    said = [PROTECTED] if protected(item) else []
    said += [POOLED] if "oke-pool-id" in (item.get("metadata") or {}) else []
    said += ["its memory is not measured for a week, so it stays"] if used.memory is None else []
    peak = used.cpu_most * now.ocpus / to.ocpus
    said += [f"its busiest six hours would want {peak:.0f}% CPU of it"] if peak > 100 else []
    return (*said, "it is rebooted for this")


def _result(where: Where, args: Args, every: Sequence[Proposal], counts: Counts, unseen: list[str]) -> Result:
    shown = every[: args.limit]
    if counts.unmeasured:
        unseen.append(f"what {counted(counts.unmeasured, 'instance')} used: not measured")
    rest = [f"showing {len(shown)} of {len(every)}"] if len(every) > len(shown) else []
    young = [f"Too young to tell (measured for less than 7 days): {counted(counts.young, 'instance')}."] if counts.young else []  # fmt: skip
    gaps = [f"could not see: {'; '.join(unseen)}"] if unseen else []
    lines = proved((_line(where, one) for one in shown), PROVED)
    currency = next((one.cost.currency for one in every), "")
    return Result(
        data={
            "total_a_month": str(_total(every)), "currency": currency, "looked_at": counts.looked, "too_young": counts.young,
            "not_measured": counts.unmeasured, "total": len(every), "proposals": [_json(where, one) for one in shown],
        },
        digest=digest([_head(args, every, counts, currency), *lines, *rest, *young, *([HOW] if shown else []), *gaps]),
        scope=where.scope(f"{args.days}d"),
        evidence=tuple(Evidence(_ref(one), one.name, f"{_load(one)}; {_money(one)}") for one in shown[:PROVED]),
        could_not_see=tuple(unseen),
        tables=(Table("Oversized", COLUMNS, tuple(_row(where, one) for one in shown[:ROWS])),) if shown else (),
        untrusted=True,
    )  # fmt: skip


def _total(every: Sequence[Proposal]) -> Decimal:
    return -sum((one.cost.a_month or Decimal(0) for one in every), Decimal(0)).quantize(Decimal("0.01"))


def _head(args: Args, every: Sequence[Proposal], counts: Counts, currency: str) -> str:
    of = f"of {counted(counts.looked, 'running instance')} with a flexible shape"
    if not every and 0 < counts.looked <= counts.young + counts.unmeasured:
        return (
            f"Whether any {of} is larger than it needs to be cannot be told: none was measured long enough."
        )
    if not every:
        return f"None {of} is larger than it needs to be, by {args.days} days."
    unknown = sum(one.cost.a_month is None for one in every)
    gap = f", and {unknown} of unknown price" if unknown else ""
    return f"{len(every)} {of} could be smaller: {money(_total(every), currency)} a month{gap}."


def _load(one: Proposal) -> str:
    memory = f"memory {one.used.memory:.0f}%" if one.used.memory is not None else "memory not measured"
    return f"p95 CPU {one.used.cpu:.1f}%, {memory}"


def _money(one: Proposal) -> str:
    if one.cost.a_month is None:
        return one.cost.told
    return f"saves {money(-one.cost.a_month, one.cost.currency)} a month, {one.cost.told}"


def _line(where: Where, one: Proposal) -> str:
    notes = "; ".join(one.notes)
    return (
        f"{one.name} ({where.path(one.item)}): {_load(one)} of {one.now.words}; {one.to.words} would do; {_money(one)}; "
        f"our change instance_shape; {notes}"
    )


def _ref(one: Proposal) -> str:
    return f"oci:{text_of(one.item, 'id')}#shapeConfig"


def _row(where: Where, one: Proposal) -> tuple[str, ...]:
    memory = "not measured" if one.used.memory is None else f"{one.used.memory:.0f}%"
    saves = "price unknown" if one.cost.a_month is None else money(-one.cost.a_month, one.cost.currency)
    return (one.name, where.path(one.item), one.now.words, one.to.words, f"{one.used.cpu:.1f}%", memory, saves, "; ".join(one.notes))  # fmt: skip


def _json(where: Where, one: Proposal) -> Json:
    return {
        "id": text_of(one.item, "id"), "name": text_of(one.item, "displayName"), "compartment": where.path(one.item), "region": text_of(one.item, "region"),
        "shape": text_of(one.item, "shape"), "ocpus": one.now.ocpus, "memory_gb": one.now.memory_gb, "to_ocpus": one.to.ocpus, "to_memory_gb": one.to.memory_gb,
        "cpu_p95": round(one.used.cpu, 1), "cpu_most": round(one.used.cpu_most, 1), "memory_p95": None if one.used.memory is None else round(one.used.memory, 1),
        "saves_a_month": None if one.cost.a_month is None else f"{-one.cost.a_month:.2f}", "currency": one.cost.currency, "price": one.cost.told,
        "action": "instance_shape", "notes": list(one.notes),
    }  # fmt: skip


COST_OVERSIZED = Tool(
    name="cost_oversized",
    summary="Flexible instances of Oracle that are larger than they need to be: p95 of CPU and memory over a week or more, the size that would do, money, our change.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=("what is oversized?", "which machines could be smaller?", "right-size underutilized compute"),
    deadline_s=30.0,
    cache_s=900,
    family="cost",
)
