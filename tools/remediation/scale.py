"""Set the number of pods of a Deployment or StatefulSet, through the scale subresource."""

from __future__ import annotations

from typing import Any

from tools.approved import Approved
from tools.cluster.connection import AGENT
from tools.cluster.objects import meta, spec
from tools.errors import GiveUp
from tools.plan import Action, Applied, Blast, Draft, Effect, FieldChange, Observation, Ownership
from tools.remediation.arguments import ScaleArgs
from tools.remediation.concerns import percent, room_for
from tools.remediation.drafting import check, resolved
from tools.remediation.measure import measure
from tools.remediation.ownership import scaler_of
from tools.remediation.reverting import held, owner
from tools.remediation.workload import Subject, shown, subject, subject_of
from tools.remediation.writing import MERGE, apply, checked, dry_run, patch, reread, restore, reverted, watch
from tools.spec import Call, Risk

HOLD_S = 5.0


async def plan(call: Call, args: ScaleArgs) -> Draft:
    found = await subject(call, args, ("deployments", "statefulsets"))
    before, after = found.replicas, args.replicas
    if before == after:
        raise GiveUp(f"{found.name} already has {after} replicas: nothing to change", f"k8s:{found.api.name}")
    scaler = scaler_of(found.item, found.kind.kind, found.autoscalers)
    managed = scaler or await owner(found.api, found.item)
    draft = Draft(
        action="scale",
        args=resolved(found, args),
        target=found.target,
        title=f"Scale {found.name} from {before} to {after} pods",
        shown=shown(found.item),
        changes=(FieldChange(path="spec.replicas", before=str(before), after=str(after)),),
        dry_run="",
        blast=blast(before, after),
        reversible=True,
        undo=f"scale back to {before} pods",
        rollback={"replicas": before},
        write=patch(f"{found.path}/scale", MERGE, {"spec": {"replicas": after}}),
        check=check(
            call,
            found,
            f"{after} pods exist and all are available",
            hold_s=_hold(managed, after),
            replicas=after,
        ),
        before=await measure(call, found),
        ownership=managed,
        warnings=(*_warnings(before, after, managed), *found.unseen, *await room_for(found, after - before)),
        risk=risk(before, after),
    )
    return await checked(call, draft, found.version)


def _hold(managed: Ownership, after: int) -> float:
    """An autoscaler rests while there are no pods."""
    return HOLD_S if managed.manager == "hpa" and after == 0 else held(HOLD_S, managed)


def blast(before: int, after: int) -> Blast:
    moved = abs(after - before)
    words = f"{moved} pods are added" if after > before else f"{moved} of {before} pods are stopped"
    return Blast(
        objects=1,
        pods=moved,
        percent=min(100, percent(moved, before)) if after < before else 0,
        summary=words,
    )


def risk(before: int, after: int) -> Risk:
    """Taking everything away is high; halving or more than doubling is medium."""
    if after == 0:
        return Risk.HIGH
    return Risk.MEDIUM if after * 2 <= before or after > before * 2 else Risk.LOW


def _warnings(before: int, after: int, owner: Ownership) -> list[str]:
    said = []
    if after == 0:
        said.append("with 0 pods the service is off")
    if owner.manager == "hpa":
        effect_words = (
            "it is switched off while there are 0 pods" if after == 0 else "it will undo this change"
        )
        said.append(f"{owner.detail}: {effect_words}; {owner.lasting_route}")
    elif owner.reverts:
        said.append(f"{owner.detail}: {owner.lasting_route}")
    if after > max(10, before * 3):
        said.append(f"that is {after - before} more pods at once")
    return said


def undone(draft: Draft) -> Draft:
    """Pods that were added are stopped again: judged as if somebody asked for that number."""
    now, back = int(draft.check.params["replicas"]), int((draft.rollback or {})["replicas"])
    return draft.model_copy(
        update={
            "blast": blast(now, back),
            "risk": risk(now, back),
            "warnings": (*draft.warnings, *_warnings(now, back, draft.ownership)),
        }
    )


def _replicas(found: Subject) -> int:
    return int(spec(found.item).get("replicas", 1))


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    """The scale subresource carries no mark: the number, and who wrote it last, must tell."""
    del plan_id
    found = await subject_of(call, draft)
    if meta(found.item)["uid"] != draft.target.uid:
        return Effect.CANNOT_TELL
    if int(meta(found.item).get("generation") or 0) == draft.target.generation:
        return Effect.NONE
    ours = any(
        e.get("manager") == AGENT and _holds_replicas(e) for e in meta(found.item).get("managedFields") or []
    )
    return Effect.DONE if ours and _replicas(found) == draft.check.params["replicas"] else Effect.CANNOT_TELL


def _holds_replicas(entry: dict[str, Any]) -> bool:
    return "f:replicas" in ((entry.get("fieldsV1") or {}).get("f:spec") or {})


async def observe(call: Call, draft: Draft) -> Observation:
    wanted = int(draft.check.params["replicas"])
    return await watch(
        call,
        draft,
        lambda found: "" if _replicas(found) == wanted else reverted(found, draft, "the number of pods"),
    )


async def roll_back(call: Call, approved: Approved) -> Applied:
    draft = approved.draft
    before = int((draft.rollback or {})["replicas"])
    known = {before, int(draft.check.params["replicas"])}
    body = {"spec": {"replicas": before}}
    return await restore(
        call,
        approved,
        lambda found: patch(f"{found.path}/scale", MERGE, body),
        lambda found: _replicas(found) in known,
    )


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    before = int((draft.rollback or {})["replicas"])
    return await watch(
        call, draft, lambda found: "" if _replicas(found) == before else "the number of pods was not put back"
    )


SCALE = Action(
    name="scale",
    summary="Set the number of pods of a Deployment or StatefulSet.",
    args=ScaleArgs,
    risk=Risk.LOW,
    reversible=True,
    reads=("workload", "pods", "horizontalpodautoscalers", "resourcequotas"),
    writes=("workload/scale: spec.replicas",),
    verified="that many pods exist and all are available",
    needs_kubernetes=(
        "get deployments.apps,statefulsets.apps",
        "patch deployments.apps/scale,statefulsets.apps/scale",
    ),
    needs_oci=(),
    examples=("scale checkout to 8", "set cart to 3 replicas", "scale payments down to 2"),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_rollback,
    undone=undone,
)
