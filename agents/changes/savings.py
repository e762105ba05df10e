"""The savings ledger: what each change that lowers a cost saves, sealed with it, and what was taken back since.

It is read from the plans themselves and never edited: what undoes a change is a plan of its own, and ends the entry by
being there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

from agents.changes.ledger import SUCCEEDED, Ledger
from agents.changes.outcome import outcome_of
from agents.changes.run import Everything
from agents.changes.runbooks.sealed import parts
from agents.changes.seal import NotSealed, Plan, open_plan
from agents.changes.wish import Wish
from agents.policy import Permission
from storage.errors import StoreUnavailable
from storage.plans import PlanRow
from tools.clients import Clients
from tools.errors import TryLater
from tools.oracle.savings import saving_of
from tools.own import Saved
from tools.plan import Draft
from tools.saving import Saving
from tools.spec import Call

LOOK_S: Final = 6.0  # of a proposal: a figure that takes longer is not known
MARK: Final = '"saving":'  # in the canonical text of a plan that has one
LOOKED_AT: Final = 5_000


async def saving_for(clients: Clients, wish: Wish, draft: Draft, now: datetime) -> Saving | None:
    """What the change saves a month. Code reads it for the ledger; shown it is only where the person may read costs."""
    if wish.undo_of:
        return None
    request = wish.turn.request
    call = Call(clients, now, LOOK_S, Everything(), request.id)
    try:
        async with asyncio.timeout(LOOK_S):
            found = _together(await asyncio.gather(*(saving_of(call, part) for part in parts(draft))))
    except TimeoutError:
        found = Saving(source="unknown", told="Oracle's usage did not answer in time")
    if found is None:
        return None
    decision = wish.policy.decide(request.actor, request.place, Permission.COST_READ, draft.target)
    return found.model_copy(update={"open": decision.allow})


def _together(found: Iterable[Saving | None]) -> Saving | None:
    """What the steps of a runbook save; of any other change, what it saves. What is not known is not counted, and said."""
    some = [one for one in found if one is not None]
    known = [one for one in some if one.source != "unknown"]
    if len(some) < 2 or not known:
        return some[0] if some else None
    if len({one.currency for one in known}) > 1:
        return Saving(source="unknown", told="its steps cost in several currencies")
    told = [f"{len(known)} steps", *(f"without one of which {one.told}" for one in some if one not in known)]
    source: Literal["costs", "estimate"] = (
        "estimate" if any(one.source == "estimate" for one in known) else "costs"
    )
    return Saving(
        a_month=str(sum((one.amount for one in known), Decimal(0))), currency=known[0].currency, source=source,
        told=f"{', '.join(told)}; {known[0].told}", ref=known[0].ref,
    )  # fmt: skip


def booked(row: PlanRow) -> dict[str, Any] | None:
    """For the audit row of a success: the entry that it makes, or the plan whose entry it ends."""
    try:
        plan = open_plan(row)
    except NotSealed:
        return None
    if plan.saving is not None:
        return {"saving": plan.saving.model_dump(mode="json", exclude={"open"})}
    return {"undoes": plan.undo_of} if plan.undo_of else None


async def entries(ledger: Ledger, workspace: str, since: datetime, until: datetime) -> Sequence[Saved]:
    """Every succeeded change with a saving, newest first, each with what ended it. Raises TryLater."""
    try:
        async with ledger.db.read() as tx:
            rows = await ledger.db.plans.made(tx, workspace, since, until, LOOKED_AT)
            done = [(row, plan) for row in reversed(rows) if (plan := _done(row)) is not None]
            found = [_entry(at, done) for at, (row, _) in enumerate(done) if MARK in row.body]
            seqs = {one.plan: await _seq(ledger, tx, one.plan) for one in found}
    except StoreUnavailable as error:
        raise TryLater("the record of our own changes cannot be read", "audit") from error
    return [replace(one, seq=seqs[one.plan]) for one in reversed(found)]


def _done(row: PlanRow) -> Plan | None:
    """The plan of a change that succeeded. An altered one counts for nothing."""
    if row.state != SUCCEEDED:
        return None
    try:
        return open_plan(row)
    except NotSealed:
        return None


def _entry(at: int, done: Sequence[tuple[PlanRow, Plan]]) -> Saved:
    row, plan = done[at]
    ended = next((later for later, other in done[at + 1 :] if _takes_back(other, plan)), None)
    saving = plan.saving or Saving(source="unknown", told="no figure was sealed")
    return Saved(
        plan=plan.id,
        title=plan.draft.title,
        target=plan.draft.target,
        requester=plan.requester.name,
        at=_when(row),
        saving=saving,
        ended_by=ended.id if ended else "",
        ended_at=_when(ended) if ended else None,
    )


def _takes_back(later: Plan, plan: Plan) -> bool:
    """An undo of it, or any later change that sets something it changed to what that was before, e.g. a start."""
    if later.undo_of:
        return later.undo_of == plan.id
    return any(_sets_back(after, before) for after in parts(later.draft) for before in parts(plan.draft))


def _sets_back(later: Draft, draft: Draft) -> bool:
    if later.target.uid != draft.target.uid:
        return False
    was = {change.path: change.before for change in draft.changes}
    return any(was.get(change.path) == change.after for change in later.changes)


def _when(row: PlanRow) -> datetime:
    ended = outcome_of(row).ended_at
    return datetime.fromisoformat(ended) if ended else row.created_at


async def _seq(ledger: Ledger, tx: Any, plan_id: str) -> int:
    newest = await ledger.db.audit.find(tx, plan_id=plan_id, limit=1, newest=True)
    return newest[0].seq if newest else 0
