"""Key metrics beyond their limit: what pods and workloads do not show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tools.metrics.charts import number
from tools.metrics.read import signals
from tools.metrics.signals import Signal
from tools.services.model import Service
from tools.services.where import Place
from tools.spec import Call, Evidence, Json

LOOK_BACK = timedelta(minutes=2)
MOST = 20  # services asked about; more are named as not looked at


async def beyond(call: Call, place: Place) -> tuple[tuple[Signal, ...], tuple[str, ...]]:
    """(metrics over or at their limit, what could not be seen) of the services in this place."""
    services = await _services(call, place)
    if not services or call.clients.metrics is None:
        return (), ()
    found, unseen = await signals(call.clients.metrics, services[:MOST], call.now - LOOK_BACK, call.now)
    left = len(services) - MOST
    unseen += (f"metrics of {left} more services: not looked at",) if left > 0 else ()
    return tuple(s for s in found if s.over or s.at_limit), unseen


async def _services(call: Call, place: Place) -> Sequence[Service]:
    if place.service is not None:
        return [place.service] if place.service.metrics else []
    known = await call.clients.known_services()
    return [s for s in known.all(call.reach) if s.metrics and _here(s, place)]


def _here(service: Service, place: Place) -> bool:
    where = service.places()
    return any(c == place.api.name and place.namespace in {"", n} for c, n in where)


def worded(signal: Signal) -> str:
    limit = number(signal.limit) if signal.limit is not None else "none"
    return f"{signal.service} {signal.metric} {number(signal.last)} {signal.unit} (limit {limit})"


def fact(signal: Signal) -> Evidence:
    return Evidence(signal.ref, f"{signal.service}: {signal.metric}", worded(signal))


def row(signal: Signal) -> Json:
    return {
        "service": signal.service,
        "metric": signal.metric,
        "value": number(signal.last),
        "unit": signal.unit,
        "limit": signal.limit,
    }
