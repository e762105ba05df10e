"""The key metrics of services, as the service map defines them, over a window."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from tools.errors import ToolError
from tools.metrics.prometheus import Prometheus, Sample
from tools.metrics.signals import Signal
from tools.services.model import MetricSpec, Service

WITHIN_S = 5.0
NAMED = 2  # metrics that are named one by one where they could not be seen
FINE_S = 5.0


async def signals(
    metrics: Prometheus, services: Iterable[Service], since: datetime, until: datetime
) -> tuple[tuple[Signal, ...], tuple[str, ...]]:
    """(signals that have points, what could not be seen)."""
    wanted = [(service.name, key, spec) for service in services for key, spec in service.metrics.items()]
    answers = await asyncio.gather(
        *(metrics.range(spec.query, since, until, WITHIN_S) for _, _, spec in wanted), return_exceptions=True
    )
    found: list[Signal] = []
    unseen: list[tuple[str, str, str]] = []
    for (service, key, spec), answer in zip(wanted, answers, strict=True):
        if isinstance(answer, ToolError):
            unseen.append((service, key, answer.reason))
        elif isinstance(answer, BaseException):
            raise answer
        elif not answer:
            unseen.append((service, key, "no data"))
        else:
            found.append(_signal(service, key, spec, answer))
    return tuple(await asyncio.gather(*(dated(metrics, s) for s in found))), _gaps(unseen)


def _gaps(unseen: Iterable[tuple[str, str, str]]) -> tuple[str, ...]:
    """One line a reason: when all metrics are away, that is one fact and not a dozen."""
    by_reason: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for service, key, reason in unseen:
        by_reason[reason].append((service, key))
    lines = []
    for reason, items in by_reason.items():
        if len(items) <= NAMED:
            lines += [f"metric {key} of {service}: {reason}" for service, key in items]
        else:
            lines.append(f"metrics of {', '.join(dict.fromkeys(s for s, _ in items))}: {reason}")
    return tuple(dict.fromkeys(lines))


async def dated(metrics: Prometheus, signal: Signal) -> Signal:
    """With the start of a stretch at the limit read again in short steps of the clock: it must not move between reads."""
    if not (signal.over or signal.at_limit):
        return signal
    before, start = (math.floor(at / FINE_S) * FINE_S for at in signal.stretch())
    if start <= before:
        return signal
    since, until = (datetime.fromtimestamp(at, UTC) for at in (before, start + FINE_S))
    try:
        samples = await metrics.range(signal.query, since, until, WITHIN_S, FINE_S)
    except ToolError:
        return signal  # the coarse start stands
    points = max(samples, key=lambda sample: sample.last).points if samples else ()
    return replace(signal, since=signal.first(points))


def _signal(service: str, key: str, spec: MetricSpec, samples: tuple[Sample, ...]) -> Signal:
    """One course: of several series the one that is worst now."""
    worst = max(samples, key=lambda sample: sample.last)
    return Signal(service, key, spec.query, spec.unit, spec.limit, worst.points)
