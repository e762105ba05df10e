"""What a Deployment says about itself: counters and conditions, deadlines included."""

import copy
from typing import Final

from sandbox.world.clock import epoch, stamp
from sandbox.world.context import Context
from sandbox.world.controllers.rollout import Budget
from sandbox.world.objects import Obj, condition, counts, meta, name, spec, status

DEPLOYMENTS: Final = "apps/v1/deployments"
_NEVER: Final = 2**31 - 1  # a progressDeadlineSeconds of this means: no deadline


def _put(conditions: list[Obj], new: Obj, now: float) -> list[Obj]:
    """Add or replace, keeping the transition time while the status stays; the update time always moves."""
    old = next((c for c in conditions if c["type"] == new["type"]), None)
    transition = old["lastTransitionTime"] if old and old["status"] == new["status"] else stamp(now)
    entry = {
        "type": new["type"],
        "status": new["status"],
        "lastUpdateTime": stamp(now),
        "lastTransitionTime": transition,
        "reason": new["reason"],
        "message": new["message"],
    }
    return [c for c in conditions if c["type"] != new["type"]] + [entry]


def _settled(conditions: list[Obj], new: Obj, now: float) -> list[Obj]:
    """As `_put`, but a condition with the same status and reason stays untouched."""
    old = next((c for c in conditions if c["type"] == new["type"]), None)
    if old and (old["status"], old["reason"]) == (new["status"], new["reason"]):
        return conditions
    return _put(conditions, new, now)


def _progressing(value: str, reason: str, message: str) -> Obj:
    return {"type": "Progressing", "status": value, "reason": reason, "message": message}


def new_set_seen(ctx: Context, deployment: Obj, new: Obj, *, made: bool) -> Obj:
    """Note that the new ReplicaSet was made or found again; the Deployment as stored afterwards."""
    if not _deadline(deployment):
        return deployment
    reason, verb = ("NewReplicaSetCreated", "Created new") if made else ("FoundNewReplicaSet", "Found new")
    now = _progressing("True", reason, f'{verb} replica set "{name(new)}"')
    before = status(deployment)
    conditions = _put(before.get("conditions") or [], now, ctx.now)
    return ctx.access.set_status(DEPLOYMENTS, deployment, {**before, "conditions": conditions})


def _deadline(deployment: Obj) -> float | None:
    seconds = spec(deployment).get("progressDeadlineSeconds", 600)
    return None if seconds >= _NEVER else float(seconds)


def _counters(deployment: Obj, sets: list[Obj], new: Obj | None) -> Obj:
    def total(field: str) -> int:
        return sum(status(entry).get(field, 0) for entry in sets)

    wished = sum(spec(entry).get("replicas", 0) for entry in sets)
    available = total("availableReplicas")
    numbers = {
        "observedGeneration": meta(deployment).get("generation", 1),
        "replicas": total("replicas"),
        "updatedReplicas": status(new).get("replicas", 0) if new else 0,
        "readyReplicas": total("readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(0, wished - available),
        "terminatingReplicas": total("terminatingReplicas"),
    }
    return counts(numbers, keep=("terminatingReplicas",))


def refresh(ctx: Context, deployment: Obj, sets: list[Obj], new: Obj | None, budget: Budget) -> None:
    """Write the Deployment's status if it changed."""
    before = status(deployment)
    counters = _counters(deployment, sets, new)
    wanted = spec(deployment).get("replicas", 1)
    if counters.get("availableReplicas", 0) >= wanted - budget.unavailable:
        fits = ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    else:
        fits = ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    available: Obj = {"type": "Available", "status": fits[0], "reason": fits[1], "message": fits[2]}
    conditions = _settled(copy.deepcopy(before.get("conditions") or []), available, ctx.now)
    if spec(deployment).get("paused"):
        conditions = _settled(
            conditions, _progressing("Unknown", "DeploymentPaused", "Deployment is paused"), ctx.now
        )
    elif new is not None:
        conditions = _resumed(conditions, ctx.now)
        conditions = _progress(ctx, deployment, counters, conditions, new)
    conditions = _failures(conditions, sets, new, ctx.now)
    ctx.access.set_status(DEPLOYMENTS, deployment, {**counters, "conditions": conditions})


def _resumed(conditions: list[Obj], now: float) -> list[Obj]:
    current = next((c for c in conditions if c["type"] == "Progressing"), None)
    if current is None or current["reason"] != "DeploymentPaused":
        return conditions
    return _put(conditions, _progressing("Unknown", "DeploymentResumed", "Deployment is resumed"), now)


def _progress(ctx: Context, deployment: Obj, counters: Obj, conditions: list[Obj], new: Obj) -> list[Obj]:
    limit = _deadline(deployment)
    current = next((c for c in conditions if c["type"] == "Progressing"), None)
    wanted = spec(deployment).get("replicas", 1)
    replicas, updated = counters.get("replicas", 0), counters.get("updatedReplicas", 0)
    known = current is not None and current["reason"] == "NewReplicaSetAvailable"
    if limit is None or (known and replicas == updated):
        return conditions
    quoted = f'ReplicaSet "{name(new)}"'
    if updated == wanted == replicas == counters.get("availableReplicas", 0):
        done = _progressing("True", "NewReplicaSetAvailable", f"{quoted} has successfully progressed.")
        return _settled(conditions, done, ctx.now)
    if _moved(counters, status(deployment)):
        moving = _progressing("True", "ReplicaSetUpdated", f"{quoted} is progressing.")
        ctx.wait(limit)
        return _put(conditions, moving, ctx.now)
    if current is not None and _late(ctx, current, limit):
        late = _progressing("False", "ProgressDeadlineExceeded", f"{quoted} has timed out progressing.")
        return _settled(conditions, late, ctx.now)
    return conditions


def _moved(now: Obj, before: Obj) -> bool:
    def value(of: Obj, field: str) -> int:
        return int(of.get(field, 0))

    old_now = value(now, "replicas") - value(now, "updatedReplicas")
    old_before = value(before, "replicas") - value(before, "updatedReplicas")
    return old_now < old_before or any(
        value(now, field) > value(before, field)
        for field in ("updatedReplicas", "readyReplicas", "availableReplicas")
    )


def _late(ctx: Context, current: Obj, limit: float) -> bool:
    if current["reason"] == "NewReplicaSetAvailable":
        return False
    if current["reason"] == "ProgressDeadlineExceeded":
        return True
    # whole seconds are stored, so a second passes before the deadline has surely been reached
    return ctx.due(epoch(current["lastUpdateTime"]) + (limit + 1) / ctx.speed)


def _failures(conditions: list[Obj], sets: list[Obj], new: Obj | None, now: float) -> list[Obj]:
    failing = [new] if new is not None else []
    failing += [entry for entry in sets if entry not in failing]
    for entry in failing:
        found = condition(entry, "ReplicaFailure")
        if found is not None and found["status"] == "True":
            return _settled(conditions, {k: found[k] for k in ("type", "status", "reason", "message")}, now)
    return [c for c in conditions if c["type"] != "ReplicaFailure"]
