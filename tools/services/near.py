"""The services around a service: what it needs, and who else needs the same."""

from __future__ import annotations

from tools.services.model import Service
from tools.spec import Call

MOST_NEEDED = 12


async def circle(call: Call, asked: Service | None) -> tuple[Service, ...]:
    """The service, what it needs, and who else needs the same."""
    if asked is None:
        return ()
    services = await call.clients.known_services()
    needs = [s for name in asked.needs if (s := services.named(name, call.reach)) is not None]
    peers = [p for s in (*needs, asked) for p in services.dependents(s.name, call.reach)]
    return tuple({s.name: s for s in (asked, *needs, *peers)}.values())


async def all_needed(call: Call, asked: Service) -> tuple[Service, ...]:
    """The service, and everything that it cannot work without, however far down."""
    services = await call.clients.known_services()
    found = {asked.name: asked}
    waiting = [asked]
    while waiting and len(found) < MOST_NEEDED:
        for name in waiting.pop(0).needs:
            if name not in found and (service := services.named(name, call.reach)) is not None:
                found[name] = service
                waiting.append(service)
    return tuple(found.values())
