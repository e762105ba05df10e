"""Hold a Deployment's rollout where it stands: no pod of the new template is added, none of the old one is taken."""

from __future__ import annotations

from tools.approved import Approved
from tools.cluster.objects import count
from tools.errors import GiveUp
from tools.plan import Action, Applied, Blast, Draft, FieldChange, Observation
from tools.remediation import pausing
from tools.remediation.arguments import PauseArgs
from tools.remediation.drafting import check, resolved
from tools.remediation.measure import measure
from tools.remediation.reverting import held, owner, reverting
from tools.remediation.workload import Subject, shown, subject
from tools.remediation.writing import apply_marked, checked, dry_run, effect_marked, reread, watch
from tools.spec import Call, Risk

HOLD_S = 3.0


async def plan(call: Call, args: PauseArgs) -> Draft:
    found = await subject(call, args, ("deployments",))
    if pausing.is_paused(found):
        raise GiveUp(f"{found.name} is paused already: nothing to change", f"k8s:{found.api.name}")
    managed = await owner(found.api, found.item)
    draft = Draft(
        action="rollout_pause",
        args=resolved(found, args),
        target=found.target,
        title=f"Pause the rollout of {found.name}",
        shown=shown(found.item),
        changes=(FieldChange(path="spec.paused", before="false", after="true"),),
        dry_run="",
        blast=Blast(objects=1, pods=0, percent=0, summary="no pod is started or stopped"),
        reversible=True,
        undo="resume the rollout",
        rollback={"paused": False},
        write=pausing.write(found, paused=True),
        check=check(call, found, "the Deployment is paused", hold_s=held(HOLD_S, managed)),
        before=await measure(call, found),
        ownership=managed,
        warnings=(*_warnings(found), *found.unseen, *reverting(managed)),
        risk=Risk.LOW,
    )
    return await checked(call, draft, found.version)


def _warnings(found: Subject) -> list[str]:
    updated, wanted = count(found.item, "updatedReplicas"), found.replicas
    said = [
        "while it is paused nothing rolls out: no restart, no new image, no roll-back, until somebody resumes it"
    ]
    if updated < wanted:
        said.append(
            f"a rollout is under way: it stays at {updated} of {wanted} pods new, both versions serve"
        )
    return said


async def observe(call: Call, draft: Draft) -> Observation:
    return await watch(call, draft, lambda found: pausing.wrong(found, draft, paused=True), pausing.halted)


async def roll_back(call: Call, approved: Approved) -> Applied:
    return await pausing.put_back(call, approved, paused=False)


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    return await pausing.observe_back(call, draft, paused=False)


ROLLOUT_PAUSE = Action(
    name="rollout_pause",
    summary="Hold a Deployment's rollout where it stands.",
    args=PauseArgs,
    risk=Risk.LOW,
    reversible=True,
    reads=("deployment", "replicasets", "pods", "GitOps objects that own it"),
    writes=("deployment: spec.paused",),
    verified="the Deployment is paused",
    needs_kubernetes=("get,patch deployments.apps", "list replicasets.apps,pods"),
    needs_oci=(),
    examples=("pause the rollout of checkout", "hold the deployment of payments", "stop rolling out cart"),
    says=(
        "(pause|halt|hold|freeze) [the] (rollout|roll-out|deployment|rolling update) of {workload}",
        "(pause|halt|hold|freeze) [the] {workload} (rollout|roll-out|deployment)",
        "pause {workload}'s rollout",
        "pause rollout {workload}",
        "rollout pause {workload}",
        "(stop|pause) rolling out {workload}",
    ),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply_marked,
    effect=effect_marked,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_rollback,
)
