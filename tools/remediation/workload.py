"""A workload about to be changed: the object with everything that a plan must know about its surroundings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from tools.cluster.api import Api, with_writers
from tools.cluster.kinds import BY_KIND, BY_PLURAL, WORKLOADS, Kind
from tools.cluster.objects import (
    annotated,
    containers,
    labels,
    meta,
    owned_by,
    selector_text,
    selects,
    spec,
    template,
    uid,
)
from tools.cluster.revisions import NUMBER, revision_of
from tools.cluster.templates import fingerprint
from tools.errors import GiveUp, ToolError
from tools.plan import Draft, Target
from tools.remediation.arguments import WorkloadArgs
from tools.services.model import Service
from tools.services.where import find, need_namespace, workload_of
from tools.spec import Call, Json

T = TypeVar("T")


@dataclass
class Subject:
    """The workload as read now. `unseen` says what could not be read and is therefore not judged."""

    api: Api
    kind: Kind
    namespace: str
    item: Json
    service: Service | None = None
    pods: list[Json] = field(default_factory=list)
    replicasets: list[Json] = field(default_factory=list)
    autoscalers: list[Json] = field(default_factory=list)
    budgets: list[Json] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(meta(self.item)["name"])

    @property
    def path(self) -> str:
        return self.kind.path(self.namespace, self.name)

    @property
    def version(self) -> str:
        return str(meta(self.item)["resourceVersion"])

    @property
    def replicas(self) -> int:
        if self.kind.plural == "daemonsets":
            return len(self.pods)
        return int(spec(self.item).get("replicas", 1))

    @property
    def target(self) -> Target:
        return Target(
            provider="kubernetes",
            cluster=self.api.name,
            namespace=self.namespace,
            kind=self.kind.kind,
            name=self.name,
            uid=uid(self.item),
            generation=int(meta(self.item).get("generation") or 0),
        )

    def covering(self) -> list[Json]:
        """Disruption budgets over its pods."""
        mine = template(self.item).get("metadata", {}).get("labels") or {}
        return [b for b in self.budgets if selects(spec(b).get("selector"), mine)]


async def subject(call: Call, args: WorkloadArgs, kinds: tuple[str, ...] = WORKLOADS) -> Subject:
    """Read the workload that the arguments name, with its surroundings.

    Raises:
        GiveUp: a service's only workload is of a kind that this change does not fit.
    """
    place = await find(call, args)
    namespace = need_namespace(place)
    kind, name = workload_of(place, args.kind, args.name)
    if kind.plural not in kinds:
        raise GiveUp(f"{kind.singular} {name} cannot be changed in this way: it fits {', '.join(kinds)}")
    return await _read(place.api, kind, namespace, name, place.service)


async def workload_at(call: Call, api: Api, kind: Kind, namespace: str, name: str) -> Subject:
    """The workload at that place, with its surroundings."""
    services = await call.clients.known_services()
    service = services.of_workload(api.name, namespace, kind.singular, name)
    return await _read(api, kind, namespace, name, service)


async def subject_of(call: Call, draft: Draft) -> Subject:
    """Read the workload of a plan again."""
    target = draft.target
    api = call.cluster(target.cluster)
    return await workload_at(call, api, BY_KIND[target.kind], target.namespace, target.name)


async def _read(api: Api, kind: Kind, namespace: str, name: str, service: Service | None) -> Subject:
    item = with_writers(await api.get(kind, namespace, name))
    found = Subject(api, kind, namespace, item, service)
    selector = selector_text(spec(item).get("selector") or {})
    found.pods, found.replicasets, found.autoscalers, found.budgets = await asyncio.gather(
        _or_nothing(found, api.listing(BY_PLURAL["pods"], namespace, labelSelector=selector), "pods"),
        _or_nothing(
            found, api.listing(BY_PLURAL["replicasets"], namespace, labelSelector=selector), "replica sets"
        ),
        _or_nothing(found, api.listing(BY_PLURAL["horizontalpodautoscalers"], namespace), "autoscalers"),
        _or_nothing(found, api.listing(BY_PLURAL["poddisruptionbudgets"], namespace), "disruption budgets"),
    )
    mine = {uid(rs) for rs in found.replicasets if owned_by(rs, item)} | {uid(item)}
    found.pods = [
        p for p in found.pods if any(ref.get("uid") in mine for ref in meta(p).get("ownerReferences") or [])
    ]
    found.replicasets = [rs for rs in found.replicasets if uid(rs) in mine]
    return found


async def _or_nothing(found: Subject, reading: Awaitable[list[Json]], what: str) -> list[Json]:
    try:
        return await reading
    except ToolError as error:
        found.unseen.append(f"{what}: {error.reason}")
        return []


def shown(item: Json) -> dict[str, str]:
    """The fields on the card that must still hold when the plan runs."""
    images = ", ".join(f"{c['name']}={c.get('image', '')}" for c in containers(template(item)))
    return {
        "spec.replicas": str(spec(item).get("replicas", "")),
        "spec.paused": str(bool(spec(item).get("paused"))).lower(),
        "images": images,
        "template": fingerprint(template(item)),
        f"metadata.annotations[{NUMBER}]": str(revision_of(item) or ""),
    }


def newest_pods(found: Subject) -> list[Json]:
    """Pods of the template that the workload wants now."""
    if found.kind.plural == "deployments":
        current = max(found.replicasets, key=revision_of, default=None)
        return [p for p in found.pods if current is not None and owned_by(p, current)]
    generation = annotated(found.item).get("deprecated.daemonset.template.generation")
    if found.kind.plural == "daemonsets" and generation:
        return [p for p in found.pods if labels(p).get("pod-template-generation") == generation]
    wanted = (found.item.get("status") or {}).get("updateRevision")
    if wanted:
        return [p for p in found.pods if labels(p).get("controller-revision-hash") == wanted]
    return found.pods
