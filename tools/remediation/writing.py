"""The one shape of every write: a PATCH kept in the plan, sent once, with the version that was just read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from tools.approved import Approved
from tools.cluster.answers import Conflict
from tools.cluster.objects import annotated, meta, template, uid, when
from tools.cluster.returning import taken_back_mark
from tools.cluster.templates import PLAN_MARK, differences
from tools.errors import GiveUp, NotAllowed, TryLater
from tools.plan import Applied, Draft, Effect, FieldChange, Observation, Observed, Reread
from tools.remediation.measure import measure
from tools.remediation.rollout import Standing, dying, seen, standing, unsettled
from tools.remediation.workload import Subject, shown, subject_of
from tools.spec import Call, Json

JSON_PATCH: Final = "application/json-patch+json"
STRATEGIC: Final = "application/strategic-merge-patch+json"
MERGE: Final = "application/merge-patch+json"
RESTORE_TRIES: Final = 3


def patch(path: str, content_type: str, body: Any) -> Json:
    """What `Draft.write` holds."""
    return {"method": "PATCH", "path": path, "content_type": content_type, "body": body}


def with_version(write: Json, version: str, *, target_uid: str = "") -> Json:
    """The write with its precondition: the resourceVersion (and uid) of the object that was read."""
    if write["content_type"] == JSON_PATCH:
        guard = {"op": "replace", "path": "/metadata/resourceVersion", "value": version}
        return {**write, "body": [guard, *write["body"]]}
    held = write["body"].get("metadata") or {}
    guarded = {**held, "resourceVersion": version} | ({"uid": target_uid} if target_uid else {})
    return {**write, "body": {**write["body"], "metadata": guarded}}


def with_mark(write: Json, plan_id: str, where: tuple[str, ...]) -> Json:
    """The write with the plan's id as an annotation, at `where` in a merge body: proof that it arrived."""
    body = dict(write["body"])
    inner = body
    for key in where:
        inner[key] = dict(inner.get(key) or {})
        inner = inner[key]
    inner["annotations"] = {**(inner.get("annotations") or {}), PLAN_MARK: plan_id}
    return {**write, "body": body}


async def dry_run(call: Call, draft: Draft, precondition: str) -> str:
    """Ask the server to judge the write without doing it. Its warnings are part of the answer.

    Raises:
        GiveUp, NotAllowed: the server would refuse.
    """
    api = call.cluster(draft.target.cluster)
    write = with_version(draft.write, precondition, target_uid=draft.target.uid)
    answer = await api.write(
        write["method"], write["path"], write["body"], content_type=write["content_type"], dry_run=True
    )
    warnings = "; ".join(answer.warnings)
    return f"accepted by {api.name}" + (f", with warnings: {warnings}" if warnings else ", no warnings")


async def send(call: Call, approved: Approved, write: Json) -> Applied:
    """Send one write, once."""
    api = call.cluster(approved.draft.target.cluster)
    answer = await api.write(
        write["method"], write["path"], write["body"], content_type=write["content_type"]
    )
    return Applied(answer.audit_id, "; ".join(answer.warnings))


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    """Send exactly the plan's write, with the version just read."""
    draft = approved.draft
    return await send(call, approved, with_version(draft.write, precondition, target_uid=draft.target.uid))


async def apply_marked(call: Call, approved: Approved, precondition: str) -> Applied:
    """As `apply`, with the plan's id as an annotation of the object."""
    write = with_mark(approved.draft.write, approved.plan_id, ("metadata",))
    return await send(call, approved, with_version(write, precondition, target_uid=approved.draft.target.uid))


async def effect_marked(call: Call, draft: Draft, plan_id: str) -> Effect:
    return await effect_of(call, draft, lambda found: annotated(found.item).get(PLAN_MARK) == plan_id)


async def reread(call: Call, draft: Draft) -> Reread:
    """Read the target again: same object, same generation, same shown fields."""
    found = await subject_of(call, draft)
    pairs = [("metadata.uid", draft.target.uid, uid(found.item))]
    pairs.append(
        ("metadata.generation", str(draft.target.generation), str(meta(found.item).get("generation") or 0))
    )
    now = shown(found.item)
    pairs += [(path, before, now.get(path, "")) for path, before in draft.shown.items()]
    drift = tuple(
        FieldChange(path=p, before=before, after=after) for p, before, after in pairs if before != after
    )
    return Reread(drift, found.version)


