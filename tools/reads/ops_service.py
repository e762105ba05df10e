"""A service at a glance: whose it is, how it is, what it needs, what changed lately."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from pydantic import model_validator

from tools.cluster.api import with_writers
from tools.cluster.kinds import BY_KIND, BY_PLURAL
from tools.cluster.objects import condition, count, name, owned_by, spec
from tools.cluster.revisions import Revision, is_restart, revisions
from tools.errors import ToolError
from tools.metrics.charts import chart, number
from tools.metrics.prometheus import Sample
from tools.metrics.read import signals as read_signals
from tools.metrics.signals import Signal
from tools.reads.digest import digest, proved, short, token
from tools.reads.oci_service import as_json, facts, proof_lines, ruled_out, table
from tools.reads.windows import ago
from tools.services.cloud import Cloud, parts_of
from tools.services.model import Service, WorkloadRef
from tools.services.where import allow, find, service_of
from tools.spec import Call, Evidence, Json, Result, Scope, Scoped, Table, Tool

_KINDS = {kind.kind.lower(): kind for kind in BY_KIND.values()}
RECENT = timedelta(hours=24)


class Args(Scoped):
    @model_validator(mode="after")
    def service_is_named(self) -> Self:
        if self.service is None:
            raise ValueError("name the service")
        return self


@dataclass(frozen=True, slots=True)
class Health:
    """One workload: pods ready of those wanted, and the last change of its template."""

    ref: WorkloadRef
    ready: int
    wanted: int
    note: str = ""
    last: Revision | None = None

    @property
    def well(self) -> bool:
        return self.ready >= self.wanted > 0 and not self.note


@dataclass(slots=True)
class Seen:
    health: list[Health] = field(default_factory=list)
    signals: tuple[Signal, ...] = ()
    unseen: list[str] = field(default_factory=list)
    cloud: Cloud = field(default_factory=Cloud)


async def run(call: Call, args: Args) -> Result:
    service = await service_of(call, args)
    if service is None:
        raise AssertionError("the arguments demand a service")
    refs, scope = await _in_clusters(call, args, service)
    services = await call.clients.known_services()
    needed = tuple(s for n in service.needs if (s := services.named(n, call.reach)) is not None)
    seen = Seen()
    await asyncio.gather(
        _workloads(call, refs, seen),
        _metrics(call, (service, *needed), seen),
        _cloud(call, service, seen),
    )
    used_by = [s.name for s in services.dependents(service.name, call.reach)]
    return _result(call, scope, service, used_by, seen)


async def _in_clusters(call: Call, args: Args, service: Service) -> tuple[tuple[WorkloadRef, ...], Scope]:
    """A service that no cluster runs needs none to be looked at."""
    if not service.workloads:
        return (), Scope(service=service.name, compartment=service.compartment, since="1h")
    place = await find(call, args)
    return place.refs or service.workloads, place.scope("1h")


async def _workloads(call: Call, refs: Sequence[WorkloadRef], seen: Seen) -> None:
    answers = await asyncio.gather(*(_health(call, ref) for ref in refs), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, ToolError):
            seen.unseen.append(answer.reason)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            seen.health.append(answer)


async def _cloud(call: Call, service: Service, seen: Seen) -> None:
    seen.cloud = await parts_of(call, service)
    seen.unseen += seen.cloud.unseen


async def _health(call: Call, ref: WorkloadRef) -> Health:
    allow(call, ref.cluster, ref.namespace)
    api = call.clients.clusters.at(ref.cluster, call.deadline_s)
    item = with_writers(await api.get(_KINDS[ref.kind], ref.namespace, ref.name))
    if ref.kind in {"cronjob", "job"}:
        return Health(ref, 1, 1, "suspended" if spec(item).get("suspend") else "")
    daemon = ref.kind == "daemonset"
    wanted = count(item, "desiredNumberScheduled") if daemon else int(spec(item).get("replicas", 1))
    ready = count(item, "numberReady" if daemon else "readyReplicas")
    note = (
        "rollout stuck" if condition(item, "Progressing").get("reason") == "ProgressDeadlineExceeded" else ""
    )
    note = note or ("scaled to zero" if wanted == 0 else "")
    last = None
    if ref.kind == "deployment":
        sets = await api.listing(BY_PLURAL["replicasets"], ref.namespace)
        history = revisions(item, [rs for rs in sets if owned_by(rs, item)])
        last = history[-1] if history else None
    return Health(ref, ready, wanted, note, last)


async def _metrics(call: Call, services: tuple[Service, ...], seen: Seen) -> None:
    if not any(s.metrics for s in services):
        return
    if call.clients.metrics is None:
        seen.unseen.append("metrics: no Prometheus is configured")
        return
    seen.signals, unseen = await read_signals(
        call.clients.metrics, services, call.now - timedelta(hours=1), call.now
    )
    seen.unseen += unseen


def _result(call: Call, scope: Scope, service: Service, used_by: list[str], seen: Seen) -> Result:
    bad = sorted((s for s in seen.signals if s.over or s.at_limit), key=lambda s: s.service != service.name)
    signals = [*bad, *(s for s in seen.signals if s not in bad)]
    sick = [h for h in seen.health if not h.well]
    parts = [*seen.cloud.faulty, *(part for part in seen.cloud.parts if not part.fault)]
    fine = [part for part in parts if not part.fault and not part.unread]
    unwell = bool(bad or sick or seen.cloud.faulty)
    word = (
        "not well" if unwell else ("well" if seen.health or seen.signals or fine else "not visible from here")
    )
    fresh = [
        h for h in seen.health if h.last is not None and h.last.changes and call.now - h.last.at < RECENT
    ]
    people = [
        ("owner", service.owner),
        ("on call", service.on_call),
        ("channel", service.channel),
        ("runbook", service.runbook),
    ]
    ask = "; ask why it is failing to learn the cause" if bad or sick else ""
    proofs = facts(parts)
    lines = [
        f"{service.name} is {word}{ask}.",
        "; ".join(f"{label}: {value}" for label, value in people if value)
        or "the service map names no owner",
        *proved(map(_health_line, seen.health), len(seen.health)),
        *proof_lines(parts, len(seen.health) + 1),
        *proved(map(_signal_line, signals), len(bad), len(seen.health) + len(proofs) + 1),
        *([f"needs: {', '.join(service.needs)}"] if service.needs else []),
        *([f"needed by: {', '.join(used_by)}"] if used_by else []),
        *(_change_line(call, h) for h in fresh),
        *([f"could not see: {'; '.join(seen.unseen)}"] if seen.unseen else []),
    ]
    drawn = [
        chart(f"{s.service}: {s.metric}", s.unit, [Sample({"service": s.service}, s.points)], s.limit)
        for s in signals[:4]
    ]
    return Result(
        data=_data(service, used_by, seen, word, fresh),
        digest=digest(lines),
        scope=scope,
        evidence=(*(_health_fact(h) for h in seen.health), *proofs, *(Evidence(s.ref, f"{s.service}: {s.metric}", s.words) for s in bad)),
        ruled_out=tuple(ruled_out(fine)),
        could_not_see=tuple(seen.unseen),
        charts=tuple(c for c in drawn if c is not None),
        tables=(*((_workload_table(seen),) if seen.health else ()), *((table(parts),) if parts else ())),
    )  # fmt: skip


def _workload_table(seen: Seen) -> Table:
    rows = tuple((str(h.ref), str(h.ready), str(h.wanted), h.note) for h in seen.health)
    return Table("Workloads", ("workload", "ready", "wanted", "note"), rows)


def _health_line(h: Health) -> str:
    return f"{h.ref.kind} {h.ref.name} in {h.ref.namespace}: {h.ready}/{h.wanted} pods ready" + (
        f", {h.note}" if h.note else ""
    )


def _signal_line(s: Signal) -> str:
    return f"{s.service} {s.metric}: {s.words}"


def _change_line(call: Call, h: Health) -> str:
    last = h.last
    if last is None:
        return ""
    what = (
        "restart"
        if is_restart(last.changes)
        else ", ".join(
            short(f"{c.env or c.path.removeprefix('spec.')}: {_value(c.before)} -> {_value(c.after)}", 100)
            for c in last.changes[:4]
        )
    )
    who = f" by {token(last.manager, 'another manager')}" if last.manager else ""
    return f"changed {ago(last.at, call.now)} ago: {h.ref.name} to revision {last.title}{who}: {what}"


def _value(text: str) -> str:
    """People may write sentences into a template; here, between facts, they are not repeated. `k8s_rollouts` has them."""
    return token(text, "(text)") if text else "unset"


def _health_fact(h: Health) -> Evidence:
    ref = f"k8s:{h.ref.cluster}/{h.ref.namespace}/{h.ref.kind}/{h.ref.name}#status.readyReplicas"
    return Evidence(
        ref, f"{h.ref.kind} {h.ref.name}", f"{h.ready}/{h.wanted} ready{f', {h.note}' if h.note else ''}"
    )


def _data(service: Service, used_by: list[str], seen: Seen, word: str, fresh: list[Health]) -> Json:
    return {
        "service": service.model_dump(mode="json", exclude={"metrics", "workloads"}),
        "health": word,
        "workloads": [{"ref": str(h.ref), "ready": h.ready, "wanted": h.wanted, "note": h.note} for h in seen.health],
        "metrics": [{"service": s.service, "metric": s.metric, "value": number(s.last), "unit": s.unit, "limit": s.limit, "over": s.over, "at_limit": s.at_limit} for s in seen.signals],
        "parts": [as_json(part) for part in seen.cloud.parts],
        "needed_by": used_by,
        "changes": [{"workload": name(h.last.replicaset), "revision": h.last.number, "at": h.last.at.isoformat(), "by": token(h.last.manager, "another manager"), "changes": [{"path": c.path, "before": _value(c.before), "after": _value(c.after)} for c in h.last.changes]} for h in fresh if h.last],
    }  # fmt: skip


OPS_SERVICE = Tool(
    name="ops_service",
    summary="Overview of a service: owner, on-call, health of its workloads and Oracle Cloud parts, key metrics with limits, dependencies, recent changes.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("how is checkout?", "who owns payments?", "status of shop-db"),
    cache_s=5,
)
