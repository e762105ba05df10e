"""Which key metrics of the services at a place are beyond their limit? Every pod may run while requests fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tools.metrics.read import signals
from tools.metrics.signals import Signal
from tools.services.model import Service
from tools.services.where import Place
from tools.spec import Call

WINDOW = timedelta(hours=1)
MOST_SERVICES = 20


@dataclass(frozen=True, slots=True)
class Beyond:
    """`services` were measured; `unseen` is what could not be."""

    signals: tuple[Signal, ...] = ()
    services: int = 0
    unseen: tuple[str, ...] = ()


async def beyond_limits(call: Call, place: Place) -> Beyond:
    """Worst first: what is over its limit, then what is at it."""
    services = [s for s in await _services(call, place) if s.metrics]
    if not services:
        return Beyond()
    if call.clients.metrics is None:
        return Beyond(unseen=("metrics: no Prometheus is configured",))
    chosen, left = services[:MOST_SERVICES], len(services) - MOST_SERVICES
    found, unseen = await signals(call.clients.metrics, chosen, call.now - WINDOW, call.now)
    bad = sorted((s for s in found if s.over or s.at_limit), key=lambda s: (not s.over, s.service, s.metric))
    more = (f"metrics of {left} more services",) if left > 0 else ()
    return Beyond(tuple(bad), len(chosen), (*unseen, *more))


async def _services(call: Call, place: Place) -> tuple[Service, ...]:
    """Those that run at the place, or the one that was named, with what they need."""
    services = await call.clients.known_services()
    here = (
        [place.service]
        if place.service is not None
        else [s for s in services.all(call.reach) if _runs_at(s, place)]
    )
    needed = [n for s in here for name in s.needs if (n := services.named(name, call.reach)) is not None]
    return tuple({s.name: s for s in (*here, *needed)}.values())


def _runs_at(service: Service, place: Place) -> bool:
    return any(
        cluster == place.api.name and place.namespace in {"", namespace}
        for cluster, namespace in service.places()
    )
