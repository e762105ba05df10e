"""Let a paused Deployment go on: what was changed while it was paused rolls out now."""

from __future__ import annotations

from tools.approved import Approved
from tools.errors import GiveUp
from tools.plan import Action, Applied, Blast, Draft, FieldChange, Observation
from tools.remediation import pausing
from tools.remediation.arguments import PauseArgs
from tools.remediation.concerns import general, replaced
from tools.remediation.drafting import check, lines, resolved
from tools.remediation.measure import measure
from tools.remediation.reverting import held, owner, reverting
from tools.remediation.workload import shown, subject
from tools.remediation.writing import apply_marked, checked, dry_run, effect_marked, reread, watch
from tools.spec import Call, Risk

HOLD_S = 5.0


async def plan(call: Call, args: PauseArgs) -> Draft:
    found = await subject(call, args, ("deployments",))
    if not pausing.is_paused(found):
        raise GiveUp(f"{found.name} is not paused: nothing to resume", f"k8s:{found.api.name}")
    managed = await owner(found.api, found.item)
    waiting = pausing.waiting(found)
    resumed = FieldChange(path="spec.paused", before="true", after="false")
    nothing = Blast(
        objects=1, pods=0, percent=0, summary="no change of the template waits: no pod is replaced"
    )
    about_pause = "the Deployment is paused"
    draft = Draft(
        action="rollout_resume",
        args=resolved(found, args),
        target=found.target,
        title=f"Resume the rollout of {found.name}",
        shown=shown(found.item),
        changes=(resumed, *lines(waiting)),
        dry_run="",
        blast=replaced(found) if waiting else nothing,
        reversible=True,
        undo="pause it again; pods that were replaced stay new",
        rollback={"paused": True},
        write=pausing.write(found, paused=False),
        check=check(call, found, "the Deployment is not paused and its pods are rolled out and available", hold_s=held(HOLD_S, managed)),
        before=await measure(call, found),
        ownership=managed,
        warnings=(*(w for w in general(found) if not w.startswith(about_pause)), *reverting(managed)),
        risk=Risk.MEDIUM if waiting else Risk.LOW,
    )  # fmt: skip
    return await checked(call, draft, found.version)


async def observe(call: Call, draft: Draft) -> Observation:
    return await watch(call, draft, lambda found: pausing.wrong(found, draft, paused=False))


async def roll_back(call: Call, approved: Approved) -> Applied:
    return await pausing.put_back(call, approved, paused=True)


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    return await pausing.observe_back(call, draft, paused=True)


ROLLOUT_RESUME = Action(
    name="rollout_resume",
    summary="Let a paused Deployment roll out what waits.",
    args=PauseArgs,
    risk=Risk.LOW,
    reversible=True,
    reads=("deployment", "replicasets", "pods", "poddisruptionbudgets", "GitOps objects that own it"),
    writes=("deployment: spec.paused",),
    verified="the Deployment is not paused and its rollout completes",
    needs_kubernetes=("get,patch deployments.apps", "list replicasets.apps,pods"),
    needs_oci=(),
    examples=("resume the rollout of checkout", "continue the paused rollout of payments", "unpause cart"),
    says=(
        "(resume|continue|unpause) [the] (rollout|roll-out|deployment|rolling update) of {workload}",
        "(resume|continue|unpause) [the] {workload} (rollout|roll-out|deployment)",
        "resume {workload}'s rollout",
        "resume rollout {workload}",
        "rollout resume {workload}",
        "(go on|continue|resume) rolling out {workload}",
        "let the rollout of {workload} go on",
        "unpause {workload}",
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
