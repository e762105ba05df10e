"""Arguments that a person left out, filled from the service map and the channel's scope, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import BaseModel

from agents.policy.models import ScopePart
from tools.errors import AskBack
from tools.services.model import Service
from tools.spec import Reach, Scope

PLACES = ("cluster", "namespace", "compartment", "region")


class ServiceMap(Protocol):
    def resolve(self, name: str, scope: Scope | None = None, reach: Reach | None = None) -> Service: ...


def scope_near(channel: ScopePart, own: Scope) -> ScopePart:
    """The channel's scope, else the person's own; never parts of both, which may name no place that exists."""
    if channel != ScopePart():
        return channel
    return ScopePart(
        service=own.service, cluster=own.cluster, namespace=own.namespace, compartment=own.compartment
    )


def fill_scope(
    model: type[BaseModel],
    raw: Mapping[str, Any],
    *,
    services: ServiceMap,
    clusters: tuple[str, ...],
    default_cluster: str,
    channel: ScopePart,
    reach: Reach,
) -> dict[str, Any]:
    """`raw` with service, cluster, namespace, compartment and region filled in where the arguments know them.

    What a person wrote is never overwritten. Raises AskBack when a service name is unknown or fits several services,
    or when several clusters are offered and nothing says which.
    """
    final = {name: value for name, value in raw.items() if value is not None}
    fields = model.model_fields
    if "service" in fields and "service" not in final and fields["service"].is_required() and channel.service:
        final["service"] = channel.service
    if "service" in fields and isinstance(final.get("service"), str):
        _from_service(fields, final, services, channel, reach)
    for place in PLACES:
        if place in fields and place not in final and getattr(channel, place):
            final[place] = getattr(channel, place)
    if "cluster" in fields and "cluster" not in final:
        final["cluster"] = _the_cluster(clusters, default_cluster)
    return {name: value for name, value in final.items() if value is not None}


def _from_service(
    fields: Mapping[str, Any],
    final: dict[str, Any],
    services: ServiceMap,
    channel: ScopePart,
    reach: Reach,
) -> None:
    near = Scope(
        cluster=str(final.get("cluster") or channel.cluster),
        namespace=str(final.get("namespace") or channel.namespace),
    )
    service = services.resolve(final["service"], near, reach)
    final["service"] = service.name
    if service.compartment and "compartment" in fields:
        final.setdefault("compartment", service.compartment)
    places = service.places()
    fitting = [
        (cluster, namespace)
        for cluster, namespace in places
        if final.get("cluster", cluster) == cluster and final.get("namespace", namespace) == namespace
    ]
    if places and not fitting:
        where = ", ".join("/".join(place) for place in places)
        raise AskBack(
            f"{service.name} is not there; it runs in {where}. Where do you mean?", (service.label,)
        )
    here = [place for place in fitting if place == (near.cluster, near.namespace)]
    if fitting and not here and len(fitting) > 1:
        raise AskBack(
            f"{service.name} runs in {len(fitting)} places. Which one?",
            tuple(f"{service.name} in {namespace}" for _, namespace in fitting),
        )
    for cluster, namespace in (here or fitting)[:1]:
        if "cluster" in fields:
            final.setdefault("cluster", cluster)
        if "namespace" in fields:
            final.setdefault("namespace", namespace)


def _the_cluster(clusters: tuple[str, ...], default: str) -> str | None:
    if len(clusters) == 1:
        return clusters[0]
    if default:
        return default
    if clusters:
        raise AskBack("Which cluster?", clusters)
    return None
