"""Apply what a plan job of a Resource Manager stack planned, that and nothing else. Done when the job is and nothing has drifted."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import Field

from tools.approved import Approved
from tools.errors import GiveUp
from tools.oracle.where import CloudArgs, text_of
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
from tools.reads.digest import counted, short
from tools.remediation import stack
from tools.remediation.alarm import moment
from tools.remediation.cloud_created import MARK, mark_of, where_of
from tools.remediation.cloud_item import (
    Item,
    ResourceArgs,
    differences,
    item,
    item_of,
    looked,
    may_change,
    send,
    token,
)
from tools.remediation.stack import SERVICE, SOURCE, STACK
from tools.spec import Call, Json, Risk
from tools.terraform.summary import Summary, before_and_after

SHOWN: Final = 30  # objects that a card names
UNDO: Final = "an apply has no way back of its own: what it destroys cannot be undone, what it changes goes back with an earlier configuration alone"
IN_SYNC: Final = "IN_SYNC"


class Args(CloudArgs):
    stack: str = Field(min_length=1, max_length=300, description="its display name or OCID")


async def stack_of(call: Call, args: Args) -> Item:
    place = args.model_dump(exclude={"stack"})
    found = await item(call, STACK, ResourceArgs(resource=args.stack, **place))
    state = text_of(found.body, "lifecycleState")
    if state != "ACTIVE":
        raise GiveUp(f"stack {found.name} is {state}, not ACTIVE", SOURCE)
    return found


def args_of(found: Item) -> Json:
    args = found.args()
    return {"stack": args.pop("resource"), **args}


async def plan(call: Call, args: Args) -> Draft:
    found = await stack_of(call, args)
    jobs = await stack.jobs_of(found)
    stack.must_rest(found.name, jobs)
    job = stack.plan_job(found, jobs, call.now)
    ident = text_of(job, "id")
    summary = await stack.planned(found.where, ident, found.region)
    if not summary.changes:
        raise GiveUp(f"the newest plan of stack {found.name} changes nothing: there is nothing to apply", SOURCE)  # fmt: skip
    may_change(call)
    mark = mark_of(call, ident)
    return Draft(
        action="stack_apply",
        args=args_of(found),
        target=found.target(),
        title=f"Apply stack {short(found.name, 80)}: {summary.headline}",
        shown=stack.shown(found, jobs, ident, summary),
        changes=_lines(summary),
        dry_run=f"plan job {stack.called(job)} of {moment(text_of(job, 'timeCreated'))}: {summary.headline}",
        blast=Blast(
            objects=len(summary.changes), percent=100 if summary.destroys else 0,
            summary=f"{counted(len(summary.changes), 'object')}: {summary.headline}",
        ),
        reversible=False,
        undo=UNDO,
        rollback=None,
        write=_write(found, ident, mark),
        check=Check(
            criterion="the apply job has SUCCEEDED, and a look for drift after it finds the stack in sync",
            deadline_s=3_600.0, params={"mark": mark, "plan job": ident},
        ),
        before={"apply job": stack.NONE, "drift": text_of(found.body, "stackDriftStatus") or "NOT_CHECKED"},
        warnings=(*_warnings(summary), *summary.warnings),
        risk=summary.risk,
    )  # fmt: skip


def _lines(summary: Summary) -> tuple[FieldChange, ...]:
    rows = [(one.address, *before_and_after(one)) for one in summary.changes[:SHOWN]]
    found = [FieldChange(path=path, before=before, after=after) for path, before, after in rows]
    if left := len(summary.changes) - SHOWN:
        found += [FieldChange(path=f"{left} more", before="", after="see the plan job")] if left > 0 else []
    return tuple(found)


def _warnings(summary: Summary) -> list[str]:
    return [f"{counted(summary.destroys, 'object')} will be destroyed: that cannot be undone"] if summary.destroys else []  # fmt: skip


def _write(found: Item, job: str, mark: str) -> Json:
    """The plan of exactly that job: Terraform refuses it when something was applied since."""
    operation = {
        "operation": "APPLY",
        "executionPlanStrategy": "FROM_PLAN_JOB_ID",
        "executionPlanJobId": job,
    }
    return job_request(found, operation, mark)


def job_request(found: Item, operation: Json, mark: str) -> Json:
    details = {
        "stackId": found.id,
        "displayName": f"cloudops {mark}",
        "jobOperationDetails": operation,
        "freeformTags": {MARK: mark},
    }
    return {
        "service": SERVICE, "operation": "create_job", "region": found.region, "token": True,
        "arguments": {"create_job_details": details},
    }  # fmt: skip


async def reread(call: Call, draft: Draft) -> Reread:
    """Creating a job takes no etag: what is here is compared with the card, and Terraform itself refuses a stale plan."""
    found = await item_of(call, STACK, draft)
    job = str(draft.check.params["plan job"])
    jobs = await stack.jobs_of(found)
    summary = await stack.planned(found.where, job, found.region)
    return Reread(differences(draft.shown, stack.shown(found, jobs, job, summary)), "")


async def dry_run(call: Call, draft: Draft, precondition: str) -> str:
    del precondition
    may_change(call)
    found = await item_of(call, STACK, draft)
    stack.must_rest(found.name, await stack.jobs_of(found))
    return draft.dry_run


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    del precondition
    return await send(call, approved, approved.draft.write)


async def _ours(call: Call, draft: Draft) -> Json | None:
    where = await where_of(call, draft)
    return await stack.marked(where, draft.target.uid, draft.target.region, draft.check.params["mark"])


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    """Should the list lag, the step is sent with the same token again, which Oracle does not carry out twice."""
    del plan_id
    return Effect.DONE if await _ours(call, draft) else Effect.NONE


async def observe(call: Call, draft: Draft) -> Observation:
    return await looked(lambda: _observed(call, draft))


async def _observed(call: Call, draft: Draft) -> Observation:
    job = await _ours(call, draft)
    if job is None:
        return Observation(Observed.NOT_YET, "Oracle does not list the apply job", {"apply job": stack.NONE})
    state = text_of(job, "lifecycleState")
    facts = {"apply job": state}
    if state == stack.DONE:
        return await _drift(call, draft, job)
    if state not in stack.ENDED:
        return Observation(Observed.NOT_YET, f"the apply job is {state}", facts)
    where = await where_of(call, draft)
    told = await stack.last_lines(where, text_of(job, "id"), draft.target.region)
    part = "what it had done until then stays done"
    return Observation(Observed.FAILED, f"the apply job is {state}, and {part}; {told}", facts)


async def _drift(call: Call, draft: Draft, job: Json) -> Observation:
    """Asked for once, by a token of this plan's own: it changes nothing but what Oracle knows of the stack."""
    found = await item_of(call, STACK, draft)
    status, checked = (text_of(found.body, key) for key in ("stackDriftStatus", "timeDriftLastChecked"))
    facts = {"apply job": stack.DONE, "drift": status or "NOT_CHECKED"}
    if not checked or datetime.fromisoformat(checked) < await _finished(found, job):
        api = call.clients.cloud.changing(call.deadline_s, f"cloudops-{call.request}")
        await api.write(
            SERVICE, "detect_stack_drift", region=found.region, stack_id=found.id,
            opc_retry_token=token(f"drift-{draft.check.params['mark']}"),
        )  # fmt: skip
        return Observation(Observed.NOT_YET, "the apply job is done; drift is looked for", facts)
    if status == IN_SYNC:
        return Observation(Observed.HOLDS, "the apply job is done, and nothing has drifted", facts)
    return Observation(Observed.FAILED, f"the apply job is done, and the stack is {status}: something differs from what it wrote", facts)  # fmt: skip


