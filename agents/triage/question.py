"""What is to be read about an incident: the tools with their arguments, of its own scope alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from agents.triage.correlate import Incident, Seen
from tools.services.model import Service

CHANGES: Final = "ops_suspects"


@dataclass(frozen=True, slots=True)
class Question:
    """One call of a tool."""

    tool: str
    args: Mapping[str, Any]


def questions(incident: Incident, services: Iterable[Service], *, cloud: bool) -> list[Question]:
    """Diagnosis, then what changed before, then alarms of the cloud where it is set up and something points there."""
    first = min(incident.seen.values(), key=lambda one: (not one.firing, one.first))
    services = tuple(services)
    known = {service.name.lower(): service for service in services}
    named = [known[name] for name in sorted(first.services) if name in known]
    where = _where(first, named, services)
    asked = [Question("k8s_diagnose", where | _name(first, where))] if where else []
    if where:
        asked.append(Question(CHANGES, where | {"at": incident.since.isoformat(), "since": "6h"}))
    if cloud and (first.alert.source in {"oci", "detector"} or any(s.database or s.instances for s in named)):
        asked.append(Question("oci_alarms", {}))
    return asked


def culprit(diagnosis: Mapping[str, Any], services: Iterable[Service]) -> Service | None:
    """The service of the map whose workload has the first fault; it may be another one than the one that alerts."""
    faults = [one for one in diagnosis.get("findings", ()) if one.get("severity") == "fault"]
    place = str(faults[0].get("object", "")).partition("#")[0].removeprefix("k8s:") if faults else ""
    return next((s for s in services if place in map(str, s.workloads)), None)


def at_the_cause(
    one: Question, diagnosis: Mapping[str, Any], incident: Incident, services: Iterable[Service]
) -> Question:
    """What changed is asked about where the fault is: a database that ran out is full because of others."""
    found = culprit(diagnosis, services)
    if one.tool != CHANGES or found is None or one.args.get("service") == found.name:
        return one
    first = min(incident.seen.values(), key=lambda seen: (not seen.firing, seen.first))
    when = {key: one.args[key] for key in ("at", "since")}
    return Question(
        CHANGES, _where(replace(first, services=frozenset((found.name.lower(),))), [found], services) | when
    )


def _where(first: Seen, named: list[Service], known: Iterable[Service]) -> dict[str, Any]:
    """The service of the map where there is just one, in the cluster of the alert; else the place that the labels tell; else nothing is guessed."""
    told, namespace = first.subject.cluster, first.subject.namespace
    clusters = {ref.cluster.lower(): ref.cluster for service in known for ref in service.workloads}
    if len(named) == 1:
        own = {ref.cluster.lower() for ref in named[0].workloads}
        if told in own:
            return {"service": named[0].name, "cluster": clusters[told]} | _in(named[0], told, namespace)
        if told not in clusters or not own:  # a word of the labels alone: nobody knows a cluster of that name
            return {"service": named[0].name} | _in(named[0], "", namespace)
    if not namespace:
        return {}
    cluster = {"cluster": clusters.get(told, told)} if told else {}
    return {"namespace": namespace, **cluster}


def _in(service: Service, cluster: str, namespace: str) -> dict[str, str]:
    """The namespace, where the service is in several and the alert names one of them."""
    places = {ref.namespace for ref in service.workloads if cluster in {"", ref.cluster.lower()}}
    return {"namespace": namespace} if namespace in places and len(places) > 1 else {}


def _name(first: Seen, where: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": first.subject.workload} if "service" not in where and first.subject.workload else {}
