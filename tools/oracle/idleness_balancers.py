"""Load balancers that serve nobody: nothing behind them answers, or nothing was asked of them for days."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from tools.errors import ToolError
from tools.oracle.everywhere import dicts, everywhere, live, number, partly
from tools.oracle.idleness import quiet_since
from tools.oracle.idleness_found import YOUNG, Ground, Looked, once, when
from tools.oracle.idleness_loads import Loads, several
from tools.oracle.prices_change import Wanted
from tools.oracle.prices_pieces import Piece
from tools.oracle.savings_own import all_of_it
from tools.oracle.where import text_of
from tools.spec import Json

ASKED: Final = 60  # load balancers whose backends are asked
LEAST: Final = 0.01  # requests in six hours; fewer are none
BASE: Final = re.compile(r"load balancer.*base", re.IGNORECASE)
BANDWIDTH: Final = re.compile(r"load balancer.*bandwidth", re.IGNORECASE)
LIKE: Final = ("Load Balancer",)
BY_HAND: Final = "no change of ours deletes a load balancer: by hand"
METRICS: Final = (("HttpRequests", "sum()"), ("ActiveConnections", "max()"))
Why = tuple[str, datetime | None, str]  # in words, since when, evidence


async def idle_balancers(ground: Ground) -> Looked:
    where = ground.where
    listed, served = await asyncio.gather(
        partly("load balancers", everywhere(where, "load_balancer", "list_load_balancers")),
        several(where, "oci_lbaas", METRICS, ground.since, ground.now),
    )
    there = [one for one in listed.items if live(one)]
    old = [one for one in there if not ground.young(one)]
    unseen = [*listed.unseen, *(text for one in served for text in one.gaps)]
    if len(old) > ASKED:
        unseen.append(f"{len(old) - ASKED} more load balancers: at most {ASKED} are asked")
    whys = await asyncio.gather(*(_why(ground, one, served, unseen) for one in old[:ASKED]))
    found = [
        ground.unused(one, _change(one), why[0], why[1], why[2], BY_HAND)
        for one, why in zip(old, whys, strict=False)
        if why is not None
    ]
    known = {one.id for one in found}
    silent = [
        one
        for one in old
        if text_of(one, "id") not in known and all(each.of(text_of(one, "id")) is None for each in served)
    ]
    return Looked(
        "load balancer", tuple(found), len(there), len(there) - len(old), len(silent),
        once(unseen), failed=listed.failed,
    )  # fmt: skip


async def _why(ground: Ground, one: Json, served: Sequence[Loads], unseen: list[str]) -> Why | None:
    """None for one that is in use, or of which nothing can be told."""
    ident, sets = text_of(one, "id"), one.get("backendSets") or {}
    backends = [each for each_set in sets.values() for each in dicts(each_set.get("backends"))]
    if _busy(ident, served) or (not backends and one.get("ruleSets")):  # a redirect needs no backend
        return None
    if not backends:
        return (
            "has no backend, so it serves nothing, since when is not known",
            None,
            f"oci:{ident}#backendSets",
        )
    down = await _down(ground, one, list(sets), unseen)
    if down:
        said = (
            f"none of its {len(backends)} backends answers"
            if len(backends) > 1
            else "its only backend does not answer"
        )
        return (
            f"{said}, so it serves nothing, since when is not known",
            None,
            f"oci:{ident}#backendSets.health",
        )
    return _quiet(ground, ident, served)


async def _down(ground: Ground, one: Json, names: Sequence[str], unseen: list[str]) -> bool:
    """Whether every set with backends is critical. A health that was not told is not down."""
    states = []
    for name in names:
        try:
            answer = await ground.where.api.read(
                "load_balancer", "get_backend_set_health", region=text_of(one, "region"),
                load_balancer_id=text_of(one, "id"), backend_set_name=name,
            )  # fmt: skip
        except ToolError as error:
            unseen.append(f"health of {text_of(one, 'displayName')}/{name}: {error.reason}")
            return False
        total = number(answer.data, "totalBackendCount")
        down = answer.data.get("criticalStateBackendNames") or []
        if total:
            states.append(len(down) >= total)
    return bool(states) and all(states)


def _busy(ident: str, served: Sequence[Loads]) -> bool:
    courses = [course for one in served if (course := one.of(ident)) is not None]
    return any(quiet_since(course, LEAST) is None for course in courses)


def _quiet(ground: Ground, ident: str, served: Sequence[Loads]) -> Why | None:
    """By its connections at least: a listener of TCP has no requests."""
    if served[-1].of(ident) is None:
        return None
    courses = [(one, course) for one in served if (course := one.of(ident)) is not None]
    begun = [quiet_since(course, LEAST) for _, course in courses]
    if not begun or not all(begun):
        return None
    since = max(at for at in begun if at is not None)
    if ground.now - since < YOUNG:
        return None
    words = " and ".join(one.metric for one, _ in courses)
    query = " and ".join(one.query for one, _ in courses)
    ref = f"metric:{query}@{ground.now:%Y-%m-%dT%H:%M:%SZ}"
    return f"nothing was asked of it {when(since, ground.since)} ({words} are 0)", since, ref


def _change(one: Json) -> Wanted:
    least = number(one.get("shapeDetails") or {}, "minimumBandwidthInMbps") or 0
    pieces = (
        Piece("load balancers", BASE, LIKE, Decimal(1), Decimal(0)),
        Piece("Mbit/s", BANDWIDTH, LIKE, Decimal(str(least)), Decimal(0)),
    )
    return Wanted(
        "load balancer", text_of(one, "id"), text_of(one, "displayName"), text_of(one, "compartmentId"),
        text_of(one, "region"), "delete", "", pieces, all_of_it,
    )  # fmt: skip
