"""The key metrics of services, as the service map defines them, over a window."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime

from tools.errors import ToolError
from tools.metrics.prometheus import Prometheus, Sample
from tools.metrics.signals import Signal
from tools.services.model import MetricSpec, Service

WITHIN_S = 5.0


async def signals(
    metrics: Prometheus, services: Iterable[Service], since: datetime, until: datetime
) -> tuple[tuple[Signal, ...], tuple[str, ...]]:
    """(signals that have points, what could not be seen)."""
    wanted = [(service.name, key, spec) for service in services for key, spec in service.metrics.items()]
    answers = await asyncio.gather(
        *(metrics.range(spec.query, since, until, WITHIN_S) for _, _, spec in wanted), return_exceptions=True
    )
    found: list[Signal] = []
    unseen: list[str] = []
    for (service, key, spec), answer in zip(wanted, answers, strict=True):
        if isinstance(answer, ToolError):
            unseen.append(f"metric {key} of {service}: {answer.reason}")
        elif isinstance(answer, BaseException):
            raise answer
        elif not answer:
            unseen.append(f"metric {key} of {service}: no data")
        else:
            found.append(_signal(service, key, spec, answer))
    return tuple(found), tuple(dict.fromkeys(unseen))


def _signal(service: str, key: str, spec: MetricSpec, samples: tuple[Sample, ...]) -> Signal:
    """One course: of several series the one that is worst now."""
    worst = max(samples, key=lambda sample: sample.last)
    return Signal(service, key, spec.query, spec.unit, spec.limit, worst.points)
