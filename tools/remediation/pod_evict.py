"""Evict one pod: a delete that its disruption budgets allow. Its controller makes a new one."""

from __future__ import annotations

from tools.approved import Approved
from tools.errors import GiveUp, TryLater
from tools.plan import Action, Applied, Draft
from tools.remediation import deleting, evicting, pod_delete
from tools.remediation.arguments import PodArgs
from tools.remediation.replacement import observe
from tools.services.where import find, need_namespace
from tools.spec import Call, Risk


async def plan(call: Call, args: PodArgs) -> Draft:
    """As a delete of it, except that budgets are asked. Raises GiveUp naming the budget that holds it."""
    draft = await pod_delete.plan(call, args)
    place = await find(call, args)
    found = await pod_delete.read(place.api, need_namespace(place), args.name)
    write = evicting.eviction(found.pod)
    words = draft.model_copy(
        update={
            "action": "pod_evict",
            "title": f"Evict pod {args.name}",
            "write": write,
            "warnings": tuple(text for text in draft.warnings if "passes it over" not in text),
        }
    )
    return words.model_copy(update={"dry_run": await allowed(call, words)})


async def allowed(call: Call, draft: Draft) -> str:
    """What the server says to it. A budget's no is an answer, not a failure."""
    try:
        return await deleting.try_out(call, draft, [draft.write])
    except TryLater as error:
        if "disruption budget" not in error.reason:
            raise
        raise GiveUp(f"{error.reason}: it would be refused now", error.source) from error


async def dry_run(call: Call, draft: Draft, precondition: str) -> str:
    del precondition  # the uid stands in the write
    return await allowed(call, draft)


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    del precondition
    return await evicting.send(call, approved, [approved.draft.write])


POD_EVICT = Action(
    name="pod_evict",
    summary="Evict one pod, if its disruption budgets allow it; its controller makes a new one.",
    args=PodArgs,
    risk=Risk.LOW,
    reversible=False,
    reads=("pod", "its controller", "pods", "poddisruptionbudgets"),
    writes=("pod: evicted, by uid",),
    verified="the pod is gone and its controller's new one is ready",
    needs_kubernetes=("get,list,delete pods", "create pods/eviction", "get replicasets.apps,statefulsets.apps,daemonsets.apps,jobs.batch", "list poddisruptionbudgets.policy"),
    needs_oci=(),
    examples=("evict pod checkout-7d9f-x2x1", "evict the pod cart-0 in shop"),
    says=("evict [the] [pod] {name}", "evict pod/{name}", "evict [the] {name} pod"),
    plan=plan,
    reread=pod_delete.reread,
    dry_run=dry_run,
    apply=apply,
    effect=pod_delete.effect,
    observe=observe,
    roll_back=pod_delete.roll_back,
    observe_rollback=pod_delete.observe_rollback,
)  # fmt: skip
