"""Set between how many pods a HorizontalPodAutoscaler may choose."""

from __future__ import annotations

from typing import Final

from tools.approved import Approved
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import condition, count, name, spec, stamp
from tools.errors import AskBack, GiveUp
from tools.plan import (
    Action,
    Applied,
    Blast,
    Check,
    Draft,
    Effect,
    FieldChange,
    Observation,
    Observed,
    Reread,
)
from tools.remediation import single
from tools.remediation.arguments import BoundsArgs
from tools.remediation.concerns import percent, room_for
from tools.remediation.reverting import held, owner, reverting
from tools.remediation.single import Single
from tools.remediation.workload import Subject, workload_at
from tools.remediation.writing import MERGE, apply_marked, checked, dry_run, patch
from tools.services.where import find, need_namespace, workload_of
from tools.spec import Call, Json, Risk

HPA: Final = BY_PLURAL["horizontalpodautoscalers"]
SCALED: Final = {kind.kind: kind for kind in (BY_PLURAL["deployments"], BY_PLURAL["statefulsets"])}
HOLD_S = 20.0  # an autoscaler looks every 15 s


async def plan(call: Call, args: BoundsArgs) -> Draft:
    found = await chosen(call, args)
    low, high = bounds(found.item)
    wanted = (args.min_replicas or low, args.max_replicas or high)
    _sensible(found, (low, high), wanted)
    scaled = await scaled_by(call, found)
    moved = max(0, wanted[0] - scaled.replicas) - max(0, scaled.replicas - wanted[1])
    managed = await owner(found.api, found.item)
    given = args.model_dump(exclude_none=True, exclude={"service", "cluster", "namespace", "kind", "name"})
    draft = Draft(
        action="hpa_bounds",
        args={"cluster": found.api.name, "namespace": found.namespace, "name": found.name, **given},
        target=found.target,
        title=f"Let {found.name} choose between {wanted[0]} and {wanted[1]} pods",
        shown=shown(found.item),
        changes=_changes((low, high), wanted),
        dry_run="",
        blast=_blast(moved, scaled),
        reversible=True,
        undo=f"set the bounds back to {low} and {high}",
        rollback={"minReplicas": low, "maxReplicas": high},
        write=patch(found.path, MERGE, _body(*wanted)),
        check=Check(
            criterion=f"the bounds are {wanted[0]} and {wanted[1]}, the number of pods lies between them and {wanted[0]} serve",
            deadline_s=min(600.0, 90.0 + 10.0 * abs(moved)),
            hold_s=held(HOLD_S, managed),
            params={"since": stamp(call.now), "mark": found.mark, "min": wanted[0], "max": wanted[1]},
        ),
        before=facts(found, scaled),
        ownership=managed,
        warnings=(*_warnings(found, scaled, wanted), *scaled.unseen, *await room_for(scaled, moved), *reverting(managed)),
        risk=risk(moved, scaled.replicas),
    )  # fmt: skip
    return await checked(call, draft, found.version)


async def chosen(call: Call, args: BoundsArgs) -> Single:
    """The autoscaler of that name, or the one that scales the workload of that name."""
    place = await find(call, args)
    namespace = need_namespace(place)
    wanted = args.name or workload_of(place, args.kind, None)[1]
    known = await place.api.listing(HPA, namespace)
    fitting = [h for h in known if name(h) == wanted] or [h for h in known if _scales(h, args.kind, wanted)]
    if len(fitting) > 1:
        raise AskBack(f"Several autoscalers scale {wanted}. Which one?", tuple(name(h) for h in fitting))
    if not fitting:
        raise GiveUp(
            f"no HorizontalPodAutoscaler in {namespace} is called {wanted} or scales it", not_found=True
        )
    return await single.single(place.api, HPA, namespace, name(fitting[0]))


def _scales(hpa: Json, kind: str, workload: str) -> bool:
    at = spec(hpa).get("scaleTargetRef") or {}
    return (str(at.get("kind")).lower(), at.get("name")) == (kind, workload)


