"""What comes after a deleted pod: that it is gone, and that its controller's new one serves."""

from __future__ import annotations

from typing import Final

from tools.cluster.api import Api
from tools.cluster.kinds import BY_KIND, Kind
from tools.cluster.objects import (
    container_status,
    containers,
    controller,
    count,
    name,
    pod_ready,
    restarts,
    spec,
    status,
    uid,
)
from tools.cluster.workloads import reason
from tools.errors import GiveUp, NotAllowed, TryLater
from tools.plan import Draft, Observation, Observed
from tools.remediation import deleting
from tools.spec import Call, Json

LOOPS: Final = 2  # restarts of a new pod after which waiting is pointless


def facts(siblings: list[Json]) -> dict[str, str]:
    return {
        "pods ready": f"{sum(pod_ready(p) for p in siblings)}/{len(siblings)}",
        "restarts": str(sum(restarts(p) for p in siblings)),
    }


async def observe(call: Call, draft: Draft) -> Observation:
    try:
        return await _look(call, draft)
    except (TryLater, NotAllowed, GiveUp) as error:
        return Observation(Observed.UNREADABLE, error.reason, {})


async def _look(call: Call, draft: Draft) -> Observation:
    target = draft.target
    api = call.cluster(target.cluster)
    there = await deleting.standing(api, target.namespace, {target.name: target.uid})
    family = await _family(api, draft)
    numbers = facts(family)
    if there:
        gone = deleting.ending(there[target.name])
        words = "the pod is ending" if gone else "the API accepted the delete, but the pod is still there"
        return Observation(Observed.NOT_YET if gone else Observed.FAILED, words, numbers)
    if not draft.check.params["again"]:
        return Observation(Observed.HOLDS, "the pod is gone", numbers)
    return await _replaced(api, draft, family, numbers)


async def _family(api: Api, draft: Draft) -> list[Json]:
    maker = draft.shown["controller"].split(" ")
    pods = await api.listing(deleting.PODS, draft.target.namespace)
    return [
        p for p in pods if [(controller(p) or {}).get("kind"), (controller(p) or {}).get("name")] == maker
    ]


async def _replaced(api: Api, draft: Draft, family: list[Json], numbers: dict[str, str]) -> Observation:
    fresh = [p for p in family if uid(p) not in draft.check.params["known"]]
    ready = [p for p in fresh if pod_ready(p) or status(p).get("phase") == "Succeeded"]
    if ready:
        return Observation(Observed.HOLDS, f"pod {name(ready[0])} is ready in its place", numbers)
    if not fresh and not await _wanted(api, draft, sum(not deleting.ending(p) for p in family)):
        return Observation(Observed.HOLDS, "the pod is gone, and its controller wants no other", numbers)
    if dead := next((p for p in fresh if _looping(p)), None):
        return Observation(Observed.FAILED, f"the new pod {name(dead)} is in {reason(dead)}", numbers)
    said = f"the new pod {name(fresh[0])} is {reason(fresh[0])}" if fresh else "no new pod yet"
    return Observation(Observed.NOT_YET, said, numbers)


def _looping(pod: Json) -> bool:
    return any(
        ((state.get("state") or {}).get("waiting") or {}).get("reason") == "CrashLoopBackOff"
        and int(state.get("restartCount") or 0) >= LOOPS
        for state in (container_status(pod, c["name"]) for c in containers(pod))
    )


async def _wanted(api: Api, draft: Draft, there: int) -> bool:
    """Whether the controller is still short of a pod; one that is gone wants none."""
    word, _, owner = draft.shown["controller"].partition(" ")
    kind: Kind | None = BY_KIND.get(word)
    if kind is None:
        return True
    try:
        item = await api.get(kind, draft.target.namespace, owner)
    except GiveUp as error:
        if error.not_found:
            return False
        raise
    if word == "Job":
        return not (
            status(item).get("completionTime")
            or count(item, "failed") > int(spec(item).get("backoffLimit", 6))
        )
    if word == "DaemonSet":
        return count(item, "desiredNumberScheduled") > there
    return int(spec(item).get("replicas", 1)) > there
