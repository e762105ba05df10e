"""PodDisruptionBudgets: how many of the pods may be away."""

import math
from typing import Final

from sandbox.cluster.selectors import matches
from sandbox.world.context import Context
from sandbox.world.objects import (
    Obj,
    labels,
    meta,
    namespace,
    pod_active,
    pod_ready,
    spec,
    status,
    with_condition,
)

BUDGETS: Final = "policy/v1/poddisruptionbudgets"
PODS: Final = "v1/pods"


def reconcile(ctx: Context) -> None:
    for budget in ctx.access.list(BUDGETS):
        pods = [
            pod
            for pod in ctx.access.list(PODS, namespace(budget))
            if pod_active(pod) and matches(spec(budget).get("selector"), labels(pod))
        ]
        _report(ctx, budget, pods)


def _share(value: int | str, total: int) -> int:
    if isinstance(value, str) and value.endswith("%"):
        return math.ceil(int(value[:-1]) * total / 100)
    return int(value)


def _report(ctx: Context, budget: Obj, pods: list[Obj]) -> None:
    total = len(pods)
    healthy = sum(1 for pod in pods if pod_ready(pod))
    if spec(budget).get("maxUnavailable") is not None:
        needed = max(0, total - _share(spec(budget)["maxUnavailable"], total))
    else:
        needed = _share(spec(budget).get("minAvailable", 1), total)
    allowed = max(0, healthy - needed) if total else 0
    generation = meta(budget).get("generation", 1)
    new = {
        "type": "DisruptionAllowed",
        "status": "True" if allowed else "False",
        "observedGeneration": generation,
        "reason": "SufficientPods" if allowed else "InsufficientPods",
        "message": "",
    }
    body = {
        "observedGeneration": generation,
        "disruptionsAllowed": allowed,
        "currentHealthy": healthy,
        "desiredHealthy": needed,
        "expectedPods": total,
        "conditions": with_condition(status(budget).get("conditions") or [], new, ctx.now, updates=False),
    }
    ctx.access.set_status(BUDGETS, budget, body)