async def _finished(found: Item, job: Json) -> datetime:
    at = text_of(job, "timeFinished")
    if not at:
        answer = await found.where.api.read(
            SERVICE, "get_job", region=found.region, job_id=text_of(job, "id")
        )
        at = text_of(answer.data, "timeFinished") or text_of(answer.data, "timeCreated")
    return datetime.fromisoformat(at)


async def roll_back(call: Call, approved: Approved) -> Applied:
    del call
    raise GiveUp(approved.draft.undo, SOURCE)


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    del call
    return Observation(Observed.FAILED, draft.undo, {})


STACK_APPLY = Action(
    name="stack_apply",
    summary="Apply the newest plan job of an Oracle Cloud Resource Manager stack (Terraform), exactly as planned; it cannot be undone.",
    args=Args,
    risk=Risk.MEDIUM,
    reversible=False,
    reads=("stack", "its jobs", "the plan of its newest plan job"),
    writes=("apply job: new, from that plan job", "drift check of the stack"),
    verified="the apply job has SUCCEEDED, and a look for drift after it finds the stack IN_SYNC",
    needs_kubernetes=(),
    needs_oci=("ORM_STACK_READ", "ORM_STACK_USE", "ORM_STACK_UPDATE", "ORM_JOB_READ", "ORM_JOB_MANAGE"),
    examples=("apply stack shop-edge", "apply the terraform stack shop-edge"),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_rollback,
    says=("apply [the] [terraform|oci|oracle] stack {stack}",),
)
