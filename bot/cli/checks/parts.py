"""The service map against Oracle Cloud: is every part there that it names?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.cli.checks.line import Line, fine, off, wrong

if TYPE_CHECKING:
    from bot.settings import Settings
    from tools.oracle.oracle import Oracle
    from tools.services.cloud import Cloud
    from tools.services.model import Service

ENOUGH_S = 20.0


async def parts(settings: Settings) -> list[Line]:
    from bot.core import oracle_config
    from tools.oracle.oracle import Oracle
    from tools.services.load import ServicesError, read

    if settings.services_file is None:
        return []
    try:
        found = await asyncio.to_thread(read, settings.services_file)
    except ServicesError:  # said with the file
        return []
    naming = [one for one in found.values() if one.load_balancer or one.instances or _apart(one, found)]
    if not naming:
        return []
    config = oracle_config(settings)
    if config is None:
        return [off("services", f"{len(naming)} name parts in Oracle Cloud, and there is no OCI_CONFIG_FILE")]
    cloud = Oracle.load(config)
    try:
        return _told(naming, await _seen(cloud, found, naming))
    finally:
        cloud.close()


def _apart(service: Service, found: dict[str, Service]) -> bool:
    """A database that is no service of the map is one of Oracle Cloud."""
    return bool(service.database) and service.database not in found


async def _seen(cloud: Oracle, found: dict[str, Service], naming: list[Service]) -> list[Cloud]:
    from agents.changes.run import Everything
    from storage.clock import SystemClock
    from tools.clients import Clients
    from tools.cluster.clusters import Clusters
    from tools.services.cloud import parts_of
    from tools.services.directory import Services
    from tools.spec import Call

    clients = Clients(Clusters(()), Services(None, found), None, cloud)
    call = Call(clients, SystemClock().now(), ENOUGH_S, Everything())
    try:
        await asyncio.to_thread(cloud.prepare)
        return list(await asyncio.gather(*(parts_of(call, service, ENOUGH_S) for service in naming)))
    finally:
        await clients.close()


def _told(naming: list[Service], seen: list[Cloud]) -> list[Line]:
    if any(cloud.away for cloud in seen):
        text = "parts in Oracle Cloud were not looked for: it gave no answer, see oracle"
        return [off("services", text)]
    todo = "name parts as Oracle Cloud does, or by OCID; compartments by path"
    bad = [
        wrong("services", f"{service.name}: {why}", todo)
        for service, cloud in zip(naming, seen, strict=True)
        for why in cloud.unseen
    ]
    ids = {part.id for cloud in seen for part in cloud.parts}
    return bad or [fine("services", f"{len(ids)} parts in Oracle Cloud of {len(naming)} services are there")]
