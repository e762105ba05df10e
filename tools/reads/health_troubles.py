"""What costs a tenancy points of its health: five questions side by side, of which each may fail alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

from tools.errors import ToolError, TryLater
from tools.oracle.alarm_records import alarms
from tools.oracle.everywhere import LIST_S, dicts, everywhere, live, moment
from tools.oracle.guarding import is_open, problems
from tools.oracle.health import ILL, Trouble
from tools.oracle.searching import search
from tools.oracle.where import Where, text_of
from tools.spec import Call, Json

DAY = timedelta(days=1)
FIELDS = {"alarms": "status", "states": "lifecycleState", "balancers": "health", "problems": "riskLevel", "work": "status"}  # fmt: skip
KEPT = ("identifier", "displayName", "lifecycleState", "compartmentId", "resourceType")


async def troubles(call: Call, where: Where, unseen: list[str]) -> list[Trouble]:
    """Of the scope. What could not be read is named in `unseen` and costs nothing.

    Raises:
        ToolError: none of the five answered; the first one's reason.
    """
    asked = {
        "alarms": _alarms(where, unseen),
        "states of resources": _states(where, unseen),
        "load balancers": _balancers(where, unseen),
        "Cloud Guard": _problems(where, unseen),
        "work requests": _work(call, where, unseen),
    }
    answers = await asyncio.gather(*(_alone(what, ask) for what, ask in asked.items()))
    failed = {what: one for what, one in zip(asked, answers, strict=True) if isinstance(one, ToolError)}
    if len(failed) == len(asked):
        raise next(iter(failed.values()))
    unseen.extend(f"{what}: {error.reason}" for what, error in failed.items())
    return [trouble for one in answers if not isinstance(one, ToolError) for trouble in one]


async def _alone(what: str, ask: Awaitable[list[Trouble]]) -> list[Trouble] | ToolError:
    try:
        async with asyncio.timeout(LIST_S):
            return await ask
    except TimeoutError:
        return TryLater(f"{what} did not answer within {LIST_S:.0f} s")
    except ToolError as error:
        return error


async def _alarms(where: Where, unseen: list[str]) -> list[Trouble]:
    found = await alarms(where)
    unseen.extend(found.could_not_see)
    firing = [one for one in found.items if text_of(one, "status") == "FIRING"]
    return [_trouble(where, "alarms", text_of(one, "severity"), one, text_of(one, "query")) for one in firing]


async def _states(where: Where, unseen: list[str]) -> list[Trouble]:
    found = await search(where, reduce=lambda item: {key: item.get(key) for key in KEPT})
    unseen.extend(found.parts.could_not_see)
    unseen.extend(f"{region}: more resources than were listed" for region in found.cut)
    states = ((one, text_of(one, "lifecycleState").upper()) for one in found.items)
    return [_trouble(where, "states", state, one) for one, state in states if state in ILL]


async def _balancers(where: Where, unseen: list[str]) -> list[Trouble]:
    """The health of a load balancer is that of its worst backend set, by Oracle's own count."""
    listed, healths = await asyncio.gather(
        everywhere(where, "load_balancer", "list_load_balancers"),
        everywhere(where, "load_balancer", "list_load_balancer_healths"),
    )
    unseen.extend(dict.fromkeys((*listed.unseen, *healths.unseen)))
    state = {text_of(one, "loadBalancerId"): text_of(one, "status") for one in healths.items}
    return [
        _trouble(where, "balancers", state[ident], one)
        for one in listed.items
        if live(one) and (ident := text_of(one, "id")) in state
    ]


async def _problems(where: Where, unseen: list[str]) -> list[Trouble]:
    region, found = await problems(where, unseen)
    return [
        _trouble(where, "problems", text_of(one, "riskLevel"), {"region": region} | one)
        for one in found
        if is_open(one)
    ]


async def _work(call: Call, where: Where, unseen: list[str]) -> list[Trouble]:
    found = await everywhere(where, "work_requests", "list_work_requests")
    unseen.extend(found.unseen)
    recent = (one for one in found.items if (at := moment(one, "timeAccepted")) and at >= call.now - DAY)
    return [
        _trouble(where, "work", "FAILED", one, " ".join(_idents(one)))
        for one in recent
        if text_of(one, "status") == "FAILED"
    ]


def _trouble(where: Where, kind: str, level: str, item: Json, text: str = "") -> Trouble:
    """A problem and a piece of work name the resource that they are about; all else is it."""
    own = text_of(item, "identifier") or text_of(item, "id")
    ident = text_of(item, "resourceId") or next(iter(_idents(item)), own)
    name = (
        text_of(item, "resourceName")
        or text_of(item, "displayName")
        or text_of(item, "operationType")
        or ident
    )
    region = text_of(item, "region")
    return Trouble(kind, level, ident, name, where.path(item), region, f"oci:{own}#{FIELDS[kind]}", text)


def _idents(item: Json) -> list[str]:
    return [text_of(one, "identifier") for one in dicts(item.get("resources"))]
