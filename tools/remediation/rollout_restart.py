"""Replace all pods of a workload by new ones of the same template."""

from __future__ import annotations

from tools.approved import Approved
from tools.cluster.objects import annotated, count, spec, stamp, template
from tools.cluster.templates import PLAN_MARK, RESTARTED
from tools.plan import Action, Applied, Draft, Effect, FieldChange, Observation
from tools.remediation.arguments import RestartArgs
from tools.remediation.concerns import general, replaced
from tools.remediation.drafting import check, kept_template, resolved
from tools.remediation.measure import measure
from tools.remediation.reverting import bystander, owner
from tools.remediation.workload import Subject, shown, subject
from tools.remediation.writing import (
    STRATEGIC,
    checked,
    dry_run,
    effect_of,
    observe_template_back,
    patch,
    reread,
    restore_template,
    reverted,
    send,
    watch,
    with_mark,
    with_version,
)
from tools.spec import Call, Risk

PLACE = ("spec", "template", "metadata")
HOLD_S = 5.0


async def plan(call: Call, args: RestartArgs) -> Draft:
    found = await subject(call, args)
    at = stamp(call.now)
    body = {"spec": {"template": {"metadata": {"annotations": {RESTARTED: at}}}}}
    before = annotated(template(found.item)).get(RESTARTED, "(never)")
    draft = Draft(
        action="rollout_restart",
        args=resolved(found, args),
        target=found.target,
        title=f"Restart {found.kind.singular} {found.name}",
        shown=shown(found.item),
        changes=(
            FieldChange(path=f"spec.template.metadata.annotations[{RESTARTED}]", before=before, after=at),
        ),
        dry_run="",
        blast=replaced(found),
        reversible=True,
        undo="put the template back as it was; pods that were replaced stay new",
        rollback=kept_template(found),
        write=patch(found.path, STRATEGIC, body),
        check=check(call, found, "all pods are new and available", hold_s=HOLD_S, at=at),
        before=await measure(call, found),
        ownership=bystander(await owner(found.api, found.item)),
        warnings=(*general(found), *_warnings(found)),
        risk=Risk.MEDIUM,
    )
    return await checked(call, draft, found.version)


def _warnings(found: Subject) -> list[str]:
    said = []
    ready = count(found.item, "readyReplicas") or count(found.item, "numberReady")
    if ready < found.replicas:
        said.append(
            f"only {ready} of {found.replicas} pods are ready now: a restart starts the same template again"
        )
    if found.replicas == 1 and not (spec(found.item).get("strategy") or {}).get("rollingUpdate"):
        said.append("it has one pod: it may be away while it restarts")
    return said


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    write = with_mark(approved.draft.write, approved.plan_id, PLACE)
    return await send(call, approved, with_version(write, precondition, target_uid=approved.draft.target.uid))


def _marks(found: Subject) -> dict[str, str]:
    return annotated(template(found.item))


def _wrong(draft: Draft, found: Subject) -> str:
    done = _marks(found).get(RESTARTED) == draft.check.params["at"]
    return "" if done else reverted(found, draft, "the restart mark")


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    return await effect_of(call, draft, lambda found: _marks(found).get(PLAN_MARK) == plan_id)


async def observe(call: Call, draft: Draft) -> Observation:
    return await watch(call, draft, lambda found: _wrong(draft, found))


async def roll_back(call: Call, approved: Approved) -> Applied:
    return await restore_template(call, approved, lambda found: not _wrong(approved.draft, found))


ROLLOUT_RESTART = Action(
    name="rollout_restart",
    summary="Restart a Deployment, StatefulSet or DaemonSet: replace its pods by new ones of the same template.",
    args=RestartArgs,
    risk=Risk.MEDIUM,
    reversible=True,
    reads=("workload", "replicasets", "pods", "poddisruptionbudgets"),
    writes=("workload: spec.template.metadata.annotations",),
    verified="all pods are new ones and available",
    needs_kubernetes=("get,patch deployments.apps,statefulsets.apps,daemonsets.apps", "list pods"),
    needs_oci=(),
    examples=("restart checkout", "rollout restart of statefulset cart"),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_template_back,
)
