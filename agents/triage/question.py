"""What is to be read about an incident: the tools with their arguments, of its own scope alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agents.triage.correlate import Incident, Seen
from tools.services.model import Service


@dataclass(frozen=True, slots=True)
class Question:
    """One call of a tool."""

    tool: str
    args: Mapping[str, Any]


def questions(incident: Incident, services: Iterable[Service], *, cloud: bool) -> list[Question]:
    """Diagnosis, then what changed before, then alarms of the cloud where it is set up and something points there."""
    first = min(incident.seen.values(), key=lambda one: (not one.firing, one.first))
    known = {service.name.lower(): service for service in services}
    named = [known[name] for name in sorted(first.services) if name in known]
    where = _where(first, named)
    asked = [Question("k8s_diagnose", where | _name(first, where))] if where else []
    if where:
        asked.append(Question("ops_suspects", where | {"at": incident.began.isoformat(), "since": "6h"}))
    if cloud and (first.alert.source == "oci" or any(s.database or s.instances for s in named)):
        asked.append(Question("oci_alarms", {}))
    return asked


def _where(first: Seen, named: list[Service]) -> dict[str, Any]:
    """The service of the map where there is just one; else the place that the labels tell; else nothing is guessed."""
    if len(named) == 1:
        return {"service": named[0].name}
    if not first.subject.namespace:
        return {}
    cluster = {"cluster": first.subject.cluster} if first.subject.cluster else {}
    return {"namespace": first.subject.namespace, **cluster}


def _name(first: Seen, where: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": first.subject.workload} if "namespace" in where and first.subject.workload else {}
