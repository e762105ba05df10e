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
from typing import Any, Final, Literal, TypeVar

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
from tools.oracle.savings import Bill, bill_of, saves
from tools.own import Saved
from tools.plan import Draft
from tools.saving import Added, Saving, Source
from tools.spec import Call

LOOK_S: Final = 6.0  # of a proposal: a figure that takes longer is not known
MARK: Final = '"saving":'  # in the canonical text of a plan that has one
LOOKED_AT: Final = 5_000


async def bill_for(clients: Clients, wish: Wish, draft: Draft, now: datetime) -> Bill:
    """What the change does to the bill a month. Code reads it for the ledger; shown it is only where costs may be read."""
    if wish.undo_of:
        return _shown(wish, draft, _taken_back(wish.undone))
    request = wish.turn.request
    call = Call(clients, now, LOOK_S, Everything(), request.id)
    try:
        async with asyncio.timeout(LOOK_S):
            found = await asyncio.gather(*(bill_of(call, part) for part in parts(draft)))
    except TimeoutError:
        late = "Oracle's usage did not answer in time"
        none = Saving(source="unknown", told=late) if any(saves(part) for part in parts(draft)) else None
        return _shown(wish, draft, Bill(none, None if none else Added(source="unknown", told=late)))
    return _shown(
        wish, draft, Bill(_together([one.saving for one in found]), _together([one.added for one in found]))
    )


def _shown(wish: Wish, draft: Draft, found: Bill) -> Bill:
    """With whether whoever asked may read costs there; that a price is unknown is told to everybody."""
    if found.saving is None and (found.added is None or found.added.open):
        return found
    request = wish.turn.request
    may = wish.policy.decide(request.actor, request.place, Permission.COST_READ, draft.target).allow
    saving, added = found.saving, found.added
    return Bill(
        saving and saving.model_copy(update={"open": may}),
        added and added.model_copy(update={"open": may or added.open}),
    )


def _taken_back(plan: Plan | None) -> Bill:
    """An undo costs what its change saved, and saves what that cost; the ledger keeps the entry of the change alone."""
    saving, added = (plan.saving, plan.added) if plan else (None, None)
    if saving is None and added is None:
        return Bill()
    if saving is not None and added is not None:
        told = "it takes back what saved and what cost more"
        return Bill(added=Added(source="unknown", told=told, open=True))
    one = saving or added
    if one is None or one.source == "unknown":
        return Bill(added=Added(source="unknown", told=one.told if one else "", open=bool(one and one.open)))
    way: Literal["more", "less"] = "less" if added is not None and added.way == "more" else "more"
    kept = one.model_dump(exclude={"way", "before", "after", "told"})
    told = f"what the change had {'saved' if saving else 'added'}: {one.told}"
    return Bill(added=Added(**kept, way=way, told=told, before=one.after, after=one.before))


S = TypeVar("S", bound=Saving)


def _together(found: Iterable[S | None]) -> S | None:
    """Of the steps of a runbook, or of any other change. What is not known is not counted, and said."""
    some = [one for one in found if one is not None]
    known = [one for one in some if one.source != "unknown"]
    if len(some) < 2 or not known:
        return some[0] if some else None
    if len({one.currency for one in known}) > 1:
        return type(known[0])(source="unknown", told="its steps cost in several currencies")
    told = [f"{len(known)} steps", *(f"without one of which {one.told}" for one in some if one not in known)]
    source: Source = "estimate" if any(one.source == "estimate" for one in known) else known[0].source
    return known[0].model_copy(
        update={
            "a_month": str(sum((one.amount for one in known), Decimal(0))),
            "source": source,
            "told": f"{', '.join(told)}; {known[0].told}",
            "before": "",
            "after": "",
        }
    )


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
