"""Do the work of a Job or CronJob once more: a new Job of the same template. Its name is sealed, so it is made once."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from tools.approved import Approved
from tools.cluster.answers import Conflict
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import annotated, condition, count, meta, spec, stamp, uid
from tools.cluster.templates import PLAN_MARK
from tools.errors import GiveUp, NotAllowed, TryLater
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
from tools.remediation import deleting, job, single
from tools.remediation.arguments import RerunArgs
from tools.remediation.single import Single
from tools.remediation.writing import with_mark
from tools.services.where import Place, find, need_namespace
from tools.spec import Call, Json, Risk

CRONJOBS: Final = BY_PLURAL["cronjobs"]
MADE_BY_SERVER: Final = (
    "controller-uid",
    "job-name",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
)
DEADLINE_S: Final = 120.0
HOLD_S: Final = 5.0
LONGEST: Final = 52  # of a Job's name: its pods' names add eleven


async def plan(call: Call, args: RerunArgs) -> Draft:
    place = await find(call, args)
    namespace = need_namespace(place)
    found = await _template(place, namespace, args)
    fresh = _named(found.name, f"{uid(found.item)} {stamp(call.now)} {call.request}")
    write = {
        "method": "POST",
        "path": job.JOBS.path(namespace),
        "content_type": deleting.JSON,
        "body": _job(found, fresh),
    }
    draft = Draft(
        action="job_rerun",
        args={"cluster": found.api.name, "namespace": namespace, "kind": found.kind.singular, "name": found.name},
        target=found.target,
        title=f"Run {found.kind.kind} {found.name} once more, as {fresh}",
        shown=shown(found.item),
        changes=(FieldChange(path=f"job {fresh}", before="(not there)", after=f"made from {found.kind.kind} {found.name}"),),
        dry_run="",
        blast=Blast(objects=1, pods=int(_spec(found).get("parallelism") or 1), summary="1 new Job; nothing that runs is touched"),
        reversible=True,
        undo=f"delete Job {fresh}; what its pods have done by then stays done",
        rollback={"job": fresh},
        write=write,
        check=Check(criterion=f"Job {fresh} is complete, or runs", deadline_s=DEADLINE_S, hold_s=HOLD_S, params={"since": stamp(call.now), "job": fresh}),
        before={"job": job.state(found.item) if found.kind is job.JOBS else "by schedule"},
        warnings=tuple(_warnings(found)),
        risk=Risk.MEDIUM,
    )  # fmt: skip
    return draft.model_copy(update={"dry_run": await dry_run(call, draft, "")})


async def _template(place: Place, namespace: str, args: RerunArgs) -> Single:
    """The CronJob of that name, else the Job."""
    if args.kind != "job":
        try:
            return await single.single(place.api, CRONJOBS, namespace, args.name)
        except GiveUp as error:
            if not error.not_found or args.kind == "cronjob":
                raise
    return await job.job(place, namespace, args.name)


def _named(base: str, token: str) -> str:
    tail = hashlib.sha256(token.encode()).hexdigest()[:8]
    return f"{base[: LONGEST - 9].rstrip('-.')}-{tail}"


def _spec(found: Single) -> Json:
    whole: Json = spec(found.item)
    inner = whole.get("jobTemplate") or {}
    return dict(inner.get("spec") or {}) if found.kind is CRONJOBS else dict(whole)


def _job(found: Single, fresh: str) -> Json:
    """The same work without what the server added to it: its selector and labels are of the Job before."""
    body = _spec(found)
    for field in ("selector", "manualSelector", "suspend"):
        body.pop(field, None)
    template: dict[str, Any] = dict(body.get("template") or {})
    labels = {
        k: v
        for k, v in ((template.get("metadata") or {}).get("labels") or {}).items()
        if k not in MADE_BY_SERVER
    }
    kept = {k: v for k, v in (template.get("metadata") or {}).items() if k != "creationTimestamp"}
    template["metadata"] = {**kept, "labels": labels}
    body["template"] = template
    notes = {"cloudops/rerun-of": f"{found.kind.singular}/{found.name}"}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": fresh, "annotations": notes}, "spec": body}  # fmt: skip


def shown(item: Json) -> dict[str, str]:
    holder = (spec(item).get("jobTemplate") or {}).get("spec") or spec(item)
    pod = ((holder.get("template") or {}).get("spec") or {}).get("containers") or []
    return {"images": ", ".join(f"{c['name']}={c.get('image', '')}" for c in pod)}


def _warnings(found: Single) -> list[str]:
    said = ["its work is done again: make sure that it may be done twice"]
    if found.kind is job.JOBS and job.state(found.item).startswith("running"):
        said.append("the Job before is still running: both run at once")
    if found.kind is CRONJOBS and count(found.item, "active"):
        said.append("a run of it is under way: both run at once")
    return said


async def reread(call: Call, draft: Draft) -> Reread:
    return await single.reread(call, draft, shown)


async def dry_run(call: Call, draft: Draft, precondition: str) -> str:
    """Raises GiveUp, NotAllowed: the server would refuse it."""
    del precondition  # a name can be given once
    api = call.cluster(draft.target.cluster)
    write = draft.write
    answer = await api.write("POST", write["path"], write["body"], content_type=deleting.JSON, dry_run=True)
    warnings = "; ".join(answer.warnings)
    return f"accepted by {api.name}" + (f", with warnings: {warnings}" if warnings else ", no warnings")


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    """A second arrival finds the name taken."""
    del precondition
    api = call.cluster(approved.draft.target.cluster)
    write = with_mark(approved.draft.write, approved.plan_id, ("metadata",))
    answer = await api.write("POST", write["path"], write["body"], content_type=deleting.JSON)
    return Applied(answer.audit_id, "made")


async def made(call: Call, draft: Draft) -> Single | None:
    """The Job that this plan makes; None when it is not there."""
    api = call.cluster(draft.target.cluster)
    try:
        return await single.single(api, job.JOBS, draft.target.namespace, str(draft.check.params["job"]))
    except GiveUp as error:
        if error.not_found:
            return None
        raise


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    found = await made(call, draft)
    if found is None:
        return Effect.NONE
    return Effect.DONE if annotated(found.item).get(PLAN_MARK) == plan_id else Effect.CANNOT_TELL


async def observe(call: Call, draft: Draft) -> Observation:
    try:
        found = await made(call, draft)
    except (TryLater, NotAllowed, GiveUp) as error:
        return Observation(Observed.UNREADABLE, error.reason, {})
    if found is None:
        return Observation(Observed.FAILED, "the API accepted the Job, but it is not there", {})
    facts = {"job": job.state(found.item)}
    if condition(found.item, "Failed").get("status") == "True":
        return Observation(
            Observed.FAILED, f"the Job failed: {condition(found.item, 'Failed').get('reason')}", facts
        )
    at_work = (
        condition(found.item, "Complete").get("status") == "True"
        or count(found.item, "ready")
        or count(found.item, "active")
    )
    return Observation(Observed.HOLDS if at_work else Observed.NOT_YET, f"the Job is {facts['job']}", facts)  # fmt: skip


async def roll_back(call: Call, approved: Approved) -> Applied:
    """Our Job goes, with its pods; one of the name that is not ours stays."""
    found = await made(call, approved.draft)
    if found is None:
        return Applied("", "it is not there")
    if annotated(found.item).get(PLAN_MARK) not in {approved.plan_id, approved.undoes} - {""}:
        raise Conflict(f"Job {found.name} is not the one that this plan made; nothing was deleted")
    options = {
        "kind": "DeleteOptions",
        "apiVersion": "v1",
        "preconditions": {"uid": uid(found.item)},
        "propagationPolicy": "Background",
    }
    answer = await found.api.write("DELETE", found.path, options, content_type=deleting.JSON)
    return Applied(answer.audit_id, "deleted")  # fmt: skip


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    try:
        found = await made(call, draft)
    except (TryLater, NotAllowed, GiveUp) as error:
        return Observation(Observed.UNREADABLE, error.reason, {})
    if found is None:
        return Observation(Observed.HOLDS, "our Job is gone", {"job": "gone"})
    ending = bool(meta(found.item).get("deletionTimestamp"))
    return Observation(Observed.NOT_YET if ending else Observed.FAILED, "our Job is still there", {"job": job.state(found.item)})  # fmt: skip


JOB_RERUN = Action(
    name="job_rerun",
    summary="Do the work of a Job or CronJob once more, as a new Job.",
    args=RerunArgs,
    risk=Risk.MEDIUM,
    reversible=True,
    reads=("cronjob or job",),
    writes=("job: created",),
    verified="the new Job is complete, or runs",
    needs_kubernetes=("get cronjobs.batch", "get,list,create,delete jobs.batch"),
    needs_oci=(),
    examples=("rerun job backup in shop", "run the cron job report now", "trigger cronjob report"),
    says=(
        "(rerun|re-run|repeat|retry) [the] [failed] (job|cronjob|cron job) {name}",
        "(rerun|re-run|repeat|retry) [the] [failed] {name} (job|cronjob|cron job)",
        "(run|trigger|start) [the] (cronjob|cron job|job) {name} [now|again|once more]",
        "(run|trigger|start) [the] {name} (cronjob|cron job|job) [now|again|once more]",
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
