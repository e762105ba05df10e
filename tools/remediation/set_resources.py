"""Set requests and limits of one container; the pods are replaced by ones with the new values."""

from __future__ import annotations

from typing import Any

from tools.approved import Approved
from tools.cluster.objects import containers, template
from tools.cluster.quantity import amount
from tools.cluster.templates import differences
from tools.errors import GiveUp
from tools.plan import Action, Applied, Draft, FieldChange, Observation
from tools.remediation.arguments import ResourcesArgs
from tools.remediation.concerns import general, memory_use, replaced
from tools.remediation.containers import which
from tools.remediation.drafting import check, kept_template, resolved
from tools.remediation.measure import measure
from tools.remediation.reverting import held, owner, reverting
from tools.remediation.workload import Subject, shown, subject
from tools.remediation.writing import (
    STRATEGIC,
    apply_marked,
    checked,
    dry_run,
    effect_marked,
    observe_template_back,
    patch,
    reread,
    restore_template,
    reverted,
    watch,
)
from tools.spec import Call, Json, Risk

HOLD_S = 6.0  # a pod that is killed for memory is ready for a moment first
FIELDS = (
    ("cpu_request", "requests", "cpu"),
    ("cpu_limit", "limits", "cpu"),
    ("memory_request", "requests", "memory"),
    ("memory_limit", "limits", "memory"),
)


async def plan(call: Call, args: ResourcesArgs) -> Draft:
    found = await subject(call, args)
    container = which(found, args.container)
    wanted = fitted(container, asked(args))
    changes = diff(container, wanted)
    if not changes:
        raise GiveUp(
            f"container {container['name']} of {found.name} already has these values: nothing to change"
        )
    consistent(container, wanted)
    body = {
        "spec": {"template": {"spec": {"containers": [{"name": container["name"], "resources": wanted}]}}}
    }
    managed = await owner(found.api, found.item)
    draft = Draft(
        action="set_resources",
        args=resolved(found, args, container=container["name"]),
        target=found.target,
        title=f"Set {', '.join(words(c) for c in changes)} of {found.name}",
        shown=shown(found.item),
        changes=changes,
        dry_run="",
        blast=replaced(found),
        reversible=True,
        undo="put the previous template back",
        rollback=kept_template(found),
        write=patch(found.path, STRATEGIC, body),
        check=check(call, found, "the new pods run with these values, stay available and are not killed", hold_s=held(HOLD_S, managed), container=container["name"], resources=wanted),
        before=await measure(call, found),
        ownership=managed,
        warnings=(*await memory_use(call, found, container["name"], args.memory_limit), *general(found), *reverting(managed)),
        risk=Risk.MEDIUM,
    )  # fmt: skip
    return await checked(call, draft, found.version)


def words(change: FieldChange) -> str:
    """`memory limit 64Mi`."""
    group, resource = change.path.split(".")[-2:]
    return f"{resource} {group.removesuffix('s')} {change.after}"


def asked(args: ResourcesArgs) -> Json:
    """`{"limits": {"memory": "64Mi"}}` from the arguments."""
    wanted: Json = {}
    for field, group, resource in FIELDS:
        value = getattr(args, field)
        if value is not None:
            wanted.setdefault(group, {})[resource] = value
    return wanted


def fitted(container: Json, wanted: Json) -> Json:
    """A limit below a request that nobody spoke of takes the request with it; the card shows both."""
    requests = (container.get("resources") or {}).get("requests") or {}
    said, limits = wanted.get("requests") or {}, wanted.get("limits") or {}
    lowered = {
        resource: limit
        for resource, limit in limits.items()
        if resource not in said and resource in requests and amount(requests[resource]) > amount(limit)
    }
    return {**wanted, "requests": {**said, **lowered}} if lowered else wanted


def diff(container: Json, wanted: Json) -> tuple[FieldChange, ...]:
    """Values that really change; `1` and `1000m` are the same."""
    now = container.get("resources") or {}
    found = []
    for group, values in wanted.items():
        for resource, value in values.items():
            before = (now.get(group) or {}).get(resource)
            if before is None or amount(before) != amount(value):
                path = f"containers[{container['name']}].resources.{group}.{resource}"
                found.append(FieldChange(path=path, before=str(before or "(unset)"), after=value))
    return tuple(found)


def consistent(container: Json, wanted: Json) -> None:
    """Requests must not be above limits, those that stay included."""
    now = container.get("resources") or {}
    for resource in ("cpu", "memory"):
        request, limit = (
            (wanted.get(group) or {}).get(resource) or (now.get(group) or {}).get(resource)
            for group in ("requests", "limits")
        )
        if request and limit and amount(request) > amount(limit):
            raise GiveUp(f"the {resource} request {request} would be above the limit {limit}: set both")


def _holds(found: Subject, params: dict[str, Any]) -> bool:
    container = next((c for c in containers(template(found.item)) if c["name"] == params["container"]), {})
    return bool(container) and not diff(container, params["resources"])


async def observe(call: Call, draft: Draft) -> Observation:
    def wrong(found: Subject) -> str:
        return (
            "" if _holds(found, draft.check.params) else reverted(found, draft, "the container's resources")
        )

    return await watch(call, draft, wrong)


async def roll_back(call: Call, approved: Approved) -> Applied:
    draft = approved.draft
    back = (draft.rollback or {})["template"]
    place = f"spec.containers[{draft.check.params['container']}].resources."

    def ours(found: Subject) -> bool:
        only = all(c.path.startswith(place) for c in differences(template(found.item), back))
        return only and _holds(found, draft.check.params)

    return await restore_template(call, approved, ours)


SET_RESOURCES = Action(
    name="set_resources",
    summary="Set cpu and memory requests and limits of a container.",
    args=ResourcesArgs,
    risk=Risk.MEDIUM,
    reversible=True,
    reads=("workload", "replicasets", "pods", "metrics.k8s.io pods"),
    writes=("workload: spec.template.spec.containers[].resources",),
    verified="all pods have the new values and are available; one that is killed for memory fails it",
    needs_kubernetes=(
        "get,patch deployments.apps,statefulsets.apps,daemonsets.apps",
        "list pods,pods.metrics.k8s.io",
    ),
    needs_oci=(),
    examples=(
        "set checkout memory to 64Mi",
        "give cart a cpu limit of 500m",
        "raise the memory limit of payments to 1Gi",
    ),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply_marked,
    effect=effect_marked,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_template_back,
)
