"""Roll a Deployment back to an earlier revision, as `kubectl rollout undo` does, with the revision pinned."""

from __future__ import annotations

from tools.approved import Approved
from tools.cluster.objects import meta, template
from tools.cluster.revisions import Revision, revisions
from tools.cluster.templates import RESTARTED, Change, bare, differences
from tools.errors import AskBack, GiveUp
from tools.plan import Action, Applied, Draft, Effect, Observation, Ownership
from tools.remediation.arguments import UndoArgs
from tools.remediation.concerns import general, replaced
from tools.remediation.drafting import check, kept_template, lines, resolved
from tools.remediation.measure import measure
from tools.remediation.ownership import owner_of
from tools.remediation.workload import Subject, fingerprint, shown, subject
from tools.remediation.writing import (
    JSON_PATCH,
    apply,
    checked,
    dry_run,
    effect_of,
    observe_template_back,
    patch,
    reread,
    restore_template,
    reverted,
    watch,
)
from tools.spec import Call, Json, Risk


async def plan(call: Call, args: UndoArgs) -> Draft:
    found = await subject(call, args, ("deployments",))
    now, back = choose(revisions(found.item, found.replicasets), args.revision, found)
    wanted = bare(back.template)
    changes = differences(template(found.item), wanted)
    owner = owner_of(found.item)
    draft = Draft(
        action="rollout_undo",
        args=resolved(found, args, revision=back.number),
        target=found.target,
        title=f"Roll back {found.name} from revision {now} to revision {back.number}",
        shown=shown(found.item),
        changes=lines(changes),
        dry_run="",
        blast=replaced(found),
        reversible=True,
        undo=f"put the template of revision {now} back",
        rollback=kept_template(found),
        write=patch(found.path, JSON_PATCH, [{"op": "replace", "path": "/spec/template", "value": wanted}]),
        check=check(call, found, f"revision {back.number}'s template is rolled out and all pods are available", wanted=fingerprint(wanted)),
        before=await measure(call, found),
        ownership=owner,
        warnings=(*general(found), *_warnings(back, owner)),
        risk=Risk.MEDIUM,
    )  # fmt: skip
    return await checked(call, draft, found.version)


def choose(history: tuple[Revision, ...], number: int | None, found: Subject) -> tuple[int, Revision]:
    """(current revision, the one to go back to).

    Without a number: the last one whose template differs from now in more than a restart mark.

    Raises:
        GiveUp: there is none, or the chosen one changes nothing.
        AskBack: no such revision is kept.
    """
    if len(history) < 2:
        raise GiveUp(f"{found.name} has no earlier revision to go back to", f"k8s:{found.api.name}")
    current, earlier = history[-1], history[:-1]
    if number is None:
        back = next(
            (r for r in reversed(earlier) if _real(differences(template(found.item), r.template))), None
        )
        if back is None:
            raise GiveUp(
                f"every kept revision of {found.name} has the same template as now: going back changes nothing"
            )
        return current.number, back
    back = next((r for r in history if r.number == number), None)
    if back is None:
        raise AskBack(
            f"{found.name} keeps no revision {number}. Which one?",
            tuple(str(r.number) for r in reversed(earlier)),
        )
    if back is current or not _real(differences(template(found.item), back.template)):
        raise GiveUp(
            f"revision {number} of {found.name} has the same template as now: going back changes nothing"
        )
    return current.number, back


def _real(changes: tuple[Change, ...]) -> bool:
    return any(RESTARTED not in c.path and "cloudops/" not in c.path for c in changes)


def _warnings(back: Revision, owner: Ownership) -> list[str]:
    said = [f"{owner.detail}: {owner.lasting_route}"] if owner.reverts else []
    if meta(back.replicaset).get("deletionTimestamp"):
        said.append(f"revision {back.number} is being deleted")
    return said


def wanted_template(draft: Draft) -> Json:
    value: Json = draft.write["body"][0]["value"]
    return value


def _wrong(draft: Draft, found: Subject, wanted: Json) -> str:
    return reverted(found, draft, "the pod template") if differences(template(found.item), wanted) else ""


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    del plan_id  # a JSON patch carries no mark: the template itself tells
    wanted = wanted_template(draft)
    return await effect_of(call, draft, lambda found: not differences(template(found.item), wanted))


async def observe(call: Call, draft: Draft) -> Observation:
    return await watch(call, draft, lambda found: _wrong(draft, found, wanted_template(draft)))


async def roll_back(call: Call, approved: Approved) -> Applied:
    wanted = wanted_template(approved.draft)
    return await restore_template(call, approved, lambda found: not differences(template(found.item), wanted))


ROLLOUT_UNDO = Action(
    name="rollout_undo",
    summary="Roll a Deployment back to an earlier revision.",
    args=UndoArgs,
    risk=Risk.MEDIUM,
    reversible=True,
    reads=("deployment", "replicasets", "pods", "horizontalpodautoscalers", "poddisruptionbudgets"),
    writes=("deployment: spec.template",),
    needs_kubernetes=("get,patch deployments.apps", "list replicasets.apps,pods"),
    needs_oci=(),
    examples=("roll back checkout", "undo the last rollout of payments", "roll checkout back to revision 6"),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_template_back,
)
