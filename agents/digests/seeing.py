"""What the owner of a digest may see at the moment in which it runs: never more, and never as somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agents.changes.changes import Changes
from agents.changes.requests import PlanView
from agents.digests.compose import Seen
from agents.duty.duty import Duty
from agents.people import Actor, Place
from agents.policy import Policy, Reach
from storage.database import Database
from tools.plan import Target

READ = "remediation:read"
MOST = 200


@dataclass(frozen=True, slots=True)
class Eyes:
    db: Database
    changes: Changes
    duty: Duty
    policy: Policy

    async def seen(self, actor: Actor, place: Place, since: datetime, now: datetime) -> Seen:
        """Raises StoreUnavailable: nothing that could not be read is reported as nothing."""
        async with self.db.read() as tx:
            waiting = await self.db.plans.pending_for(tx, place.workspace)
            made = await self.db.plans.made(tx, place.workspace, since, now, MOST)
            incidents = await self.db.digests.incidents(tx, place.workspace, place.channel, since)
        ids = tuple(dict.fromkeys(row.id for row in (*waiting, *made)))
        reach = self.policy.reach(actor, place, READ)
        views = [await self.changes.view(plan) for plan in ids]
        plans = tuple(view for view in views if view is not None and _visible(reach, view))
        duty = await self.duty.on_duty(place.channel, now)
        more = f"more than {MOST} plans were made since: the latest {MOST} are counted"
        problems = (*duty.problems, more) if len(made) == MOST else duty.problems
        return Seen(since, now, plans, tuple(incidents), tuple(p.name for p in duty.people), problems)


def _visible(reach: Reach, view: PlanView) -> bool:
    return view.altered or sees(reach, view.target)


def sees(reach: Reach, target: Target) -> bool:
    """Whoever may look at plans sees those about access; the others are about a place."""
    if target.provider == "oci":
        return reach.compartment(target.compartment)
    return target.provider == "policy" or reach.namespace(target.cluster, target.namespace)
