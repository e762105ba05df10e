"""Jobs: pods until enough have succeeded or too many have failed."""

import copy
from typing import Final

from sandbox.world.clock import epoch, stamp
from sandbox.world.context import Context
from sandbox.world.controllers.pods import Retries, drop, generated_name, make, owned_pods, pod_from
from sandbox.world.events import Source
from sandbox.world.objects import (
    Obj,
    condition,
    counts,
    deleting,
    pod_active,
    pod_ready,
    spec,
    status,
)

JOBS: Final = "batch/v1/jobs"
KIND: Final = ("batch/v1", "Job")
SOURCE: Final = Source("job-controller")
_FIRST_PAUSE: Final = 10.0
_LONGEST_PAUSE: Final = 360.0
_LIMIT: Final = ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
_DEADLINE: Final = ("DeadlineExceeded", "Job was active longer than specified deadline")
_REACHED: Final = ("CompletionsReached", "Reached expected number of succeeded pods")


def finished(job: Obj) -> bool:
    return any((condition(job, kind) or {}).get("status") == "True" for kind in ("Complete", "Failed"))


class Jobs:
    def __init__(self) -> None:
        self._retries = Retries()

    def reconcile(self, ctx: Context) -> None:
        for job in ctx.access.list(JOBS):
            if not deleting(job) and not finished(job):
                self._one(ctx, job)

    def _one(self, ctx: Context, job: Obj) -> None:
        pods = owned_pods(ctx, job)
        succeeded = [pod for pod in pods if status(pod).get("phase") == "Succeeded"]
        failed = [pod for pod in pods if status(pod).get("phase") == "Failed"]
        active = [pod for pod in pods if pod_active(pod)]
        began = epoch(status(job).get("startTime")) or ctx.now
        wanted = spec(job).get("completions") or spec(job).get("parallelism", 1)
        problem = self._problem(ctx, job, began, failed, active)
        conditions: list[Obj] = []
        if problem is not None:
            for pod in active:
                drop(ctx, pod, job, KIND, SOURCE)
            conditions = [_true(ctx, "FailureTarget", problem), _true(ctx, "Failed", problem)]
            ctx.recorder.record(SOURCE, job, KIND, ("Warning", *problem))
            active = []
        elif len(succeeded) >= wanted:
            conditions = [_true(ctx, "SuccessCriteriaMet", _REACHED), _true(ctx, "Complete", _REACHED)]
            ctx.recorder.record(SOURCE, job, KIND, ("Normal", "Completed", "Job completed"))
        elif spec(job).get("suspend"):
            for pod in active:
                drop(ctx, pod, job, KIND, SOURCE)
            conditions = [_true(ctx, "Suspended", ("JobSuspended", "Job suspended"))]
        elif self._rested(ctx, failed):
            self._grow(ctx, job, min(spec(job).get("parallelism", 1), wanted - len(succeeded)) - len(active))
            active = [pod for pod in owned_pods(ctx, job) if pod_active(pod)]
        self._report(
            ctx, job, began, {"active": active, "succeeded": succeeded, "failed": failed}, conditions
        )

    def _problem(
        self, ctx: Context, job: Obj, began: float, failed: list[Obj], active: list[Obj]
    ) -> tuple[str, str] | None:
        restarts = sum(
            c.get("restartCount", 0) for pod in active for c in status(pod).get("containerStatuses") or []
        )
        if len(failed) + restarts > spec(job).get("backoffLimit", 6):
            return _LIMIT
        seconds = spec(job).get("activeDeadlineSeconds")
        if seconds is not None and ctx.due(began + seconds / ctx.speed):
            return _DEADLINE
        return None

    def _rested(self, ctx: Context, failed: list[Obj]) -> bool:
        """Ten seconds after the first failure, twice as long after each further one."""
        if not failed:
            return True
        last = max(_ended(pod) for pod in failed)
        pause = min(_FIRST_PAUSE * 2 ** (len(failed) - 1), _LONGEST_PAUSE)
        return ctx.due(last + pause / ctx.speed)

    def _grow(self, ctx: Context, job: Obj, missing: int) -> None:
        if missing <= 0 or self._retries.blocked(ctx, job):
            return
        template = copy.deepcopy(spec(job)["template"])
        for _ in range(missing):
            pod = pod_from(template, job, KIND, generated_name(ctx, job))
            if make(ctx, pod, job, KIND, SOURCE) is not None:
                self._retries.failed(ctx, job)
                return
        self._retries.passed(job)

    def _report(
        self, ctx: Context, job: Obj, began: float, pods: dict[str, list[Obj]], conditions: list[Obj]
    ) -> None:
        numbers = {key: len(found) for key, found in pods.items()}
        numbers["ready"] = sum(1 for pod in pods["active"] if pod_ready(pod))
        body = counts(numbers, keep=("ready",)) | {"terminating": 0, "uncountedTerminatedPods": {}}
        body |= {"startTime": stamp(began)} | ({"conditions": conditions} if conditions else {})
        if any(entry["type"] == "Complete" for entry in conditions):
            body["completionTime"] = stamp(ctx.now)
        kept = {(c["type"], c["status"]): c for c in status(job).get("conditions") or []}
        if conditions:
            body["conditions"] = [kept.get((c["type"], c["status"]), c) for c in conditions]
        ctx.access.set_status(JOBS, job, body)


def _ended(pod: Obj) -> float:
    ends = [
        epoch(((c.get("state") or {}).get("terminated") or {}).get("finishedAt"))
        for c in status(pod).get("containerStatuses") or []
    ]
    return max(ends, default=0.0)


def _true(ctx: Context, kind: str, why: tuple[str, str]) -> Obj:
    now = stamp(ctx.now)
    return {
        "type": kind,
        "status": "True",
        "lastProbeTime": now,
        "lastTransitionTime": now,
        "reason": why[0],
        "message": why[1],
    }
