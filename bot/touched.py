"""Everywhere that an incident touches: what a person's right is judged by."""

from __future__ import annotations

from agents.triage.correlate import Incident
from agents.triage.subject import Subject
from bot.replies.incident import services_of
from tools.services.directory import Services
from tools.spec import Scope


def touched(incident: Incident, services: Services) -> list[Scope]:
    """Each place once: where its services run, and where its alerts say that they are from."""
    found = [
        Scope(cluster=ref.cluster, namespace=ref.namespace)
        for name in services_of(incident)
        for service in services.called(name)
        for ref in service.workloads
    ]
    clouds = [
        Scope(compartment=service.compartment)
        for name in services_of(incident)
        for service in services.called(name)
        if service.compartment and not service.workloads
    ]
    known = {(scope.cluster.lower(), scope.namespace) for scope in found}
    names = {scope.cluster.lower(): scope.cluster for scope in found}
    told = [
        Scope(cluster=names.get(one.subject.cluster, ""), namespace=one.subject.namespace)
        for one in incident.seen.values()
        if one.subject.namespace and not _within(one.subject, known)
    ]
    return list(dict.fromkeys([*found, *clouds, *told]))


def _within(subject: Subject, known: set[tuple[str, str]]) -> bool:
    """An alert that names no cluster is of one that is known to have such a namespace."""
    return any(subject.namespace == space and subject.cluster in {"", cluster} for cluster, space in known)
