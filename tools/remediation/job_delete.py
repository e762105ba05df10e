"""Delete a Job with its pods."""

from __future__ import annotations

from typing import Final

from tools.approved import Approved
from tools.cluster.objects import controller, count, meta, spec, stamp, uid
from tools.errors import GiveUp
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
)
from tools.remediation import deleting, job, single
from tools.remediation.arguments import JobArgs
from tools.remediation.single import Single
from tools.services.where import find, need_namespace
from tools.spec import Call, Json, Risk

DEADLINE_S: Final = 90.0
HOLD_S: Final = 3.0


async def plan(call: Call, args: JobArgs) -> Draft:
    place = await find(call, args)
    namespace = need_namespace(place)
    found = await job.job(place, namespace, args.name)
    if deleting.ending(found.item):
        raise GiveUp(f"Job {found.name} is ending already: nothing to delete", f"k8s:{found.api.name}")
    active, state = count(found.item, "active"), job.state(found.item)
    write = _deletion(found)
    draft = Draft(
        action="job_delete",
        args={"cluster": found.api.name, "namespace": namespace, "name": found.name},
        target=found.target,
        title=f"Delete Job {found.name}",
        shown=shown(found.item),
        changes=(FieldChange(path="job", before=state, after="deleted, with its pods"),),
        dry_run="",
        blast=Blast(objects=1, pods=active, summary=f"1 Job; {active} of its pods run"),
        reversible=False,
        undo="cannot be undone; its work can be done once more from a manifest",
        rollback=None,
        write=write,
        check=Check(criterion="the Job is gone", deadline_s=DEADLINE_S, hold_s=HOLD_S, params={"since": stamp(call.now)}),
        before={"job": state},
        ownership=_owner(found),
        warnings=tuple(_warnings(found, active)),
        risk=Risk.MEDIUM if active else Risk.LOW,
    )  # fmt: skip
    return draft.model_copy(update={"dry_run": await deleting.try_out(call, draft, [write])})


def _deletion(found: Single) -> Json:
    options = {
        "kind": "DeleteOptions",
        "apiVersion": "v1",
        "preconditions": {"uid": uid(found.item)},
        "propagationPolicy": "Background",
    }
    return {"method": "DELETE", "path": found.path, "content_type": deleting.JSON, "body": options}


def shown(item: Json) -> dict[str, str]:
    """Progress is none of it: what a person approves is the end of this Job, however far it has come."""
    return {
        "spec.completions": str(spec(item).get("completions", 1)),
        "ended": str(job.state(item) in {"complete", "failed"}),
    }


def _owner(found: Single) -> Ownership:
    ref = controller(found.item)
    return Ownership(detail=f"made by {ref['kind']} {ref['name']}" if ref else "made by nobody else")


def _warnings(found: Single, active: int) -> list[str]:
    said = ["the logs of its pods go with it"]
    if active:
        said.append(f"{active} pods are at work and are stopped")
    if meta(found.item).get("finalizers"):
        said.append(f"finalizers hold it back: {', '.join(meta(found.item)['finalizers'])}")
    return said


async def reread(call: Call, draft: Draft) -> Reread:
    return await single.reread(call, draft, shown)


async def dry_run(call: Call, draft: Draft, precondition: str) -> str:
    del precondition  # the uid stands in the write
    return await deleting.try_out(call, draft, [draft.write])


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    del precondition
    write = approved.draft.write
    api = call.cluster(approved.draft.target.cluster)
    answer = await api.write(write["method"], write["path"], write["body"], content_type=deleting.JSON)
    return Applied(answer.audit_id, "deleted")


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    """Gone or ending is what it would have brought, and it is not sent again."""
    del plan_id
    found = await _there(call, draft)
    return Effect.NONE if found is not None and not deleting.ending(found.item) else Effect.DONE


async def _there(call: Call, draft: Draft) -> Single | None:
    """This very Job, when it is still there."""
    try:
        found = await single.single_of(call, draft)
    except GiveUp as error:
        if error.not_found:
            return None
        raise
    return found if uid(found.item) == draft.target.uid else None


async def observe(call: Call, draft: Draft) -> Observation:
    async def judge(found: Single) -> Observation:
        facts = {"job": job.state(found.item)}
        if deleting.ending(found.item):
            return Observation(Observed.NOT_YET, "the Job is ending", facts)
        return Observation(Observed.FAILED, "the API accepted the delete, but the Job is still there", facts)

    seen = await single.look(call, draft, judge)
    gone = seen.state is Observed.FAILED and not seen.facts  # not there any more, or another of its name
    return Observation(Observed.HOLDS, "the Job is gone", {"job": "gone"}) if gone else seen


async def roll_back(call: Call, approved: Approved) -> Applied:
    del call
    raise GiveUp(f"{approved.draft.target} is deleted: nothing brings that very Job back")


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    del call
    return Observation(Observed.FAILED, f"{draft.target} is deleted: nothing brings that very Job back", {})


JOB_DELETE = Action(
    name="job_delete",
    summary="Delete a Job with its pods.",
    args=JobArgs,
    risk=Risk.LOW,
    reversible=False,
    reads=("job",),
    writes=("job: deleted, by uid, its pods with it",),
    verified="the Job is gone",
    needs_kubernetes=("get,list,delete jobs.batch",),
    needs_oci=(),
    examples=("delete job backup-28 in shop", "remove the job migrate"),
    says=("(delete|remove|kill|cancel) [the] job {name}", "(delete|remove|kill|cancel) [the] {name} job", "(delete|remove) job/{name}"),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_rollback,
)  # fmt: skip
