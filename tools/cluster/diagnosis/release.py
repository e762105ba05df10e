"""Releases that broke what worked: a rollout, what it changed, and what went wrong right after it.

Correlates four things: the time of the rollout, new error templates in the new pods' logs, the service's metrics
before and after, and metrics of what it depends on that have reached their limit since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tools.cluster.diagnosis.finding import Finding, about, advise
from tools.cluster.diagnosis.suspects import Suspect, suspects
from tools.cluster.objects import name, pod_ready, restarts
from tools.cluster.revisions import Revision, revisions
from tools.cluster.snapshot import Snapshot
from tools.cluster.templates import Change
from tools.cluster.workloads import Workload, pods_of, reason
from tools.logs.clusters import Cluster, cluster, template_of
from tools.logs.entries import Entry, entries
from tools.metrics.charts import number
from tools.metrics.signals import Signal
from tools.spec import Evidence

ENOUGH = 3  # error lines; fewer prove nothing
_SHARED_OUT = re.compile(r"POOL|CONN|WORKERS?|THREADS?|CONCURREN|PARALLEL", re.IGNORECASE)
_COUNT = re.compile(r"^\d{1,7}$")
_COUNTED = re.compile(
    r"conn|pool|session|slot|worker|thread|client", re.IGNORECASE
)  # what such settings use up


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong after the rollout."""

    errors: tuple[Cluster, ...]
    rose: tuple[Signal, ...]
    exhausted: tuple[Signal, ...]
    failing: tuple[str, ...]

    @property
    def measured(self) -> bool:
        return bool(self.rose or self.exhausted)


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        if workload.plural != "deployments":
            continue
        history = revisions(workload.item, workload.replicasets(snap))
        for suspect in suspects(history, snap.now):
            trouble = _trouble(snap, workload, suspect)
            if trouble.measured or (suspect.newest and (trouble.failing or _loud(trouble, snap))):
                yield _finding(snap, workload, suspect, trouble)
            if trouble.measured:
                break  # what came before it is not needed to explain it


def _loud(trouble: Trouble, snap: Snapshot) -> bool:
    """Without any metric, many new errors are a sign; where metrics are quiet, they are not."""
    return not snap.signals and sum(c.count for c in trouble.errors) >= ENOUGH


def _trouble(snap: Snapshot, workload: Workload, suspect: Suspect) -> Trouble:
    new = suspect.new
    service = _service(snap, workload)
    failing = _failing(workload, new) if suspect.newest else ()
    said = errors(snap, workload, suspect)
    rose = tuple(
        s
        for s in snap.signals
        if s.service == service and s.rose(new.at) and suspect.fresh(s) and (s.over or s.limit is None)
    )
    needed = snap.needs.get(service, ())
    exhausted = tuple(
        s for s in snap.signals if s.service in needed and _since_then(s, new.at) and suspect.fresh(s)
    )
    # Others share what it needs: it is only a suspect if it asks for more than before, or suffers itself.
    asks = demand(new.changes) is not None or said or rose or failing
    return Trouble(said, rose, exhausted if asks else (), failing)


def _failing(workload: Workload, new: Revision) -> tuple[str, ...]:
    bad = {
        reason(pod)
        for pod in pods_of(workload.live, new.replicaset)
        if not pod_ready(pod)
        and (restarts(pod) or reason(pod) not in {"Running", "ContainerCreating", "Pending"})
    }
    return tuple(sorted(bad))


def _service(snap: Snapshot, workload: Workload) -> str:
    return snap.services.get(f"{workload.kind}/{workload.name}", workload.name)


def _since_then(signal: Signal, at: datetime) -> bool:
    start = signal.first_at_limit()
    return start is not None and start >= at - timedelta(seconds=30)


def errors(snap: Snapshot, workload: Workload, suspect: Suspect) -> tuple[Cluster, ...]:
    """Error templates that pods since the new revision log and older pods do not, worst first."""
    new = suspect.new
    fresh = {name(pod) for rs in suspect.replicasets for pod in pods_of(workload.live, rs)}
    old = {name(pod) for pod in workload.pods} - fresh
    said: list[Entry] = []
    known: set[str] = set()
    for log in snap.logs:
        if log.pod in fresh:
            said += [e for e in entries(log.pod, log.container, log.text) if e.level in {"fatal", "error"}]
        elif log.pod in old:
            known |= {template_of(e.said) for e in entries(log.pod, log.container, log.text)}
    before = {template_of(e.said) for e in said if e.at is not None and e.at < new.at}
    return tuple(c for c in cluster(said, frozenset(known | before), new.at) if c.fresh)


