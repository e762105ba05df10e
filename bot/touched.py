"""Everywhere that an incident touches: what a person's right is judged by."""

from __future__ import annotations

from agents.triage.correlate import Incident, Seen
from bot.replies.incident import services_of
from tools.services.directory import Services
from tools.services.model import Service, WorkloadRef
from tools.spec import Scope


def touched(incident: Incident, services: Services) -> list[Scope]:
    """Each place once: where its services run as far as the alerts say which, and where the alerts say that they are from."""
    seen = incident.seen.values()
    clouds = [
        Scope(compartment=service.compartment)
        for name in services_of(incident)
        for service in _called(name, services)
        if service.compartment and not service.workloads
    ]
    return list(dict.fromkeys([*(scope for one in seen for scope in _of(one, services)), *clouds]))


def _called(name: str, services: Services) -> list[Service]:
    """Those that people confirmed, where there are any: a namesake of a label is another service."""
    found = services.called(name)
    return [one for one in found if not one.discovered] or list(found)


def _of(one: Seen, services: Services) -> list[Scope]:
    refs = [
        ref for name in sorted(one.services) for each in _called(name, services) for ref in each.workloads
    ]
    near = [ref for ref in refs if _near(one, ref, refs)]
    found = [Scope(cluster=ref.cluster, namespace=ref.namespace) for ref in near]
    space = one.subject.namespace
    if space and all(ref.namespace != space for ref in near):
        found.append(Scope(namespace=space))
    return found


def _near(one: Seen, ref: WorkloadRef, refs: list[WorkloadRef]) -> bool:
    """Not excluded by what the alert says of its place, where that is a place of the service at all."""
    space, cluster = one.subject.namespace, one.subject.cluster
    spaces, clusters = {each.namespace for each in refs}, {each.cluster.lower() for each in refs}
    return (space not in spaces or ref.namespace == space) and (
        cluster not in clusters or ref.cluster.lower() == cluster
    )
