"""Resource Manager: stacks and their jobs, which take time, with the plan as JSON and a log; drift is looked for when it is asked.

What the next plan job plans is kept aside with its stack (`next`), what a job planned and what stands in its log with the job. An apply takes the plan of a job, once:
after another apply it is stale, and Terraform refuses it. Objects themselves are not made here.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import bad_parameter, hidden, incorrect_state
from sandbox.oci.services.listing import chosen, getting, listing, shown
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import epoch, stamp

SERVICE: Final = "resource_manager"
LASTS_S: Final = {"PLAN": 20.0, "APPLY": 40.0}
DRIFT_S: Final = 15.0
ACCEPTED_S: Final = 2.0
RUNNING: Final = frozenset({"ACCEPTED", "IN_PROGRESS", "CANCELING"})
NO_CHANGES: Final[Json] = {"format_version": "1.2", "terraform_version": "1.5.7", "resource_changes": []}


def _create_job(call: Call) -> Answer:
    stack = call.record("Stack", str(call.body["stackId"]))
    details: Json = call.body.get("jobOperationDetails") or {}
    operation = str(details.get("operation"))
    if operation not in LASTS_S:
        raise bad_parameter(f"jobOperationDetails.operation must be PLAN or APPLY here, not {operation}")
    if any(one.state in RUNNING for one in _jobs_of(call, stack)):
        raise incorrect_state(f"Stack {stack.id} has a job in progress")
    planned = _planned(call, stack, details) if operation == "APPLY" else None
    job = _job(call, stack, operation, details)
    _runs(call, stack, job, planned)
    return Answer(shown(SERVICE, "Job", job), job)


def _jobs_of(call: Call, stack: Record) -> list[Record]:
    return [one for one in call.tenancy.records.of(SERVICE, "Job") if one.body["stackId"] == stack.id]


def _planned(call: Call, stack: Record, details: Json) -> Record:
    """The plan job that an apply names."""
    if details.get("executionPlanStrategy") != "FROM_PLAN_JOB_ID":
        raise bad_parameter("executionPlanStrategy must be FROM_PLAN_JOB_ID here")
    job = call.record("Job", str(details.get("executionPlanJobId")))
    if (job.body["stackId"], job.body["operation"], job.state) != (stack.id, "PLAN", "SUCCEEDED"):
        raise bad_parameter(f"Job {job.id} is no plan job of this stack that succeeded")
    return job


def _job(call: Call, stack: Record, operation: str, details: Json) -> Record:
    ident = call.tenancy.names.ocid("ormjob", uuid.uuid4().hex)
    name = f"{operation.lower()}job{stamp(call.now)}"
    body: Json = {
        "id": ident,
        "stackId": stack.id,
        "compartmentId": stack.compartment,
        "displayName": call.body.get("displayName") or name,
        "operation": operation,
        "jobOperationDetails": details,
        "lifecycleState": "ACCEPTED",
        "timeCreated": stamp(call.now),
        "freeformTags": call.body.get("freeformTags") or {},
        "definedTags": call.body.get("definedTags") or {},
    }
    if operation == "APPLY":
        body["resolvedPlanJobId"] = details["executionPlanJobId"]
    return call.tenancy.records.add(Record(ident, stack.compartment, SERVICE, "Job", body))


def _runs(call: Call, stack: Record, job: Record, planned: Record | None) -> None:
    operation, records = str(job.body["operation"]), call.tenancy.records
    ends = call.now + LASTS_S[operation] / call.speed
    error = _error(call, stack, planned)
    records.later(call.now + ACCEPTED_S / call.speed, job, {"lifecycleState": "IN_PROGRESS"})
    end: Json = {"lifecycleState": "FAILED" if error else "SUCCEEDED", "timeFinished": stamp(ends)}
    if error:
        end["failureDetails"] = {"code": "TERRAFORM_EXECUTION_ERROR", "message": error}
    records.later(ends, job, end)
    job.hidden["logs"] = _log(call.now, ends, operation, error)
    if operation == "PLAN":
        job.hidden["plan"] = stack.hidden.get("next", NO_CHANGES)
    elif not error and planned is not None:
        stack.hidden["next"] = NO_CHANGES
        records.later(ends, stack, {"applied": planned.id, "moved": False})


def _error(call: Call, stack: Record, planned: Record | None) -> str:
    """`applied` is the plan that stands, `moved` that somebody changed what it made."""
    since = planned.body["timeCreated"] if planned is not None else ""
    jobs = _jobs_of(call, stack) if planned is not None else []
    if any(
        one.body["operation"] == "APPLY" and one.body["timeCreated"] > since and one.state == "SUCCEEDED"
        for one in jobs
    ):
        return "Error: Saved plan is stale"
    return "Error: 409-LimitExceeded, the limit of the compartment is reached" if call.fails else ""  # fmt: skip


def _log(begins: float, ends: float, operation: str, error: str) -> list[Json]:
    last = ("ERROR", error) if error else ("INFO", f"{operation.capitalize()} complete!")
    rows = [(begins, "INFO", "Initializing provider plugins..."), (ends, *last)]
    return [
        {"type": "TERRAFORM_CONSOLE", "level": level, "timestamp": stamp(at), "message": text}
        for at, level, text in rows
    ]


def _list_jobs(call: Call) -> Answer:
    """Of a stack or of a compartment; without either, none."""
    stack, compartment = call.query.get("stackId"), call.query.get("compartmentId")
    if stack:
        call.record("Stack", stack)
    elif compartment:
        call.need(compartment)
    else:
        raise bad_parameter("stackId or compartmentId must be given")
    found = [
        one
        for one in call.tenancy.records.of(SERVICE, "Job")
        if compartment in {None, one.compartment} and stack in {None, one.body["stackId"]}
    ]
    return Answer([shown(SERVICE, "JobSummary", one) for one in chosen(call, found)])


def _logs(call: Call) -> Answer:
    job = call.record("Job", call.path["jobId"])
    rows = [one for one in job.hidden.get("logs", []) if epoch(one["timestamp"]) <= call.now]
    newest = call.query.get("sortOrder", "").upper() == "DESC"
    return Answer(rows[::-1] if newest else rows)


def _tf_plan(call: Call) -> Answer:
    job = call.record("Job", call.path["jobId"])
    if call.query.get("tfPlanFormat") != "JSON":
        raise bad_parameter("tfPlanFormat must be JSON here")
    if job.state != "SUCCEEDED" or "plan" not in job.hidden:
        raise hidden()
    plan: Any = job.hidden["plan"]
    return Answer(plan)


def _detect(call: Call) -> Answer:
    stack = call.record("Stack", call.path["stackId"])
    ends = call.now + DRIFT_S / call.speed
    status = "DRIFTED" if stack.body.get("moved") else "IN_SYNC"
    checked: Json = {"stackDriftStatus": status, "timeDriftLastChecked": stamp(ends)}
    if not call.fails:
        call.tenancy.records.later(ends, stack, checked)
    work = call.tenancy.names.ocid("ormworkrequest", uuid.uuid4().hex)
    return Answer(None, stack, {"opc-work-request-id": work})


TABLE: Final[Table] = {
    "list_stacks": listing(SERVICE, "Stack", "StackSummary"),
    "get_stack": getting(SERVICE, "Stack", "stackId"),
    "detect_stack_drift": _detect,
    "create_job": _create_job,
    "get_job": getting(SERVICE, "Job", "jobId"),
    "list_jobs": _list_jobs,
    "get_job_logs": _logs,
    "get_job_tf_plan": _tf_plan,
}