def _finding(snap: Snapshot, workload: Workload, suspect: Suspect, trouble: Trouble) -> Finding:
    new, old = suspect.new, suspect.old
    shortage = [_arithmetic(s, suspect, workload) for s in trouble.exhausted]
    parts = [
        f"deployment {workload.name} went wrong with its rollout to revision {new.title}{_today(suspect)} at {new.at:%H:%M:%S} UTC, which changed {_changed(new.changes)}"
    ]
    parts += [_rise(s, new.at) for s in trouble.rose[:2]]
    if trouble.errors:
        worst = trouble.errors[0]
        parts.append(
            f"new in its logs since then, {worst.count} time{_s(worst.count)}: {worst.example.said[:200] if worst.example else worst.template}"
        )
    parts += shortage
    if trouble.failing:
        parts.append(f"its new pods are {', '.join(trouble.failing)}")
    victims = tuple(
        f"{s.service}: it is the victim; it reached its limit after the rollout, not before"
        for s in trouble.exhausted
    )
    return about(
        snap,
        workload,
        "bad_release",
        "; ".join(parts),
        _facts(snap, workload, new, trouble),
        rank=5 if trouble.measured else (28 if not trouble.failing else 50),
        since=new.at,
        confidence=_confidence(trouble),
        ruled_out=(*victims, *_ruled_out(workload, trouble, _measured_needs(snap, workload))),
        actions=advise(snap, workload, "rollout_undo", revision=old.now),
        touches=(f"service/{_service(snap, workload)}", *(f"service/{s.service}" for s in trouble.exhausted)),
        detail={
            "revision": new.number,
            "previous": old.now,
            "changed": [c.path for c in new.changes],
            "by": new.manager,
            "cause": new.cause,
        },
    )


def _today(suspect: Suspect) -> str:
    """Its number has changed since, or others came after it that left its change in force."""
    if suspect.newest:
        return ""
    now = suspect.new.now
    return ", whose change is still in force" if suspect.new.latest else f" (now {now})"


def _confidence(trouble: Trouble) -> float:
    kinds = sum(map(bool, (trouble.errors, trouble.rose, trouble.exhausted, trouble.failing)))
    return min(0.97, 0.55 + 0.15 * kinds)


def _changed(changes: tuple[Change, ...]) -> str:
    shown = [
        f"{_short(c)} from {c.before or 'unset'} to {c.after or 'unset'}"
        for c in sorted(changes, key=_weight)[:3]
    ]
    return ", ".join(shown) + (f" and {len(changes) - 3} more fields" if len(changes) > 3 else "")


def _weight(change: Change) -> int:
    if change.env:
        return 0 if _SHARED_OUT.search(change.env) else 1
    return 2 if change.path.endswith(".image") else 3


def _short(change: Change) -> str:
    return change.env or change.path.removeprefix("spec.")


def _rise(signal: Signal, at: datetime) -> str:
    before, after = signal.step(at) or (0.0, 0.0)
    limit = f" (limit {number(signal.limit)})" if signal.limit is not None else ""
    return f"{signal.metric} went from {number(before)} to {number(after)} {signal.unit}{limit}"


def _beyond(signal: Signal) -> str:
    """Since when, where it is over its limit now."""
    start = signal.first_at_limit() if signal.over else None
    return f", beyond it since {start:%H:%M:%S} UTC" if start else ""


def _arithmetic(signal: Signal, suspect: Suspect, workload: Workload) -> str:
    """Why the other side ran out: what all pods together now ask for."""
    new = suspect.new
    start = signal.first_at_limit()
    late = f", {int((start - new.at).total_seconds())} s after the rollout" if start else ""
    where = "over" if signal.over else "at"
    text = f"{signal.service} is {where} its limit of {number(signal.limit or 0)} {signal.unit}{late}"
    grown = demand(new.changes)
    if grown is None or not _COUNTED.search(f"{signal.metric} {signal.unit}"):
        return text
    pods = (suspect.newest and len(pods_of(workload.live, new.replicaset))) or workload.desired
    before, after = int(grown.before or 0), int(grown.after)
    return f"{text}: {pods} pods x {after} = {pods * after} wanted ({grown.env}; before: {pods} x {before} = {pods * before})"


