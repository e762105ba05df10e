"""Jobs that failed, and CronJobs that do not run."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding, about
from tools.cluster.objects import condition, containers, count, created, name, owned_by, spec, status, when
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.logs.lines import telling
from tools.spec import Evidence, Json

_TROUBLE = ("MissSchedule", "TooManyMissedTimes", "JobAlreadyActive", "UnparseableSchedule", "UnknownTimeZone", "FailedCreate", "FailedNeedsStart")  # fmt: skip


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        if workload.plural == "jobs":
            failed = _failure(workload.item)
            if failed:
                yield _job(snap, workload, workload.item, failed)
        if workload.plural == "cronjobs":
            yield from _cronjob(snap, workload)


def _failure(job: Json) -> Json:
    """The condition that says so; before there is one, failed pods and none that succeeded or runs."""
    for kind in ("Failed", "FailureTarget"):
        if condition(job, kind).get("status") == "True":
            return condition(job, kind)
    tries = count(job, "failed")
    if not tries or count(job, "succeeded") or count(job, "ready") or condition(job, "Complete"):
        return {}
    limit = int(spec(job).get("backoffLimit", 6))
    words = f"{tries} tries failed; after {limit + 1} it is given up as BackoffLimitExceeded"
    return {"reason": words, "lastTransitionTime": status(job).get("startTime")}


def _job(snap: Snapshot, workload: Workload, job: Json, failed: Json) -> Finding:
    facts = [
        snap.fact(
            "jobs", job, "status.conditions[Failed].reason", failed.get("reason", ""), label="why it failed"
        )
    ]
    facts.append(snap.fact("jobs", job, "status.failed", status(job).get("failed", 0), label="failed pods"))
    pods = sorted((p for p in workload.pods if owned_by(p, job)), key=created)
    how, more = _last_pod(snap, pods[-1]) if pods else ("its pods are gone", [])
    return about(
        snap,
        workload,
        "job_failed",
        f"Job {name(job)} failed ({failed.get('reason', '')}): {how}",
        [*facts, *more],
        rank=22,
        since=when(failed.get("lastTransitionTime")),
        ruled_out=("scheduling: its pods ran",) if pods else (),
        touches=(f"job/{name(job)}",),
    )


def _last_pod(snap: Snapshot, pod: Json) -> tuple[str, list[Evidence]]:
    for container in containers(pod):
        states = status(pod).get("containerStatuses") or []
        state: Json = next((s for s in states if s.get("name") == container["name"]), {})
        ended = (
            (state.get("state") or {}).get("terminated")
            or (state.get("lastState") or {}).get("terminated")
            or {}
        )
        if ended.get("exitCode"):
            base = f"status.containerStatuses[{container['name']}].state.terminated.exitCode"
            facts = [snap.fact("pods", pod, base, ended["exitCode"], label="exit code of its last pod")]
            log = snap.log(name(pod), container["name"])
            line = telling(log.text) if log else ""
            if log and line:
                facts.append(snap.said(log, line))
            text = f"container {container['name']} of its last pod ended with exit code {ended['exitCode']}"
            return text + (f"; its last words: {line}" if line else ""), facts
    return f"its last pod is {status(pod).get('phase', 'gone')}", []


def _cronjob(snap: Snapshot, workload: Workload) -> Iterator[Finding]:
    item = workload.item
    problems: list[str] = []
    facts = [
        snap.fact("cronjobs", item, "spec.schedule", spec(item).get("schedule", ""), label="schedule"),
        snap.fact(
            "cronjobs",
            item,
            "status.lastScheduleTime",
            status(item).get("lastScheduleTime") or "never",
            label="last run",
        ),
    ]
    suspended = bool(spec(item).get("suspend"))
    if suspended:
        problems.append("it is suspended (spec.suspend is true)")
        facts.append(snap.fact("cronjobs", item, "spec.suspend", "true", label="suspended"))
    active = len(status(item).get("active") or [])
    events = snap.events("cronjobs", item, *_TROUBLE)
    if events:
        problems.append(f"{events[0].get('reason')}: {' '.join(events[0].get('message', '').split())[:200]}")
        facts.append(snap.told(events[0]))
    if active and spec(item).get("concurrencyPolicy") == "Forbid" and events:
        problems.append(f"{active} run is still active and concurrencyPolicy is Forbid")
    if problems:
        cause = f"CronJob {name(item)} does not run: {'; '.join(problems)}"
        yield about(
            snap,
            workload,
            "cronjob",
            cause,
            facts,
            rank=23,
            severity="risk" if suspended else "fault",
            ruled_out=("the program: it was not started",),
        )
    for job in snap.of("jobs"):
        failed = _failure(job)
        if owned_by(job, item) and failed:
            yield _job(snap, workload, job, failed)
