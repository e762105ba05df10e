"""What came of an action on an instance: by Oracle's own records, and by the state that it shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from tools.errors import GiveUp, NotAllowed, ToolError, TryLater
from tools.oracle.auditing import deeds
from tools.oracle.where import text_of
from tools.plan import Draft, Effect, Observation, Observed
from tools.remediation.instance import Power, Subject, subject_of
from tools.spec import Call, Json

RECENT: Final = timedelta(hours=2)


async def effect(call: Call, draft: Draft, plan_id: str, power: Power) -> Effect:
    """Oracle's own audit and work requests tell. Without a sign, and in the state that it began in, nothing arrived;
    should that be wrong, the step is sent with the same token again, which Oracle does not carry out twice.
    """
    found = await subject_of(call, draft)
    if await _in_audit(call, found, plan_id) or await _work(call, found, draft, power) is not None:
        return Effect.DONE
    if found.state == power.begins:
        return Effect.NONE
    return Effect.DONE if found.state in power.passes else Effect.CANNOT_TELL


async def _in_audit(call: Call, found: Subject, plan_id: str) -> bool:
    """Our request id is in the records of who called."""
    try:
        mine, _ = await deeds(
            found.where, call.now - RECENT, call.now,
            lambda deed: deed.resource == text_of(found.item, "id") and plan_id in deed.request and deed.worked,
            [text_of(found.item, "compartmentId")],
        )  # fmt: skip
    except ToolError:
        return False
    return bool(mine)


async def _work(call: Call, found: Subject, draft: Draft, power: Power) -> Json | None:
    """The work request of this action since the plan was made; None when Oracle lists none."""
    del call
    try:
        listing = await found.where.api.listing(
            "work_requests", "list_work_requests", region=found.region,
            compartment_id=text_of(found.item, "compartmentId"), resource_id=text_of(found.item, "id"), cap=20,
        )  # fmt: skip
    except ToolError:
        return None
    since = datetime.fromisoformat(str(draft.check.params["since"]))
    for work in listing.items:
        accepted = text_of(work, "timeAccepted")
        named_so = power.work.lower() in text_of(work, "operationType").lower() if power.work else False
        if named_so and accepted and datetime.fromisoformat(accepted) >= since.replace(microsecond=0):
            return work
    return None


async def observe(call: Call, draft: Draft, power: Power) -> Observation:
    return await _looked(lambda: _observed(call, draft, power))


async def _observed(call: Call, draft: Draft, power: Power) -> Observation:
    found = await subject_of(call, draft)
    facts = {"state": found.state}
    if found.state in power.passes:
        return Observation(Observed.NOT_YET, f"it is {found.state}", facts)
    if found.state != power.ends:
        return Observation(
            Observed.FAILED,
            f"it is {found.state}, not {power.ends}: it did not change, or changed again",
            facts,
        )
    if not power.work:
        return Observation(Observed.HOLDS, f"it is {found.state}", facts)
    return _restarted(await _work(call, found, draft, power), facts)


def _restarted(work: Json | None, facts: dict[str, str]) -> Observation:
    """A reset ends in the state that it began in: only its work request tells that it happened."""
    status = text_of(work or {}, "status")
    if status == "SUCCEEDED":
        return Observation(Observed.HOLDS, "its restart has succeeded", facts)
    if status in {"FAILED", "CANCELED", "CANCELING"}:
        return Observation(Observed.FAILED, f"its restart has {status.lower()}", facts)
    said = f"its restart is {status}" if status else "Oracle lists no restart of it"
    return Observation(Observed.NOT_YET if status else Observed.UNREADABLE, said, facts)


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    if draft.rollback is None:
        return Observation(Observed.FAILED, draft.undo, {})

    async def look() -> Observation:
        found = await subject_of(call, draft)
        wanted, facts = str((draft.rollback or {})["state"]), {"state": found.state}
        if found.state == wanted:
            return Observation(Observed.HOLDS, f"it is {wanted} again", facts)
        moving = found.state in {"STARTING", "STOPPING"}
        return Observation(Observed.NOT_YET if moving else Observed.FAILED, f"it is {found.state}", facts)

    return await _looked(look)


async def _looked(look: Callable[[], Awaitable[Observation]]) -> Observation:
    """Not to see it is no verdict about it."""
    try:
        return await look()
    except (TryLater, NotAllowed, GiveUp) as error:
        return Observation(Observed.UNREADABLE, error.reason, {})
