"""Roll a Deployment back to an earlier revision, as `kubectl rollout undo` does, with the revision pinned."""

from __future__ import annotations

from collections.abc import Mapping

from tools.approved import Approved
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import containers, meta, template
from tools.cluster.quantity import amount
from tools.cluster.returning import clock, known_bad, taken_back, taken_back_mark, way_back
from tools.cluster.revisions import Revision, alike, revisions
from tools.cluster.templates import bare, differences, fingerprint
from tools.errors import AskBack, GiveUp, ToolError
from tools.plan import Action, Applied, Draft, Effect, Observation
from tools.remediation.arguments import UndoArgs
from tools.remediation.concerns import general, memory_use, replaced
from tools.remediation.drafting import check, kept_template, lines, resolved
from tools.remediation.measure import measure
from tools.remediation.reverting import held, owner, reverting
from tools.remediation.workload import Subject, shown, subject
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

HOLD_S = 5.0


async def plan(call: Call, args: UndoArgs) -> Draft:
    found = await subject(call, args, ("deployments",))
    history = revisions(found.item, found.replicasets)
    bad = known_bad(found.item, history, found.pods, await _back_offs(found))
    back, passed = choose(history, args.revision, found, bad)
    now, wanted = history[-1].number, bare(back.template)
    managed = await owner(found.api, found.item)
    write = [
        {"op": "replace", "path": "/spec/template", "value": wanted},
        taken_back_mark(found.item, template(found.item), ""),
    ]
    draft = Draft(
        action="rollout_undo",
        args=resolved(found, args, revision=back.number),
        target=found.target,
        title=f"Roll back {found.name} from revision {now} to revision {back.number}",
        shown=shown(found.item),
        changes=lines(differences(template(found.item), wanted)),
        dry_run="",
        blast=replaced(found),
        reversible=True,
        undo=f"put the template of revision {now} back",
        rollback=kept_template(found),
        write=patch(found.path, JSON_PATCH, write),
        check=check(call, found, f"revision {back.number}'s template is rolled out and all pods are available", hold_s=held(HOLD_S, managed), wanted=fingerprint(wanted)),
        before=await measure(call, found),
        ownership=managed,
        warnings=(*_known(history, back, bad), *passed, *await _memory(call, found, wanted), *general(found), *_warnings(back), *reverting(managed)),
        risk=Risk.MEDIUM,
    )  # fmt: skip
    return await checked(call, draft, found.version)


async def _back_offs(found: Subject) -> list[Json]:
    """Pods that kept crashing leave these behind when they are gone."""
    try:
        return await found.api.listing(BY_PLURAL["events"], found.namespace, fieldSelector="reason=BackOff")
    except ToolError as error:
        found.unseen.append(f"events: {error.reason}")
        return []


def choose(
    history: tuple[Revision, ...], number: int | None, found: Subject, bad: Mapping[int, str]
) -> tuple[Revision, tuple[str, ...]]:
    """The revision to go back to, and what was passed over on the way.

    Without a number: the last one whose template differs from now in more than a restart mark and is not known to be bad.

    Raises:
        GiveUp: there is none, or the chosen one changes nothing.
        AskBack: no such revision is kept.
    """
    if len(history) < 2:
        raise GiveUp(f"{found.name} has no earlier revision to go back to", f"k8s:{found.api.name}")
    if number is not None:
        return _numbered(history, number, found), ()
    way = way_back(history, bad)
    if way.to is not None:
        return way.to, way.passed
    if way.passed:
        raise GiveUp(
            f"no kept revision of {found.name} is known to be good: {'; '.join(way.passed)}. Name a revision to go there all the same"
        )
    raise GiveUp(
        f"every kept revision of {found.name} has the same template as now: going back changes nothing"
    )


def _numbered(history: tuple[Revision, ...], number: int, found: Subject) -> Revision:
    """A number that its ReplicaSet had earlier means the same template."""
    wanted = next((r.now for r in history if r.number == number), None)
    if wanted is None:
        options = tuple(str(r.number) for r in reversed(history[:-1]) if r.latest)
        raise AskBack(f"{found.name} keeps no revision {number}. Which one?", options)
    back = next(r for r in history if r.number == wanted)
    if alike(template(found.item), back.template):
        raise GiveUp(
            f"revision {number} of {found.name} has the same template as now: going back changes nothing"
        )
    return back


def _known(history: tuple[Revision, ...], back: Revision, bad: Mapping[int, str]) -> list[str]:
    """What the cluster knows against the revision itself."""
    if why := bad.get(back.number):
        return [f"revision {back.number} is KNOWN TO BE BAD: {why}"]
    at = history.index(back)
    if taken_back(history, at):
        after = history[at + 1]
        return [
            f"revision {back.number} was left{clock(after)} for a template that had run before it: this goes into it again"
        ]
    return []


async def _memory(call: Call, found: Subject, wanted: Json) -> list[str]:
    """As a change of the limit by hand would be warned of."""
    now = {c["name"]: _memory_limit(c) for c in containers(template(found.item))}
    lower = {
        c["name"]: limit
        for c in containers(wanted)
        if (limit := _memory_limit(c)) and _less(limit, now.get(c["name"]))
    }
    said = [await memory_use(call, found, container, limit) for container, limit in lower.items()]
    return [text for texts in said for text in texts]


def _memory_limit(container: Json) -> str | None:
    return ((container.get("resources") or {}).get("limits") or {}).get("memory")


def _less(limit: str, than: str | None) -> bool:
    return than is None or amount(limit) < amount(than)


def _warnings(back: Revision) -> list[str]:
    gone = meta(back.replicaset).get("deletionTimestamp")
    return [f"revision {back.number} is being deleted"] if gone else []


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
    reads=(
        "deployment",
        "replicasets",
        "pods",
        "horizontalpodautoscalers",
        "poddisruptionbudgets",
        "events",
        "metrics.k8s.io pods",
    ),
    writes=("deployment: spec.template, metadata.annotations[cloudops/taken-back]",),
    verified="all pods run the earlier template and are available",
    needs_kubernetes=("get,patch deployments.apps", "list replicasets.apps,pods,events"),
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
