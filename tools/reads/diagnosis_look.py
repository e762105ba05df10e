"""One look at a namespace for a diagnosis: what was read, what was measured beside it, and what both show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from tools.cluster.diagnosis.analyse import Diagnosis
from tools.cluster.diagnosis.suspects import suspects
from tools.cluster.revisions import revisions
from tools.cluster.snapshot import Snapshot
from tools.metrics.read import signals
from tools.metrics.signals import Signal
from tools.services.model import Service
from tools.spec import Call

HOUR = timedelta(hours=1)
LONGEST = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Look:
    """What one reading of the namespace showed. `focus` is what it was about, `near` the services that were measured."""

    snap: Snapshot
    focus: frozenset[str]
    near: tuple[Service, ...]
    found: Diagnosis


async def measure(call: Call, snap: Snapshot, near: tuple[Service, ...], known: tuple[Signal, ...]) -> None:
    """Metrics of the services in question, from before the last rollout until now."""
    if not any(s.metrics for s in near):
        return
    if call.clients.metrics is None:
        _gaps(snap, ["metrics: no Prometheus is configured"])
        return
    recent = [
        suspect.new.at
        for d in snap.of("deployments")
        for suspect in suspects(revisions(d, snap.owned("replicasets", d)), call.now)
    ]
    window = max([HOUR, *(min((call.now - at) * 1.3, LONGEST) for at in recent)])
    snap.needs = {s.name: s.needs for s in near}
    measured = {signal.service for signal in known}
    wanted = [s for s in near if s.name not in measured]
    found, unseen = await signals(call.clients.metrics, wanted, call.now - window, call.now)
    snap.signals = (*known, *found)
    _gaps(snap, unseen)


def _gaps(snap: Snapshot, gaps: Iterable[str]) -> None:
    """Each said once, however often it was met."""
    snap.unseen += [gap for gap in gaps if gap not in snap.unseen]


def measured_whole(snap: Snapshot) -> tuple[Signal, ...]:
    """Metrics of the services of which none is missing."""
    return tuple(s for s in snap.signals if not any(s.service in gap for gap in snap.unseen))


def beyond(look: Look, services: set[str]) -> list[Signal]:
    """Metrics beyond their limit: not healthy, and where no fault explains them, not to be guessed about."""
    needs = {n for service in services for n in look.snap.needs.get(service, ())}
    return [
        s
        for s in look.snap.signals
        if (s.over and s.service in services) or (s.at_limit and s.service in services | needs)
    ]
