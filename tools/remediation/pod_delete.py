"""Delete one pod, so that its controller makes a new one in its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tools.approved import Approved
from tools.cluster.api import Api
from tools.cluster.kinds import BY_KIND
from tools.cluster.objects import (
    containers,
    controller,
    count,
    finished,
    meta,
    name,
    pod_ready,
    restarts,
    selects,
    spec,
    stamp,
    status,
    uid,
)
from tools.cluster.workloads import reason
from tools.errors import AskBack, GiveUp, ToolError
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
    Ownership,
    Reread,
    Target,
)
from tools.remediation import deleting
from tools.remediation.arguments import PodArgs
from tools.remediation.replacement import facts, observe
from tools.remediation.single import drift
from tools.services.where import find, need_namespace
from tools.spec import Call, Json, Risk

MAKERS: Final = ("ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController")
HOLD_S = 6.0
START_S = 120.0  # for a new pod to be scheduled, pulled and ready, beside the old one's grace


@dataclass
class Subject:
    """The pod, what made it and what else that made. `owner` is None when nothing will make it again."""

    api: Api
    pod: Json
    owner: Json | None = None
    siblings: list[Json] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    @property
    def made_again(self) -> bool:
        ref = controller(self.pod)
        return ref is not None and ref.get("kind") in MAKERS and not finished(self.pod)

    @property
    def maker(self) -> str:
        ref = controller(self.pod) or {}
        return f"{ref.get('kind')} {ref.get('name')}"


async def read(api: Api, namespace: str, pod: str) -> Subject:
    """Raises AskBack naming pods that are called nearly so."""
    found = await deleting.look_at(api, namespace, pod)
    everything = await api.listing(deleting.PODS, namespace)
    if found is None:
        near = tuple(name(p) for p in everything if name(p).startswith(pod.rsplit("-", 1)[0]))[:5]
        if near:
            raise AskBack(f"There is no pod {pod} in {namespace}. Which one?", near)
        raise GiveUp(f"there is no pod {pod} in namespace {namespace} on {api.name}", not_found=True)
    subject = Subject(api, found)
    ref = controller(found) or {}
    subject.siblings = [p for p in everything if (controller(p) or {}).get("uid") == ref.get("uid", "-")]
    kind = BY_KIND.get(str(ref.get("kind")))
    if kind is not None:
        try:
            subject.owner = await api.get(kind, namespace, str(ref["name"]))
        except ToolError as error:
            subject.unseen.append(f"its {kind.kind}: {error.reason}")
    return subject


async def plan(call: Call, args: PodArgs) -> Draft:
    place = await find(call, args)
    namespace = need_namespace(place)
    found = await read(place.api, namespace, args.name)
    pod = found.pod
    if deleting.ending(pod):
        raise GiveUp(f"pod {args.name} is ending already: nothing to delete", f"k8s:{place.api.name}")
    write = deleting.deletion(pod)
    grace = float(spec(pod).get("terminationGracePeriodSeconds") or 30)
    draft = Draft(
        action="pod_delete",
        args={"cluster": place.api.name, "namespace": namespace, "name": args.name},
        target=target_of(found),
        title=f"Delete pod {args.name}",
        shown=shown(pod),
        changes=(FieldChange(path="pod", before=f"{reason(pod)}, {restarts(pod)} restarts", after=_after(found)),),
        dry_run="",
        blast=blast(found),
        reversible=False,
        undo=f"cannot be undone; {found.maker} makes a new pod" if found.made_again else "cannot be undone",
        rollback=None,
        write=write,
        check=Check(
            criterion="the pod is gone and a new one of its controller is ready" if found.made_again else "the pod is gone",
            deadline_s=grace + START_S,
            hold_s=HOLD_S,
            params={"since": stamp(call.now), "known": sorted(uid(p) for p in found.siblings), "again": found.made_again},
        ),
        before=facts(found.siblings),
        ownership=Ownership(detail=f"made by {found.maker}") if controller(pod) else Ownership(detail="made by nobody: a bare pod"),
        warnings=tuple(await _warnings(found)),
        risk=Risk.LOW if found.made_again else Risk.MEDIUM,
    )  # fmt: skip
    return draft.model_copy(update={"dry_run": await deleting.try_out(call, draft, [write])})


def target_of(found: Subject) -> Target:
    return Target(
        provider="kubernetes",
        cluster=found.api.name,
        namespace=str(meta(found.pod)["namespace"]),
        kind="Pod",
        name=name(found.pod),
        uid=uid(found.pod),
    )


def shown(pod: Json) -> dict[str, str]:
    ref = controller(pod) or {}
    return {
        "status.phase": str(status(pod).get("phase", "")),
        "spec.nodeName": str(spec(pod).get("nodeName", "")),
        "controller": f"{ref.get('kind', 'none')} {ref.get('name', '')}".strip(),
        "images": ", ".join(f"{c['name']}={c.get('image', '')}" for c in containers(pod)),
    }


def blast(found: Subject) -> Blast:
    """A pod that serves nothing is missed by nobody."""
    serving = [p for p in found.siblings if pod_ready(p)]
    share = round(100 / len(serving)) if pod_ready(found.pod) and serving else 0
    rest = len(serving) - (1 if pod_ready(found.pod) else 0)
    return Blast(
        objects=1, pods=1, percent=share, summary=f"1 pod; {rest} others of its controller are ready"
    )


def _after(found: Subject) -> str:
    return "gone, a new pod in its place" if found.made_again else "gone for good"


async def _warnings(found: Subject) -> list[str]:
    said = list(found.unseen)
    pod = found.pod
    if not found.made_again:
        why = (
            "it has finished"
            if finished(pod)
            else f"its controller is {found.maker}"
            if controller(pod)
            else "it has no controller"
        )
        said.append(f"nothing makes this pod again ({why}): with it go its logs and what it holds")
    if any("emptyDir" in volume for volume in spec(pod).get("volumes") or []):
        said.append("what it holds in emptyDir volumes is lost")
    if meta(pod).get("finalizers"):
        said.append(f"finalizers hold it back: {', '.join(meta(pod)['finalizers'])}")
    if not [p for p in found.siblings if pod_ready(p) and uid(p) != uid(pod)] and pod_ready(pod):
        said.append("it is the only pod that serves: its service is away until the new one is ready")
    return said + await _budgets(found)


async def _budgets(found: Subject) -> list[str]:
    """A delete does not ask disruption budgets, an eviction would."""
    try:
        budgets = await found.api.listing(BY_KIND["PodDisruptionBudget"], str(meta(found.pod)["namespace"]))
    except ToolError as error:
        return [f"disruption budgets: {error.reason}"]
    mine = meta(found.pod).get("labels") or {}
    return [
        f"disruption budget {name(b)} allows no disruption now, and a delete passes it over; pod_evict respects it"
        for b in budgets
        if selects(spec(b).get("selector"), mine)
        and not count(b, "disruptionsAllowed")
        and count(b, "expectedPods")
    ]


async def reread(call: Call, draft: Draft) -> Reread:
    api = call.cluster(draft.target.cluster)
    pod = await deleting.look_at(api, draft.target.namespace, draft.target.name)
    now = {"metadata.uid": uid(pod), **shown(pod)} if pod is not None and not deleting.ending(pod) else {}
    return Reread(drift(draft, now), draft.target.uid)


async def dry_run(call: Call, draft: Draft, precondition: str) -> str:
    del precondition  # the uid stands in the write
    return await deleting.try_out(call, draft, [draft.write])


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    del precondition
    return await deleting.send(call, approved, [approved.draft.write])


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    """A delete leaves no mark: gone or ending is what it would have brought, and it is not sent again."""
    del plan_id
    api = call.cluster(draft.target.cluster)
    there = await deleting.standing(api, draft.target.namespace, {draft.target.name: draft.target.uid})
    return Effect.NONE if any(not deleting.ending(pod) for pod in there.values()) else Effect.DONE


async def roll_back(call: Call, approved: Approved) -> Applied:
    del call
    raise GiveUp(f"{approved.draft.target} is deleted: nothing brings that very pod back")


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    del call
    return Observation(Observed.FAILED, f"{draft.target} is deleted: nothing brings that very pod back", {})


POD_DELETE = Action(
    name="pod_delete",
    summary="Delete one pod; its controller makes a new one.",
    args=PodArgs,
    risk=Risk.LOW,
    reversible=False,
    reads=("pod", "its controller", "pods", "poddisruptionbudgets"),
    writes=("pod: deleted, by uid",),
    verified="the pod is gone and its controller's new one is ready",
    needs_kubernetes=("get,list,delete pods", "get replicasets.apps,statefulsets.apps,daemonsets.apps,jobs.batch", "list poddisruptionbudgets.policy"),
    needs_oci=(),
    examples=("delete pod checkout-7d9f-x2x1", "kill the pod cart-0 in shop", "remove pod payments-abc12 so that it is made anew"),
    says=(
        "(delete|kill|remove) [the] (pod|pods) {name}",
        "(delete|kill|remove) pod/{name}",
        "(delete|kill|remove) [the] {name} pod",
    ),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_rollback,
)  # fmt: skip