async def scaled_by(call: Call, found: Single) -> Subject:
    """Raises GiveUp for a kind that only its own operator knows."""
    at = spec(found.item).get("scaleTargetRef") or {}
    kind = SCALED.get(str(at.get("kind")))
    if kind is None:
        raise GiveUp(f"{found.name} scales a {at.get('kind')}: what that makes of it cannot be judged here")
    return await workload_at(call, found.api, kind, found.namespace, str(at.get("name")))


def bounds(hpa: Json) -> tuple[int, int]:
    return int(spec(hpa).get("minReplicas") or 1), int(spec(hpa)["maxReplicas"])


def shown(hpa: Json) -> dict[str, str]:
    low, high = bounds(hpa)
    at = spec(hpa).get("scaleTargetRef") or {}
    return {
        "spec.minReplicas": str(low),
        "spec.maxReplicas": str(high),
        "spec.scaleTargetRef": f"{at.get('kind')} {at.get('name')}",
    }


def _sensible(found: Single, now: tuple[int, int], wanted: tuple[int, int]) -> None:
    if wanted == now:
        raise GiveUp(f"{found.name} already chooses between {now[0]} and {now[1]} pods: nothing to change")
    if wanted[0] > wanted[1]:
        raise GiveUp(f"the minimum {wanted[0]} would be above the maximum {wanted[1]}: set both")


def _changes(now: tuple[int, int], wanted: tuple[int, int]) -> tuple[FieldChange, ...]:
    fields = zip(("spec.minReplicas", "spec.maxReplicas"), now, wanted, strict=True)
    return tuple(FieldChange(path=path, before=str(b), after=str(a)) for path, b, a in fields if a != b)


def _body(low: int, high: int) -> Json:
    return {"spec": {"minReplicas": low, "maxReplicas": high}}


def _blast(moved: int, scaled: Subject) -> Blast:
    words = "no pod is started or stopped now"
    if moved:
        words = f"{abs(moved)} pods are {'started' if moved > 0 else 'stopped'} at once"
    share = percent(-moved, scaled.replicas) if moved < 0 else 0
    return Blast(objects=1, pods=abs(moved), percent=min(100, share), summary=words)


def risk(moved: int, replicas: int) -> Risk:
    """Halving or more than doubling what runs is medium, as it is when scaled by hand."""
    after = replicas + moved
    return Risk.MEDIUM if moved and (after * 2 <= replicas or after > replicas * 2) else Risk.LOW


def _warnings(found: Single, scaled: Subject, wanted: tuple[int, int]) -> list[str]:
    said = []
    wish = count(found.item, "desiredReplicas")
    if scaled.replicas > wanted[1]:
        said.append(f"the maximum is below the {scaled.replicas} pods that run now")
    if wish >= wanted[1] > 0:
        said.append(f"it wants {wish} pods now: at {wanted[1]} it can go no further")
    active = condition(found.item, "ScalingActive")
    if active.get("status") == "False":
        said.append(f"it does not scale at the moment: {active.get('reason')}")
    return said


def facts(found: Single, scaled: Subject) -> dict[str, str]:
    low, high = bounds(found.item)
    ready = count(scaled.item, "readyReplicas")
    return {
        "bounds": f"{low} to {high}",
        "pods ready": f"{ready}/{scaled.replicas}",
        "pods wanted": str(count(found.item, "desiredReplicas") or "unknown"),
    }


async def observe(call: Call, draft: Draft) -> Observation:
    params = draft.check.params
    wanted = (int(params["min"]), int(params["max"]))
    return await _watch(call, draft, wanted, lambda f: single.reverted(f, draft, "the autoscaler's bounds"))


async def _watch(call: Call, draft: Draft, wanted: tuple[int, int], wrong: single.Wrong) -> Observation:
    async def judge(found: Single) -> Observation:
        scaled = await scaled_by(call, found)
        numbers = facts(found, scaled)
        if bounds(found.item) != wanted:
            return Observation(Observed.FAILED, wrong(found), numbers)
        serving = count(scaled.item, "availableReplicas") or count(scaled.item, "readyReplicas")
        within = scaled.replicas == 0 or wanted[0] <= scaled.replicas <= wanted[1]
        enough = serving >= min(wanted[0], scaled.replicas)
        progress = f"{scaled.replicas} pods wanted, {serving} serve"
        return Observation(Observed.HOLDS if within and enough else Observed.NOT_YET, progress, numbers)

    return await single.look(call, draft, judge)


