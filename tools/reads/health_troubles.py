"""What costs a tenancy points of its health: eight questions side by side, of which each may fail alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta

from tools.errors import ToolError, TryLater
from tools.oracle.alarm_records import alarms
from tools.oracle.everywhere import LIST_S, everywhere, gathered, moment
from tools.oracle.guarding import is_open, problems
from tools.oracle.headroom import USUAL, headroom, may, ref, share
from tools.oracle.health import ILL, Trouble
from tools.oracle.searching import search
from tools.oracle.where import Where, text_of
from tools.reads.digest import listed, token
from tools.reads.health_balancers import balancers
from tools.reads.health_metrics import unusual
from tools.spec import Call, Json

DAY = timedelta(days=1)
FIELDS = {"alarms": "status", "states": "lifecycleState", "balancers": "health", "problems": "riskLevel", "work": "status"}  # fmt: skip
OWN = {
    "alarms": "alarm",
    "problems": "problem",
    "work": "work request",
}  # what has the trouble where no resource is named
KEPT = ("identifier", "displayName", "lifecycleState", "compartmentId", "resourceType")
LIMITS_ASKED = 60  # of a region: a score is asked for more often than `oci_limits`
NEAR = 0.9  # of a limit


@dataclass
class Gaps:
    """`unseen` is what could not be read, `notes` what was read and is not counted."""

    unseen: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def troubles(call: Call, where: Where, gaps: Gaps, resource: str = "") -> list[Trouble]:
    """Of the scope; `resource` is an OCID, where one is asked about: Oracle's list of work does not say whose it is.

    What could not be read is named in `gaps` and costs nothing.

    Raises:
        ToolError: none of them answered; the first one's reason.
    """
    asked = {
        "alarms": _alarms(where, gaps),
        "states of resources": _states(where, gaps.unseen),
        "instances": _instances(where, gaps.unseen),
        "load balancers": _balancers(where, gaps.unseen),
        "Cloud Guard": _problems(where, gaps.unseen),
        "work requests": _work(call, where, gaps.unseen, resource),
        "metrics": unusual(call, where, gaps.unseen, gaps.notes),
        "service limits": _limits(call, where, gaps),
    }
    answers = await asyncio.gather(*(_alone(what, ask) for what, ask in asked.items()))
    failed = {what: one for what, one in zip(asked, answers, strict=True) if isinstance(one, ToolError)}
    if len(failed) == len(asked):
        raise next(iter(failed.values()))
    gaps.unseen.extend(f"{what}: {error.reason}" for what, error in failed.items())
    return [trouble for one in answers if not isinstance(one, ToolError) for trouble in one]


async def _alone(what: str, ask: Awaitable[list[Trouble]]) -> list[Trouble] | ToolError:
    try:
        async with asyncio.timeout(LIST_S):
            return await ask
    except TimeoutError:
        return TryLater(f"{what} did not answer within {LIST_S:.0f} s")
    except ToolError as error:
        return error


async def _alarms(where: Where, gaps: Gaps) -> list[Trouble]:
    """One that is suppressed shows no state, and so costs nothing; it is named."""
    found = await alarms(where)
    gaps.unseen.extend(found.could_not_see)
    hushed = sorted(
        text_of(one, "displayName") for one in found.items if text_of(one, "status") == "SUSPENDED"
    )
    if hushed:
        gaps.notes.append(
            f"Suppressed alarms, not counted: {listed([token(one, 'one') for one in hushed], 5)}."
        )
    firing = [one for one in found.items if text_of(one, "status") == "FIRING"]
    return [_trouble(where, "alarms", text_of(one, "severity"), one, text_of(one, "query")) for one in firing]


async def _states(where: Where, unseen: list[str]) -> list[Trouble]:
    found = await search(where, reduce=lambda item: {key: item.get(key) for key in KEPT})
    unseen.extend(found.parts.could_not_see)
    unseen.extend(f"{region}: more resources than were listed" for region in found.cut)
    states = ((one, text_of(one, "lifecycleState").upper()) for one in found.items)
    return [_trouble(where, "states", state, one) for one, state in states if state in ILL]


async def _instances(where: Where, unseen: list[str]) -> list[Trouble]:
    """Search leaves out what the principal may not see, without a word; that the list of instances is refused says so."""

    async def ask(region: str, compartment: str) -> tuple[list[Json], bool]:
        await where.api.read("compute", "list_instances", region=region, compartment_id=compartment, limit=1)
        return [], True

    found = await gathered(where, ask)
    unseen.extend(f"instances of {text}" for text in found.unseen)
    return []


async def _balancers(where: Where, unseen: list[str]) -> list[Trouble]:
    return [_trouble(where, "balancers", word, one) for word, one in await balancers(where, unseen)]


async def _limits(call: Call, where: Where, gaps: Gaps) -> list[Trouble]:
    """They belong to the whole tenancy: a part of it has none of its own."""
    root = where.tenancy.compartments.root
    if where.top is not root:
        gaps.notes.append("Service limits belong to the whole tenancy and are not counted here.")
        return []
    may(call, where)
    found = await headroom(where, USUAL, gaps.unseen, most=LIMITS_ASKED)
    near = [one for one in found if one["used"] is not None and share(one) >= NEAR]
    return [_limit(one, root.path) for one in near]


def _limit(one: Json, path: str) -> Trouble:
    at = ref(one)
    name = f"{one['service']} {text_of(one, 'name')}"
    level = "FULL" if share(one) >= 1 else "NEAR"
    return Trouble("limits", level, at, name, path, text_of(one, "region"), at, thing="limit")


async def _problems(where: Where, unseen: list[str]) -> list[Trouble]:
    region, found = await problems(where, unseen)
    return [
        _trouble(where, "problems", text_of(one, "riskLevel"), {"region": region} | one)
        for one in found
        if is_open(one)
    ]


async def _work(call: Call, where: Where, unseen: list[str], resource: str) -> list[Trouble]:
    about = {"resource_id": resource} if resource else {}
    found = await everywhere(where, "work_requests", "list_work_requests", **about)
    unseen.extend(found.unseen)
    recent = (one for one in found.items if (at := moment(one, "timeAccepted")) and at >= call.now - DAY)
    failed = [one for one in recent if text_of(one, "status") == "FAILED"]
    return [_trouble(where, "work", "FAILED", one, resource) for one in failed]


def _trouble(where: Where, kind: str, level: str, item: Json, text: str = "") -> Trouble:
    """A problem names the resource that it is about, if it is about one."""
    own = text_of(item, "identifier") or text_of(item, "id")
    about = text_of(item, "resourceId")
    name = (
        text_of(item, "resourceName")
        or text_of(item, "displayName")
        or text_of(item, "operationType")
        or text_of(item, "detectorRuleId")
        or about
        or own
    )
    thing = "resource" if about else OWN.get(kind, "resource")
    path, region, ref = where.path(item), text_of(item, "region"), f"oci:{own}#{FIELDS[kind]}"
    return Trouble(kind, level, about or own, name, path, region, ref, text, thing)
