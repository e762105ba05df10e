"""Stop Argo CD or Flux from putting Git's state back, until somebody resumes it."""

from __future__ import annotations

from tools.cluster.objects import stamp, status
from tools.errors import GiveUp
from tools.plan import Action, Blast, Check, Draft, FieldChange, Observation, Observed
from tools.remediation import single, syncing
from tools.remediation.arguments import SyncArgs
from tools.remediation.reverting import held, owner, reverting
from tools.remediation.single import Single
from tools.remediation.syncing import effect, reread, roll_back, shown
from tools.remediation.writing import MERGE, apply_marked, checked, dry_run, patch
from tools.spec import Call, Json, Risk

HOLD_S = 10.0
DEADLINE_S = 60.0


async def plan(call: Call, args: SyncArgs) -> Draft:
    found = await syncing.chosen(call, args)
    if not syncing.runs(found):
        raise GiveUp(f"{found.kind.kind} {found.name} does not sync by itself already: nothing to pause")
    parent = await owner(found.api, found.item)
    ((path, before),) = shown(found.item).items()
    draft = Draft(
        action="sync_pause",
        args={"cluster": found.api.name, "namespace": found.namespace, "kind": found.kind.singular, "name": found.name},
        target=found.target,
        title=f"Pause the sync of {found.kind.kind} {found.name}",
        shown=shown(found.item),
        changes=(FieldChange(path=path, before=before, after="(unset)" if syncing.is_argo(found) else "true"),),
        dry_run="",
        blast=Blast(objects=1, summary=f"{syncing.managed(found.item)} are no longer kept as Git has them; nothing else changes now"),
        reversible=True,
        undo="resume the sync",
        rollback={"automated": syncing.policy_of(found.item)} if syncing.is_argo(found) else {"suspend": False},
        write=patch(found.path, MERGE, _body(found)),
        check=Check(criterion="it does not sync by itself", deadline_s=DEADLINE_S, hold_s=held(HOLD_S, parent), params={"since": stamp(call.now), "mark": found.mark}),
        before=syncing.facts(found.item),
        ownership=parent,
        warnings=(*_warnings(found.item), *reverting(parent)),
        risk=Risk.LOW,
    )  # fmt: skip
    return await checked(call, draft, found.version)


def _body(found: Single) -> Json:
    if not syncing.is_argo(found):
        return syncing.flux_body(suspend=True)
    return syncing.argo_body(None, syncing.text(syncing.policy_of(found.item) or {}))


def _warnings(item: Json) -> list[str]:
    said = ["until somebody resumes it, commits are not deployed and what changes by hand stays"]
    if (status(item).get("operationState") or {}).get("phase") == "Running":
        said.append("a sync is under way: it is finished first")
    return said


async def observe(call: Call, draft: Draft) -> Observation:
    async def judge(found: Single) -> Observation:
        if syncing.runs(found):
            wrong = single.reverted(found, draft, "the sync")
            return Observation(Observed.FAILED, wrong, syncing.facts(found.item))
        return Observation(Observed.HOLDS, "it does not sync by itself", syncing.facts(found.item))

    return await single.look(call, draft, judge)


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    return await syncing.observe_back(call, draft, "it syncs as before", "the sync was not put back")


SYNC_PAUSE = Action(
    name="sync_pause",
    summary="Pause what keeps a workload as Git has it: an Argo CD Application, a Flux Kustomization or HelmRelease.",
    args=SyncArgs,
    risk=Risk.LOW,
    reversible=True,
    reads=("Application, Kustomization or HelmRelease", "the workload that it manages"),
    writes=(
        "application: spec.syncPolicy.automated, metadata.annotations[cloudops/paused-sync]",
        "kustomization, helmrelease: spec.suspend",
    ),
    verified="it does not sync by itself any more",
    needs_kubernetes=(
        "get,patch applications.argoproj.io",
        "get,patch kustomizations.kustomize.toolkit.fluxcd.io,helmreleases.helm.toolkit.fluxcd.io",
    ),
    needs_oci=(),
    examples=(
        "pause the sync of catalog",
        "pause argo application shop-catalog",
        "suspend flux kustomization shop",
    ),
    says=(
        "(pause|suspend|hold|stop|disable) [the] [argocd|argo cd|argo|flux] (sync|syncing|auto-sync|autosync|reconciliation) of {name}",
        "(pause|suspend|hold|disable) [the] [argocd|argo cd|argo|flux] {kind} {name}",
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
