"""What a detector reads: calls of `oci_trend`, by the policy's words and the service map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from agents.policy.detecting import DetectorPart
from tools.services.model import Service

TOOL: Final = "oci_trend"
SINCE: Final = "30d"
MOST: Final = 10  # resources of one detector
TAG: Final = "="
Args = dict[str, Any]


class CannotAskError(Exception):
    """What is missing, in words."""


def meant(known: Sequence[Service]) -> Service | None:
    """Of those that are called so the one that people confirmed, where there is one."""
    return next((one for one in known if not one.discovered), known[0] if known else None)


def asked(part: DetectorPart, service: Service | None) -> list[Args]:
    """One call a resource. Raises CannotAskError."""
    if part.service is None:
        return [_call(part, part.resource, part.compartment)]
    if service is None:
        raise CannotAskError(f"the service map knows no service {part.service!r}")
    names = parts_named(part, service)
    if not names:
        raise CannotAskError(f"the service map names no {part.kind} of {service.name}")
    place = part.compartment or service.compartment or None
    return [_call(part, name, place) for name in names]


def parts_named(part: DetectorPart, service: Service) -> list[str]:
    """As the service map names them, an instance also by a tag."""
    named: Mapping[str, Sequence[str]] = {
        "instance": service.instances,
        "load balancer": (service.load_balancer,),
        "database": (service.database,),
    }
    return [name for name in named[part.kind] if name]


def tagged(part: DetectorPart, service: Service) -> Args:
    """The call that lists the resources among which those with a tag are found."""
    place = part.compartment or service.compartment
    found = {"kind": part.kind, "compartment": place, "region": part.region, "limit": 500}
    return {key: value for key, value in found.items() if value}


def carrying(resources: Sequence[Mapping[str, Any]], tag: str) -> list[str]:
    """The OCIDs of those with the tag `key=value`."""
    key, _, value = (word.strip().lower() for word in tag.partition(TAG))
    return [
        str(one["id"])
        for one in resources
        if any(str(k).lower() == key and str(v).lower() == value for k, v in (one.get("tags") or {}).items())
    ]


def _call(part: DetectorPart, resource: str | None, compartment: str | None) -> Args:
    found = {
        "metric": part.metric, "metric_namespace": part.namespace, "kind": part.kind, "stat": part.stat, "since": SINCE,
        "resource": resource, "compartment": compartment, "region": part.region,
    }  # fmt: skip
    return {key: value for key, value in found.items() if value}
