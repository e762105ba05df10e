"""Changes that other records tell of: our own, deploy systems, Oracle's audit."""

from __future__ import annotations

from dataclasses import replace

from tools.deploys import Deploy
from tools.oracle.auditing import Deed, deeds
from tools.oracle.where import CloudArgs, find
from tools.own import OwnChange
from tools.services.directory import Services
from tools.services.model import Service
from tools.spec import Call
from tools.suspects.cluster import About, Window
from tools.suspects.model import Suspect

LOOKED_AT = 500


async def ours(call: Call, window: Window, about: About) -> list[Suspect]:
    """What this bot changed; a plan that was not executed changed nothing. Raises TryLater."""
    if call.clients.own is None:
        return []
    found = await call.clients.own.changes(call.workspace, window.since, window.until, LOOKED_AT)
    return [_ours(one, about) for one in found if one.executed and _visible(call, one)]


def _visible(call: Call, one: OwnChange) -> bool:
    target = one.target
    if target.in_namespace:
        return call.reach.namespace(target.cluster, target.namespace)
    return call.cloud_reach.compartment(target.compartment)


def _ours(one: OwnChange, about: About) -> Suspect:
    target = one.target
    place = f"{target.cluster}/{target.namespace}" if target.in_namespace else target.compartment
    approved = f", approved by {' and '.join(one.approvers)}" if one.approvers else ""
    who = f"{one.requester}{approved}"
    near = about.near(target.namespace, target.name) if target.in_namespace else 0
    return Suspect(one.at, "ours", f"{one.title} ({one.plan}, {one.state.replace('_', ' ')})", who, place, f"audit:{one.seq}", near)  # fmt: skip


async def deploys(call: Call, window: Window, about: About, service: Service | None) -> list[Suspect]:
    """What deploy systems told us. Raises TryLater."""
    if call.clients.deploys is None:
        return []
    found = await call.clients.deploys.deploys(window.since, window.until, LOOKED_AT)
    services = await call.clients.known_services()
    return [_deploy(one, services, about, service) for one in found if _told(call, one, services)]


def _told(call: Call, one: Deploy, services: Services) -> bool:
    """What names a place is told to whoever may see that place; what names none, to whoever may see all of them."""
    places = [place for known in services.called(one.service) for place in known.places()]
    if places and not one.namespace:
        return any(call.reach.namespace(*place) for place in places)
    clusters = (one.cluster,) if one.cluster else (*call.clients.clusters.names, "")
    return any(call.reach.namespace(each, one.namespace) for each in clusters)


def _deploy(one: Deploy, services: Services, about: About, service: Service | None) -> Suspect:
    known = {each.name for each in services.called(one.service)}
    if service is not None and service.name in known:
        near = 3
    elif service is not None and known & set(service.needs):
        near = 2
    else:
        near = about.near(one.namespace, one.service)
    revision = f" {one.revision[:12]}" if one.revision else ""
    place = f" to {one.environment}" if one.environment else ""
    what = f"deploy of {one.service}{revision}{place}: {one.state}"
    return Suspect(one.at, "deploys", what, one.actor, one.system, f"deploy:{one.id}", near, one.title)


async def oracle(call: Call, window: Window, service: Service | None) -> tuple[list[Suspect], list[str]]:
    """Changes in the compartments that may be seen, and what of them could not be read. Raises ToolError."""
    hurried = replace(call, reach=call.cloud_reach)
    named = service.compartment if service is not None and service.compartment else None
    where = await find(hurried, CloudArgs(compartment=named))
    found, parts = await deeds(where, window.since, window.until, lambda _: True)
    words = _words(service)
    return [_deed(one, where.tenancy.compartments.path(one.compartment), words) for one in found], list(parts.could_not_see)  # fmt: skip


def _words(service: Service | None) -> set[str]:
    """Names of the service's parts there, in lower case."""
    if service is None:
        return set()
    return {w.lower() for w in (*service.instances, service.load_balancer, service.database) if w}


def _deed(one: Deed, path: str, words: set[str]) -> Suspect:
    failed = "" if one.worked else f" (failed with {one.status})"
    near = 3 if {one.resource.lower(), one.resource_name.lower()} & words else 0
    what = f"{one.name} {one.resource_name or one.resource}{failed}"
    return Suspect(one.at, "oracle", what, one.who, f"{path}, {one.region}", f"oci:{one.resource or one.compartment}#audit/{one.id}", near)  # fmt: skip
