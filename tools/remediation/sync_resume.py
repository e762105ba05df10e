"""Let Argo CD or Flux put Git's state back again: what was changed by hand meanwhile is lost."""

from __future__ import annotations

from tools.cluster.objects import annotated, stamp
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
    if syncing.runs(found):
        raise GiveUp(f"{found.kind.kind} {found.name} syncs by itself already: nothing to resume")
    parent = await owner(found.api, found.item)
    wanted = _wanted(found)
    ((path, before),) = shown(found.item).items()
    draft = Draft(
        action="sync_resume",
        args={"cluster": found.api.name, "namespace": found.namespace, "kind": found.kind.singular, "name": found.name},
        target=found.target,
        title=f"Resume the sync of {found.kind.kind} {found.name}",
        shown=shown(found.item),
        changes=(FieldChange(path=path, before=before, after="false" if wanted is None else syncing.text(wanted)),),
        dry_run="",
        blast=Blast(objects=1, summary=f"{syncing.managed(found.item)} are put back to what Git has"),
        reversible=True,
        undo="pause it again; what was synced meanwhile stays",
        rollback={"automated": syncing.policy_of(found.item), "kept": annotated(found.item).get(syncing.KEPT)} if syncing.is_argo(found) else {"suspend": True},
        write=patch(found.path, MERGE, _body(found, wanted)),
        check=Check(criterion="it syncs by itself", deadline_s=DEADLINE_S, hold_s=held(HOLD_S, parent), params={"since": stamp(call.now), "mark": found.mark}),
        before=syncing.facts(found.item),
        ownership=parent,
        warnings=(*_warnings(found), *reverting(parent)),
        risk=Risk.MEDIUM,
    )  # fmt: skip
    return await checked(call, draft, found.version)


def _wanted(found: Single) -> Json | None:
    """The automated policy that comes back; None for Flux, which has none."""
    if not syncing.is_argo(found):
        return None
    now = syncing.policy_of(found.item)
    if now is not None:  # switched off in place: everything else of it stays
        return {key: value for key, value in now.items() if key != "enabled"}
    return syncing.kept_policy(found.item) or {}


def _body(found: Single, wanted: Json | None) -> Json:
    if wanted is None:
        return syncing.flux_body(suspend=False)
    switch = {"enabled": None} if syncing.policy_of(found.item) is not None else {}
    return syncing.argo_body({**wanted, **switch}, None)


def _warnings(found: Single) -> list[str]:
    said = ["what was changed by hand since is put back to what Git has"]
    if names := syncing.apart(found.item):
        said.append(f"not as Git has it now: {', '.join(names)}")
    untold = syncing.is_argo(found) and syncing.policy_of(found.item) is None
    if untold and syncing.kept_policy(found.item) is None:
        said.append("how it synced before is not known: it comes back without prune and self-heal")
    return said


async def observe(call: Call, draft: Draft) -> Observation:
    after = {change.path: change.after for change in draft.changes}

    async def judge(found: Single) -> Observation:
        if shown(found.item) != after:
            wrong = single.reverted(found, draft, "the sync")
            return Observation(Observed.FAILED, wrong, syncing.facts(found.item))
        return Observation(Observed.HOLDS, "it syncs by itself", syncing.facts(found.item))

    return await single.look(call, draft, judge)


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    return await syncing.observe_back(call, draft, "it is paused as before", "the pause was not put back")


SYNC_RESUME = Action(
    name="sync_resume",
    summary="Let a paused Argo CD Application, Flux Kustomization or HelmRelease sync from Git again.",
    args=SyncArgs,
    risk=Risk.MEDIUM,
    reversible=True,
    reads=("Application, Kustomization or HelmRelease", "the workload that it manages"),
    writes=(
        "application: spec.syncPolicy.automated, metadata.annotations[cloudops/paused-sync]",
        "kustomization, helmrelease: spec.suspend",
    ),
    verified="it syncs by itself again",
    needs_kubernetes=(
        "get,patch applications.argoproj.io",
        "get,patch kustomizations.kustomize.toolkit.fluxcd.io,helmreleases.helm.toolkit.fluxcd.io",
    ),
    needs_oci=(),
    examples=(
        "resume the sync of catalog",
        "resume argo application shop-catalog",
        "let flux kustomization shop sync again",
    ),
    says=(
        "(resume|unpause|enable|restart) [the] [argocd|argo cd|argo|flux] (sync|syncing|auto-sync|autosync|reconciliation) of {name}",
        "(resume|unpause|enable) [the] [argocd|argo cd|argo|flux] {kind} {name}",
        "let [the] [argocd|argo cd|argo|flux] {kind} {name} sync [again]",
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
