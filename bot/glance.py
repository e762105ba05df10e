"""Health and cost at a glance for one person: read through the gate with their rights, each part by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.headline import headline
from agents.people import Request
from agents.policy import Permission
from bot.commands.context import turn_of
from bot.core import Core
from tools.spec import Chart

SECONDS = 20.0
CLUSTERS = 4
LINES = 4


@dataclass(frozen=True, slots=True)
class Part:
    """`problem`: why it could not be read; then it says nothing about how things are."""

    title: str
    text: str = ""
    charts: tuple[Chart, ...] = ()
    gaps: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Glance:
    parts: tuple[Part, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Wanted:
    title: str
    tool: str
    permission: Permission
    args: Mapping[str, Any]


async def glance(core: Core, request: Request) -> Glance:
    """All parts at once; never raises for what a cloud, the policy or the clock says."""
    wanted = list(_wanted(core))
    parts = await asyncio.gather(*(_part(core, request, one) for one in wanted))
    return Glance(tuple(parts), core.clock.now())


def _wanted(core: Core) -> Iterator[_Wanted]:
    names = core.clients.clusters.names
    for name in names[:CLUSTERS]:
        yield _Wanted(f"Cluster {name}", "k8s_unhealthy", Permission.KUBERNETES_READ, {"cluster": name})
    if core.clients.oracle is not None:
        yield _Wanted("Oracle Cloud", "oci_health", Permission.MONITORING_READ, {})
        yield _Wanted("Cost", "cost_summary", Permission.COST_READ, {"days": 14})


async def _part(core: Core, request: Request, one: _Wanted) -> Part:
    """Who may not is told so before anything is asked: nobody is refused, on record, for opening a tab."""
    if not core.policy.policy.holds(request.actor, request.place, one.permission):
        return Part(one.title, problem=f"you may not look at it from here (`{one.permission.value}`)")
    called = await core.gate.call(turn_of(request, SECONDS), one.tool, dict(one.args))
    result = called.result
    if not called.ok or result is None:
        why = called.ask.question if called.ask is not None else called.error
        return Part(one.title, problem=why or "it did not answer")
    lines = headline(one.tool, result).splitlines()
    return Part(one.title, "\n".join(lines[:LINES]), result.charts[:1], result.could_not_see)
