"""CronJobs: a Job at each moment that the schedule names."""

import copy
from typing import Final

from sandbox.world.clock import epoch, stamp
from sandbox.world.context import Context
from sandbox.world.controllers.jobs import JOBS, finished
from sandbox.world.controllers.schedules import upcoming
from sandbox.world.events import Source
from sandbox.world.objects import (
    Obj,
    condition,
    controlled_by,
    created,
    deleting,
    meta,
    name,
    namespace,
    owner_reference,
    spec,
    status,
    uid,
)

CRONJOBS: Final = "batch/v1/cronjobs"
KIND: Final = ("batch/v1", "CronJob")
SOURCE: Final = Source("cronjob-controller")


def reconcile(ctx: Context) -> None:
    for cron in ctx.access.list(CRONJOBS):
        if not deleting(cron):
            _one(ctx, cron)


def _one(ctx: Context, cron: Obj) -> None:
    jobs = [job for job in ctx.access.list(JOBS, namespace(cron)) if controlled_by(job, cron)]
    active = [job for job in jobs if not finished(job)]
    last = epoch(status(cron).get("lastScheduleTime")) or created(cron)
    if not spec(cron).get("suspend"):
        last = _start(ctx, cron, active, last)
        active = [
            job
            for job in ctx.access.list(JOBS, namespace(cron))
            if controlled_by(job, cron) and not finished(job)
        ]
    _tidy(ctx, cron, [job for job in jobs if finished(job)])
    _report(ctx, cron, active, jobs, last)


def _start(ctx: Context, cron: Obj, active: list[Obj], last: float) -> float:
    """Start what is due; when it was last started."""
    try:
        due = upcoming(spec(cron)["schedule"], last, spec(cron).get("timeZone"))
    except (ValueError, KeyError) as error:
        text = f'unparseable schedule: "{spec(cron).get("schedule")}" : {error}'
        ctx.recorder.record(SOURCE, cron, KIND, ("Warning", "UnparseableSchedule", text))
        return last
    if due is None or not ctx.due(due):
        return last
    following = upcoming(spec(cron)["schedule"], due, spec(cron).get("timeZone"))
    while following is not None and following <= ctx.now:
        due, following = following, upcoming(spec(cron)["schedule"], following, spec(cron).get("timeZone"))
    if active and spec(cron).get("concurrencyPolicy") == "Forbid":
        text = "Not starting job because prior execution is running and concurrency policy is Forbid"
        ctx.recorder.record(SOURCE, cron, KIND, ("Normal", "JobAlreadyActive", text))
        return due
    if spec(cron).get("concurrencyPolicy") == "Replace":
        for job in active:
            ctx.access.remove(JOBS, job)
    job = ctx.access.create(JOBS, _job(cron, due))
    ctx.recorder.record(SOURCE, cron, KIND, ("Normal", "SuccessfulCreate", f"Created job {name(job)}"))
    return due


def _job(cron: Obj, due: float) -> Obj:
    template = copy.deepcopy(spec(cron)["jobTemplate"])
    metadata = {k: v for k, v in meta(template).items() if k in ("labels", "annotations") and v}
    notes = {"batch.kubernetes.io/cronjob-scheduled-timestamp": stamp(due)}
    metadata |= {
        "name": f"{name(cron)}-{int(due // 60)}",
        "namespace": namespace(cron),
        "annotations": metadata.get("annotations", {}) | notes,
        "ownerReferences": [owner_reference(cron, *KIND)],
    }
    return {"metadata": metadata, "spec": template["spec"]}


def _tidy(ctx: Context, cron: Obj, done: list[Obj]) -> None:
    limits = (("Complete", "successfulJobsHistoryLimit", 3), ("Failed", "failedJobsHistoryLimit", 1))
    for kind, field, usual in limits:
        mine = [job for job in done if (condition(job, kind) or {}).get("status") == "True"]
        kept = spec(cron).get(field, usual)
        for job in sorted(mine, key=created)[: max(0, len(mine) - kept)]:
            ctx.access.remove(JOBS, job)


def _report(ctx: Context, cron: Obj, active: list[Obj], jobs: list[Obj], last: float) -> None:
    body: Obj = {}
    if active:
        body["active"] = [
            {
                "kind": "Job",
                "namespace": namespace(job),
                "name": name(job),
                "uid": uid(job),
                "apiVersion": "batch/v1",
                "resourceVersion": meta(job)["resourceVersion"],
            }
            for job in active
        ]
    if last > created(cron):
        body["lastScheduleTime"] = stamp(last)
    ends = [t for job in jobs if (t := status(job).get("completionTime"))]
    if ends or status(cron).get("lastSuccessfulTime"):
        body["lastSuccessfulTime"] = max([*ends, status(cron).get("lastSuccessfulTime", "")])
    ctx.access.set_status(CRONJOBS, cron, body)
