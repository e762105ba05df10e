"""Run a plan job of a Resource Manager stack, which reads and changes no infrastructure: what it planned can be applied for an hour."""

from __future__ import annotations

from typing import Final

from tools.oracle.where import Where, text_of
from tools.plan import Blast, Check, Draft, FieldChange
from tools.reads.digest import short
from tools.remediation import stack
from tools.remediation.cloud_created import NOWHERE, Created, Making, mark_of
from tools.remediation.cloud_item import NO_DRY_RUN, Item, Kind, item_of, may_change, tags_of
from tools.remediation.stack import PLAN, SERVICE, STACK
from tools.remediation.stack_apply import Args, args_of, job_request, stack_of
from tools.spec import Call, Risk

JOB: Final = Kind("Job", "job", SERVICE, "get_job", "job_id")
UNDO: Final = "a plan job changes no infrastructure: there is nothing to take back"


async def plan(call: Call, args: Args) -> Draft:
    found = await stack_of(call, args)
    stack.must_rest(found.name, await stack.jobs_of(found))
    may_change(call)
    mark = mark_of(call, found.id)
    return Draft(
        action="stack_plan",
        args=args_of(found),
        target=found.target(),
        title=f"Run a plan job of stack {short(found.name, 80)}",
        shown=_fields(found),
        changes=(FieldChange(path="plan job", before="(not there)", after="a new one, which only reads"),),
        dry_run=NO_DRY_RUN,
        blast=Blast(summary="1 new plan job; no infrastructure is changed, other jobs of the stack wait for it"),
        reversible=False,
        undo=UNDO,
        rollback=None,
        write=job_request(found, {"operation": PLAN}, mark),
        check=Check(criterion="the plan job has SUCCEEDED", deadline_s=1_800.0, params={"mark": mark}),
        before={"state": NOWHERE},
        risk=Risk.LOW,
    )  # fmt: skip


def _fields(found: Item) -> dict[str, str]:
    state = text_of(found.body, "lifecycleState")
    return {"displayName": found.name, "lifecycleState": state, **tags_of(found.body)}


async def _shown(call: Call, draft: Draft, where: Where) -> dict[str, str]:
    del where
    return _fields(await item_of(call, STACK, draft))


def _making(draft: Draft) -> Making:
    narrowed = {"stack_id": draft.target.uid}
    return Making(JOB, "list_jobs", narrowed, frozenset({stack.DONE}), stack.ENDED - {stack.DONE})


STACK_PLAN = Created(_making, _shown).action(
    plan,
    name="stack_plan",
    summary="Run a plan job of an Oracle Cloud Resource Manager stack (Terraform); it changes no infrastructure.",
    args=Args,
    risk=Risk.LOW,
    reversible=False,
    reads=("stack", "its jobs"),
    writes=("plan job: new",),
    verified="the plan job has SUCCEEDED",
    needs_oci=("ORM_STACK_READ", "ORM_STACK_USE", "ORM_JOB_READ", "ORM_JOB_MANAGE"),
    examples=("plan stack shop-edge", "run a plan of the terraform stack shop-edge"),
    says=(
        "plan [the] [terraform|oci|oracle] stack {stack}",
        "run [a] plan [job] (of|for) [the] [terraform|oci|oracle] stack {stack}",
    ),
)
