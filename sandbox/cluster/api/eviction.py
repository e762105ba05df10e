"""Evictions: a delete that a disruption budget may refuse."""

from typing import TYPE_CHECKING, Any

from sandbox.cluster import errors
from sandbox.cluster.api.call import Answer, Call
from sandbox.cluster.api.objects import Objects
from sandbox.cluster.api.paths import Target
from sandbox.cluster.lifecycle import DeleteOptions
from sandbox.cluster.metadata import Obj, copied, name_of
from sandbox.cluster.resources import Resource
from sandbox.cluster.selectors import matches

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

EVICTION = Resource("policy", "v1", "evictions", "Eviction", namespaced=True)
BUDGETS = "policy/v1/poddisruptionbudgets"
NO_MORE = "Cannot evict pod as it would violate the pod's disruption budget."


def evict(store: "Store", objects: Objects, kind: Resource, goal: Target, call: Call) -> Answer:
    body = call.json()
    named = (body.get("metadata") or {}).get("name", goal.name)
    if named != goal.name:
        raise errors.bad_request("name in URL does not match name in Eviction object")
    pod = objects.find(kind, goal)
    options = _options(body, call)
    _preconditions(kind, pod, options)
    budget = _budget(store, pod)
    if budget is not None and not _free(pod):
        _spend(store, budget, pod, dry_run=options.dry_run)
    if not options.dry_run:
        store.erase(kind.key, goal.namespace, goal.name, options)
    return Answer(
        {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}, 201
    )


def _options(body: dict[str, Any], call: Call) -> DeleteOptions:
    given = body.get("deleteOptions") or {}
    wanted = given.get("preconditions") or {}
    return DeleteOptions(
        grace_seconds=given.get("gracePeriodSeconds"),
        uid=wanted.get("uid"),
        version=wanted.get("resourceVersion"),
        dry_run=call.dry_run or given.get("dryRun") == ["All"],
    )


def _preconditions(kind: Resource, pod: Obj, options: DeleteOptions) -> None:
    """A wrong uid is told before any budget is asked."""
    have = pod["metadata"]["uid"]
    if options.uid and options.uid != have:
        why = (
            f"the UID in the precondition ({options.uid}) does not match the UID in record ({have}). "
            "The object might have been deleted and then recreated"
        )
        raise errors.conflict(kind, name_of(pod), why, uid=options.uid)


def _budget(store: "Store", pod: Obj) -> Obj | None:
    labels = pod["metadata"].get("labels") or {}
    found = [
        kept.obj
        for kept in store.view(BUDGETS, pod["metadata"]["namespace"])
        if matches(kept.obj["spec"].get("selector"), labels)
    ]
    if len(found) > 1:
        text = (
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        )
        raise errors.ApiError(500, "", text)
    return found[0] if found else None


def _free(pod: Obj) -> bool:
    """Pods that are finished, not running yet or going anyway cost nothing."""
    status = pod.get("status") or {}
    return status.get("phase") in ("Succeeded", "Failed", "Pending") or bool(
        pod["metadata"].get("deletionTimestamp")
    )


def _ready(pod: Obj) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)


def _spend(store: "Store", budget: Obj, pod: Obj, *, dry_run: bool) -> None:
    """Takes one disruption from the budget, or raises 429."""
    status = budget.get("status") or {}
    if not _ready(pod):
        policy = budget["spec"].get("unhealthyPodEvictionPolicy", "IfHealthyBudget")
        healthy = status.get("currentHealthy", 0) >= status.get("desiredHealthy", 0) > 0
        if policy == "AlwaysAllow" or healthy:
            return
    if status.get("observedGeneration", 0) < budget["metadata"].get("generation", 1):
        raise _too_many(budget, "The disruption budget {} is still being processed by the server.", retry=10)
    if status.get("disruptionsAllowed", 0) <= 0:
        wanted, have = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
        raise _too_many(
            budget, f"The disruption budget {{}} needs {wanted} healthy pods and has {have} currently"
        )
    if not dry_run:
        new = copied(status)
        new["disruptionsAllowed"] -= 1
        new["disruptedPods"] = {**(new.get("disruptedPods") or {}), name_of(pod): _stamp(store)}
        store.patch_status(
            BUDGETS, budget["metadata"]["namespace"], name_of(budget), new, manager="kube-apiserver"
        )


def _stamp(store: "Store") -> str:
    from sandbox.cluster.metadata import stamp

    return stamp(store.clock.now())


def _too_many(budget: Obj, text: str, retry: int = 0) -> errors.ApiError:
    causes = [{"reason": "DisruptionBudget", "message": text.format(name_of(budget))}]
    details: dict[str, Any] = {"causes": causes}
    headers = {"Retry-After": str(retry)} if retry else {}
    if retry:
        details["retryAfterSeconds"] = retry
    return errors.ApiError(429, "TooManyRequests", NO_MORE, details, headers=headers)