def demand(changes: tuple[Change, ...]) -> Change | None:
    """The setting whose growth multiplies by the number of pods: a pool, connections, workers."""
    for change in changes:
        if (
            change.env
            and _SHARED_OUT.search(change.env)
            and _COUNT.match(change.after)
            and (not change.before or _COUNT.match(change.before))
            and int(change.after) > int(change.before or 0)
        ):
            return change
    return None


def _facts(snap: Snapshot, workload: Workload, new: Revision, trouble: Trouble) -> list[Evidence]:
    facts = [
        snap.fact(
            "deployments",
            workload.item,
            f"spec.template.{c.path}",
            f"{c.before or 'unset'} -> {c.after or 'unset'}",
            label=f"changed in revision {new.number}: {_short(c)}",
        )
        for c in sorted(new.changes, key=_weight)[:5]
    ]
    facts.append(
        snap.fact(
            "replicasets",
            new.replicaset,
            "metadata.creationTimestamp",
            f"{new.at:%Y-%m-%dT%H:%M:%SZ}",
            label=f"rollout to revision {new.number}",
        )
    )
    if new.manager or new.cause:
        facts.append(_writer(snap, workload, new))
    facts += [fact for c in _frequent(trouble.errors) if (fact := _log_fact(snap, c)) is not None]
    facts += [
        Evidence(s.ref, f"{s.service}: {s.metric}", _rise(s, new.at) + _beyond(s)) for s in trouble.rose[:2]
    ]
    for s in trouble.exhausted[:2]:
        start = s.first_at_limit()
        facts.append(
            Evidence(
                s.ref,
                f"{s.service}: {s.metric}",
                f"{number(s.last)} of {number(s.limit or 0)} {s.unit} since {start:%H:%M:%S}"
                if start
                else number(s.last),
            )
        )
    return facts


def _writer(snap: Snapshot, workload: Workload, new: Revision) -> Evidence:
    """Who wrote it, by their own account: a field manager names itself, and anybody may write the note."""
    said = [f"by {new.manager}"] if new.manager else []
    said += [f"note: {new.cause[:200]}"] if new.cause else []
    address = snap.address("deployments", workload.name)
    label = f"revision {new.number} was written"
    return Evidence(f"{address}#metadata.managedFields", label, "; ".join(said), untrusted=True)


def _frequent(found: tuple[Cluster, ...]) -> tuple[Cluster, ...]:
    """The worst two, unless the second is rare beside the first: what is always logged now and then proves nothing."""
    return tuple(c for c in found[:2] if c.count * 5 >= found[0].count)


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def _log_fact(snap: Snapshot, found: Cluster) -> Evidence | None:
    if found.example is None:
        return None
    entry = found.example
    at = entry.at or snap.now
    ref = f"log:{snap.cluster}/{snap.namespace}/{entry.pod}/{entry.container}@{at:%Y-%m-%dT%H:%M:%SZ}"
    return Evidence(
        ref,
        f"new log template, {found.count} time{_s(found.count)} in {len(found.pods)} pod{_s(len(found.pods))}",
        entry.said[:400],
        untrusted=True,
    )


def _measured_needs(snap: Snapshot, workload: Workload) -> tuple[str, ...]:
    """What the workload needs and whose metrics were all read: of others nothing can be ruled out."""
    seen = {signal.service for signal in snap.signals}
    needed = snap.needs.get(_service(snap, workload), ())
    return tuple(n for n in needed if n in seen and not any(n in gap for gap in snap.unseen))


def _ruled_out(workload: Workload, trouble: Trouble, measured: tuple[str, ...]) -> tuple[str, ...]:
    out = []
    if not trouble.failing:
        out.append(f"crashes, images, probes: {workload.ready} of {workload.desired} pods are ready")
    if trouble.measured and not trouble.exhausted and measured:
        out.append(f"what it depends on: no metric of {', '.join(measured)} is at its limit")
    return tuple(out)