async def roll_back(call: Call, approved: Approved) -> Applied:
    draft = approved.draft
    low, high = _kept(draft)
    known = {(low, high), (int(draft.check.params["min"]), int(draft.check.params["max"]))}
    write = patch(draft.write["path"], MERGE, _body(low, high))
    return await single.put_back(call, approved, write, lambda found: bounds(found.item) in known)


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    return await _watch(call, draft, _kept(draft), lambda _: "the bounds were not put back")


def _kept(draft: Draft) -> tuple[int, int]:
    kept = draft.rollback or {}
    return int(kept["minReplicas"]), int(kept["maxReplicas"])


async def reread(call: Call, draft: Draft) -> Reread:
    return await single.reread(call, draft, shown)


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    return await single.effect(call, draft, plan_id, shown)


HPA_BOUNDS = Action(
    name="hpa_bounds",
    summary="Set the least and most pods that an autoscaler may choose.",
    args=BoundsArgs,
    risk=Risk.LOW,
    reversible=True,
    reads=("horizontalpodautoscaler", "workload", "pods", "resourcequotas", "GitOps objects that own it"),
    writes=("horizontalpodautoscaler: spec.minReplicas, spec.maxReplicas",),
    verified="the bounds are those, the number of pods lies between them and the least of them serve",
    needs_kubernetes=(
        "get,list,patch horizontalpodautoscalers.autoscaling",
        "get deployments.apps,statefulsets.apps",
    ),
    needs_oci=(),
    examples=(
        "let the autoscaler of checkout go up to 12",
        "set hpa checkout to min 4 max 10",
        "raise the minimum of the autoscaler of payments to 3",
        "let frontend have between 3 and 8 pods",
    ),
    says=(
        "(set|change) [the] (hpa|autoscaler) [of] {workload} to (min|minimum) {min_replicas} [and] (max|maximum) {max_replicas}",
        "let [the] (autoscaler|hpa) of {workload} (go|go up|scale|scale up) to {max_replicas} [replicas|pods]",
        "let [the] (autoscaler|hpa) of {workload} (go down|scale down) to {min_replicas} [replicas|pods]",
        "set [the] (autoscaler|hpa|autoscaling|horizontal pod autoscaler) of {workload} between {min_replicas} and {max_replicas}",
        "set [the] (autoscaler|hpa|autoscaling|horizontal pod autoscaler) of {workload} to [min|minimum] {min_replicas} (-|to|and|..) [max|maximum] {max_replicas}",
        "(set|change|let) [the] {workload} (autoscaler|hpa) [to|scale] between {min_replicas} and {max_replicas}",
        "let [the] [autoscaler|hpa] [of] {workload} (autoscale|scale|have|run|choose) [between] {min_replicas} (and|to) {max_replicas} [replicas|pods]",
        "(set|raise|lower|increase|reduce|change) [the] (max|maximum|upper bound) of [the] {workload} (autoscaler|hpa) to {max_replicas}",
        "(set|raise|lower|increase|reduce|change) [the] (min|minimum|lower bound) of [the] {workload} (autoscaler|hpa) to {min_replicas}",
        "autoscale {workload} between {min_replicas} and {max_replicas} [replicas|pods]",
        "(set|raise|lower|change) [the] (max|maximum|upper bound) [replicas|pods] of [the] [autoscaler|hpa] [of] {workload} to {max_replicas}",
        "(set|raise|lower|change) [the] (min|minimum|lower bound) [replicas|pods] of [the] [autoscaler|hpa] [of] {workload} to {min_replicas}",
        "(set|raise|lower|change) [the] (autoscaler|hpa) (max|maximum) of {workload} to {max_replicas}",
        "(set|raise|lower|change) [the] (autoscaler|hpa) (min|minimum) of {workload} to {min_replicas}",
    ),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply_marked,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_rollback,
)
