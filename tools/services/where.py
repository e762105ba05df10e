"""From what a person named to one place: cluster, namespace, workload. Asks back instead of guessing."""

from __future__ import annotations

from dataclasses import dataclass

from tools.cluster.api import Api
from tools.cluster.kinds import BY_KIND, BY_PLURAL, Kind
from tools.errors import AskBack, GiveUp, NotAllowed
from tools.services.model import Service, WorkloadRef
from tools.spec import Call, Scope, Scoped

_SINGULAR = {kind.singular: kind for kind in BY_PLURAL.values()}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call looks. `service` and `refs` are set when a service was named."""

    api: Api
    namespace: str
    service: Service | None = None
    refs: tuple[WorkloadRef, ...] = ()

    def scope(self, since: str = "") -> Scope:
        name = self.service.name if self.service else ""
        compartment = self.service.compartment if self.service else ""
        return Scope(self.api.name, self.namespace, name, compartment, since=since)


async def find(call: Call, args: Scoped) -> Place:
    """The place that the arguments name.

    Raises:
        AskBack: a service, cluster or namespace is missing or fits several.
        NotAllowed: the person may not look there.
        GiveUp: the service is in no cluster, so that nothing there is about it.
    """
    service = await service_of(call, args)
    if service is not None and not service.workloads and not service.metrics:
        raise GiveUp(
            f"{service.name} runs in no cluster: the service map names no workload of it; oci_service shows its parts"
        )
    refs = tuple(
        ref
        for ref in (service.workloads if service else ())
        if args.cluster in {None, ref.cluster} and args.namespace in {None, ref.namespace}
    )
    cluster = args.cluster or (refs[0].cluster if refs else None)
    namespace = args.namespace or (refs[0].namespace if refs else "")
    places = {(ref.cluster, ref.namespace) for ref in refs}
    if len(places) > 1 and service is not None:
        options = tuple(f"{service.name} in {place}" for _, place in sorted(places))
        raise AskBack(f"{service.name} runs in {len(places)} places. Which one?", options)
    api = call.cluster(cluster)
    if namespace:
        allow(call, api.name, namespace)
    return Place(api, namespace, service, refs)


async def service_of(call: Call, args: Scoped) -> Service | None:
    if not args.service:
        return None
    services = await call.clients.known_services()
    scope = Scope(cluster=args.cluster or "", namespace=args.namespace or "")
    return services.resolve(args.service, scope, call.reach)


def allow(call: Call, cluster: str, namespace: str) -> None:
    if not call.reach.namespace(cluster, namespace):
        raise NotAllowed(
            f"namespace {namespace} on {cluster} is outside what you may see here",
            needs=f"namespace {namespace}",
        )


def need_namespace(place: Place) -> str:
    if not place.namespace:
        raise AskBack("Which namespace, or which service?")
    return place.namespace


def workload_of(place: Place, kind: str, name: str | None) -> tuple[Kind, str]:
    """The one workload that is meant: named, or the service's only one of the wanted kind.

    Raises:
        AskBack: the service has several, or none was named.
    """
    if name:
        return _SINGULAR[kind], name
    fitting = [ref for ref in place.refs if ref.kind == kind] or list(place.refs)
    if len(fitting) == 1:
        return _SINGULAR[fitting[0].kind], fitting[0].name
    if fitting:
        raise AskBack("Which workload?", tuple(ref.name for ref in fitting))
    if place.service is not None:
        raise GiveUp(f"service {place.service.name} has no workload in Kubernetes", not_found=True)
    raise AskBack("Which workload?")


def kind_named(word: str) -> Kind:
    return _SINGULAR.get(word.lower()) or BY_KIND[word]
