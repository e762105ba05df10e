"""How many changes an hour are too many: of one person, in one channel, in the whole workspace. The way back never counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from agents.changes.access.rules import REVOKE
from agents.changes.oncall import lasts
from agents.changes.wish import Wish
from agents.policy import Decision
from storage.database import Database
from storage.tx import Tx

HOUR: Final = timedelta(hours=1)
WAY_BACK: Final = (
    "rollout_undo",
    REVOKE,
)  # beside each undo of a plan: who makes good must never have to wait


def counts(wish: Wish) -> bool:
    return not wish.undo_of and wish.action.name not in WAY_BACK


async def _factor(db: Database, tx: Tx, wish: Wish, now: datetime) -> int:
    """An approver raised it for the incident that is open in this channel."""
    place = wish.turn.request.place
    incident = await db.incidents.open_in(tx, place.workspace, place.channel)
    raised = incident is not None and incident.raised_at is not None and lasts(wish.policy, incident, now)
    return wish.policy.file.incident.budget_factor if raised else 1


async def spent(db: Database, tx: Tx, wish: Wish, now: datetime) -> Decision | None:
    """Why there is no room for one more; None when there is.

    Asked in the transaction that stores the plan: many that are proposed at once cannot all be the fifth.
    """
    if not counts(wish):
        return None
    limits, place, since = wish.policy.limits, wish.turn.request.place, now - HOUR
    factor = await _factor(db, tx, wish, now)
    count = partial(db.plans.count_since, tx, since, workspace=place.workspace, without=WAY_BACK)
    for most, name, who, counted in (
        (limits.changes_per_person_hour, "changes_per_person_hour", "a person", partial(count, requester=wish.person.id)),
        (limits.changes_per_channel_hour, "changes_per_channel_hour", "a channel", partial(count, channel=place.channel)),
        (limits.changes_global_hour, "changes_global_hour", "for everybody together", count),
    ):  # fmt: skip
        many = await counted()
        if many >= most * factor:
            text = f"{many} changes in the last hour; the limit {who} is {most * factor}"
            return Decision(False, f"limits.{name}", text)
    return None
