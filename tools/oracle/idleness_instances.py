"""Instances and autonomous databases that run and do nothing, by Monitoring, over days."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tools.errors import ToolError
from tools.oracle.everywhere import everywhere, partly
from tools.oracle.idleness import BUSY, quiet_since
from tools.oracle.idleness_found import YOUNG, Ground, Looked, Unused, once, when
from tools.oracle.idleness_loads import P95, Loads, several
from tools.oracle.prices_wanted import Asked, Kind, built
from tools.oracle.where import text_of
from tools.spec import Json

TRAFFIC = 1_000_000.0  # bytes a minute; below it nothing is being served
SESSIONS = 1.0
POOLED = "part of a node pool of a cluster, which would replace it: shrink the pool instead"
DB_SYSTEMS = "database systems (not autonomous) are not looked at"


@dataclass(frozen=True, slots=True)
class Signal:
    """A metric with the level from which on something is at work; `needed` where nothing is judged without it."""

    loads: Loads
    busy: float
    words: str
    needed: bool = False


async def idle_instances(ground: Ground) -> Looked:
    where, since, now = ground.where, ground.since, ground.now
    listed, agent, gpu = await asyncio.gather(
        partly("instances", everywhere(where, "compute", "list_instances")),
        several(where, "oci_computeagent", [("CpuUtilization", P95), ("NetworksBytesIn", P95)], since, now),
        several(where, "gpu_infrastructure_health", [("GpuUtilization", P95)], since, now),
    )
    cpu = Signal(agent[0], BUSY, "CPU {:.1f}%", needed=True)
    traffic = Signal(agent[1], TRAFFIC, "{:,.0f} bytes in a minute")
    graphics = Signal(gpu[0], BUSY, "GPU {:.1f}%", needed=True)
    running = [one for one in listed.items if text_of(one, "lifecycleState") == "RUNNING"]
    unseen = [*listed.unseen, *_blind(cpu, traffic)]
    has_gpu = [one for one in running if "GPU" in text_of(one, "shape")]
    unseen += _blind(graphics) if has_gpu else []

    def signals(one: Json) -> list[Signal]:
        return [cpu, traffic, *([graphics] if "GPU" in text_of(one, "shape") else [])]

    found = [(one, judged(ground, one, signals(one))) for one in running]
    failed = listed.failed or cpu.loads.failed
    return _looked(ground, "instance", found, unseen, failed=failed)


async def idle_databases(ground: Ground) -> Looked:
    listed, metrics = await asyncio.gather(
        partly("Autonomous databases", everywhere(ground.where, "database", "list_autonomous_databases")),
        several(ground.where, "oci_autonomous_database", [("CpuUtilization", P95), ("Sessions", "mean()")], ground.since, ground.now),
    )  # fmt: skip
    signals = [
        Signal(metrics[0], BUSY, "CPU {:.1f}%", needed=True),
        Signal(metrics[1], SESSIONS, "{:.1f} sessions"),
    ]
    open_ = [
        one
        for one in listed.items
        if text_of(one, "lifecycleState") == "AVAILABLE" and not one.get("isFreeTier")
    ]
    found = [(one, judged(ground, one, signals)) for one in open_]
    unseen = [*listed.unseen, *_blind(*signals), DB_SYSTEMS]
    failed = listed.failed or metrics[0].failed
    return _looked(ground, "database", found, unseen, failed=failed)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`since` None: it works, or it cannot be told."""

    since: datetime | None = None
    words: str = ""
    query: str = ""
    young: bool = False
    unmeasured: bool = False


def judged(ground: Ground, item: Json, signals: Sequence[Signal]) -> Judgement:
    """Idle only when every signal that there is stays below its level, and for a day at least."""
    if ground.young(item):
        return Judgement(young=True)
    ident = text_of(item, "id")
    courses = [(one, one.loads.of(ident)) for one in signals]
    if any(one.needed and course is None for one, course in courses):
        return Judgement(unmeasured=True)
    begun = [quiet_since(course, one.busy) for one, course in courses if course is not None]
    since = max((at for at in begun if at is not None), default=None) if all(begun) else None
    if since is None:
        return Judgement()
    if ground.now - since < YOUNG:
        return Judgement(young=True)
    words = ", ".join(_said(one, course.points, since) for one, course in courses if course)
    missing = [one.loads.metric for one, course in courses if course is None]
    words += f"; not measured: {', '.join(missing)}" if missing else ""
    return Judgement(since, words, " and ".join(one.loads.query for one, course in courses if course))


def _said(signal: Signal, points: Sequence[tuple[float, float]], since: datetime) -> str:
    highest = max(value for at, value in points if at >= since.timestamp())
    return f"{signal.words.format(highest)} at most"


def _looked(ground: Ground, kind: Kind, found: Sequence[tuple[Json, Judgement]], unseen: Sequence[str], *, failed: ToolError | None) -> Looked:  # fmt: skip
    unused = tuple(_unused(ground, kind, one, how) for one, how in found if how.since)
    return Looked(
        kind, unused, len(found), sum(how.young for _, how in found), sum(how.unmeasured for _, how in found),
        once(unseen), failed,
    )  # fmt: skip


def _unused(ground: Ground, kind: Kind, item: Json, how: Judgement) -> Unused:
    change = built(Asked(kind, "stop", text_of(item, "id"), text_of(item, "region"), {}), item)
    notes = (POOLED,) if "oke-pool-id" in (item.get("metadata") or {}) else ()
    since = when(how.since, ground.since) if how.since else ""
    why = f"does nothing {since} ({how.words})"
    ref = f"metric:{how.query}@{ground.now:%Y-%m-%dT%H:%M:%SZ}"
    return ground.unused(item, change, why, how.since, ref, *notes)


def _blind(*signals: Signal) -> list[str]:
    return [text for one in signals for text in one.loads.gaps]
