"""A Deployment whose rollout is held: what pausing and resuming share."""

from __future__ import annotations

from datetime import datetime

from tools.approved import Approved
from tools.cluster.objects import spec, template
from tools.cluster.revisions import revision_of
from tools.cluster.templates import Change, differences
from tools.plan import Applied, Draft, Observation
from tools.remediation.rollout import Standing, seen, standing
from tools.remediation.workload import Subject
from tools.remediation.writing import MERGE, patch, restore, reverted, since_of, watch
from tools.spec import Call, Json


def is_paused(found: Subject) -> bool:
    return bool(spec(found.item).get("paused"))


def waiting(found: Subject) -> tuple[Change, ...]:
    """Changes of the template that no pod has yet: what resuming rolls out."""
    newest = max(found.replicasets, key=revision_of, default=None)
    return differences(template(newest), template(found.item)) if newest is not None else ()


def halted(found: Subject, draft: Draft, now: datetime) -> Standing:
    """The controller has taken note; where the rollout stands does not matter."""
    del now
    return Standing(seen(found.item), f"paused; {standing(found, since_of(draft)).progress}")


def write(found: Subject, *, paused: bool) -> Json:
    """Absent is how the API writes false."""
    return patch(found.path, MERGE, {"spec": {"paused": True if paused else None}})


def wrong(found: Subject, draft: Draft, *, paused: bool) -> str:
    return "" if is_paused(found) is paused else reverted(found, draft, "the pause")


async def put_back(call: Call, approved: Approved, *, paused: bool) -> Applied:
    """Nobody else's change is lost by it: only the pause is written."""
    return await restore(
        call, approved, lambda found: write(found, paused=paused), lambda found: bool(found.item)
    )


async def observe_back(call: Call, draft: Draft, *, paused: bool) -> Observation:
    missing = "the pause was not put back" if paused else "the pause was not taken away"
    return await watch(call, draft, lambda found: "" if is_paused(found) is paused else missing, halted)