async def restore(
    call: Call, approved: Approved, write: Callable[[Subject], Json], ours: Callable[[Subject], bool]
) -> Applied:
    """Put back what the plan kept, if the object is still as the plan wrote it or found it.

    A 409 proves that nothing was written (a status update came between): then it is read and judged again.

    Raises:
        Conflict: another object, or somebody else's change is on it; nothing was put back.
    """
    draft = approved.draft
    for left in reversed(range(RESTORE_TRIES)):
        found = await subject_of(call, draft)
        if uid(found.item) != draft.target.uid:
            raise Conflict(f"{draft.target} was replaced by another object; nothing was put back")
        if not ours(found):
            raise Conflict(f"{draft.target} was changed by somebody else meanwhile; nothing was put back")
        try:
            return await send(
                call, approved, with_version(write(found), found.version, target_uid=draft.target.uid)
            )
        except Conflict:
            if not left:
                raise
    raise AssertionError("unreachable")  # pragma: no cover


async def restore_template(call: Call, approved: Approved, ours: Callable[[Subject], bool]) -> Applied:
    """Put the kept pod template back, exactly; a Deployment keeps a mark of what was taken back."""
    back = (approved.draft.rollback or {})["template"]

    def body(found: Subject) -> list[Json]:
        write = {"op": "replace", "path": "/spec/template", "value": back}
        failed = approved.taking_back and bool(differences(template(found.item), back))
        marked = failed and found.kind.plural == "deployments"
        return [write, _taken_back(found, approved.draft)] if marked else [write]

    def known(found: Subject) -> bool:
        return ours(found) or not differences(template(found.item), back)

    return await restore(call, approved, lambda found: patch(found.path, JSON_PATCH, body(found)), known)


def _taken_back(found: Subject, draft: Draft) -> Json:
    """So that nobody is led back into it: the history of a Deployment does not tell why it went back."""
    death = dying(found, since_of(draft)) if seen(found.item) else None
    return taken_back_mark(found.item, template(found.item), death.reason if death else "")


async def effect_of(call: Call, draft: Draft, arrived: Callable[[Subject], bool]) -> Effect:
    """Whether a write to a template reached it; one that neither holds it nor is untouched tells nothing."""
    found = await subject_of(call, draft)
    if meta(found.item)["uid"] != draft.target.uid:
        return Effect.CANNOT_TELL
    if arrived(found):
        return Effect.DONE
    untouched = int(meta(found.item).get("generation") or 0) == draft.target.generation
    return Effect.NONE if untouched else Effect.CANNOT_TELL


async def observe_template_back(call: Call, draft: Draft) -> Observation:
    """Whether the kept template is there again."""
    back = (draft.rollback or {})["template"]
    missing = "the template was not put back"
    return await watch(call, draft, lambda found: missing if differences(template(found.item), back) else "")


async def checked(call: Call, draft: Draft, version: str) -> Draft:
    """The draft with what the server says about its write; a refusal is raised, so that no card appears."""
    return draft.model_copy(update={"dry_run": await dry_run(call, draft, version)})


def since_of(draft: Draft) -> datetime:
    """Pods that died before the plan was made are history; server times are whole seconds."""
    return when(str(draft.check.params.get("since"))) - timedelta(seconds=2)


def rolled_out(found: Subject, draft: Draft, now: datetime) -> Standing:
    """Whether its rollout is done and no new pod fell over seconds ago."""
    counted = standing(found, since_of(draft))
    restless = unsettled(found, now) if counted.done else ""
    return Standing(False, f"{counted.progress}; {restless}") if restless else counted


async def watch(
    call: Call,
    draft: Draft,
    wrong: Callable[[Subject], str],
    judged: Callable[[Subject, Draft, datetime], Standing] = rolled_out,
) -> Observation:
    """Look once: is the object what was written, and has come true what should follow from it?"""
    try:
        found = await subject_of(call, draft)
    except TryLater as error:
        return Observation(Observed.UNREADABLE, error.reason, {})
    except NotAllowed as error:
        return Observation(Observed.UNREADABLE, error.reason, {})
    except GiveUp as error:
        state = Observed.FAILED if error.not_found else Observed.UNREADABLE
        return Observation(state, error.reason, {})
    problem = not_ours(found, draft) or wrong(found)
    return await observed(call, found, judged(found, draft, call.now), problem)


def reverted(found: Subject, draft: Draft, what: str) -> str:
    """The sentence for an object that is not what was written."""
    if int(meta(found.item).get("generation") or 0) == draft.target.generation:
        return f"the API accepted the write, but {what} did not change"
    return f"{what} is not what was written: something changed it again"


async def observed(call: Call, found: Subject, standing: Standing, wrong: str) -> Observation:
    """Standing and facts to one observation. `wrong` says why the object is not what was written."""
    facts = await measure(call, found)
    if wrong:
        return Observation(Observed.FAILED, wrong, facts)
    if standing.failed:
        return Observation(Observed.FAILED, f"{standing.progress}; {standing.failed}", facts)
    return Observation(Observed.HOLDS if standing.done else Observed.NOT_YET, standing.progress, facts)


def not_ours(found: Subject, draft: Draft) -> str:
    """Why this is no longer the object of the plan; empty when it is."""
    return "" if uid(found.item) == draft.target.uid else "the object was deleted and made anew meanwhile"
