"""Reading what a proposal of the service map is made from. A part that cannot be seen costs that part alone, and is named."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import annotated, labels, meta, name, spec, status
from tools.cluster.several import several
from tools.errors import AskBack, ToolError
from tools.oracle.searching import search
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.services.proposing import OWNERS, Cloudy, Front, Seen, Workload
from tools.services.tags import KINDS, SERVICE
from tools.spec import Call, Json

READ = ("deployments", "statefulsets", "daemonsets", "cronjobs")
WITHIN_S = 8.0
BALANCERS = 20  # that are read for their addresses


@dataclass
class Eyes:
    """What was seen: places, and what the lines are made of."""

    namespaces: dict[str, list[str]] = field(default_factory=dict)
    compartments: list[str] = field(default_factory=list)
    workloads: list[Workload] = field(default_factory=list)
    fronts: list[Front] = field(default_factory=list)
    cloud: list[Cloudy] = field(default_factory=list)
    boards: list[tuple[str, str]] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    @property
    def seen(self) -> Seen:
        return Seen(self.workloads, self.fronts, self.cloud, self.boards)


async def look(call: Call) -> Eyes:
    """Never raises for what a cluster, Oracle Cloud or Grafana does."""
    eyes = Eyes()
    names = call.clients.clusters.names
    await asyncio.gather(*(_cluster(call, each, eyes) for each in names), _oracle(call, eyes), _grafana(call, eyes))  # fmt: skip
    eyes.unseen.sort()
    return eyes


def _kept(item: Json) -> Json:
    made = ((spec(item).get("template") or {}).get("metadata") or {}).get("labels") or {}
    told = {"name": name(item), "namespace": meta(item).get("namespace"), "labels": labels(item), "annotations": annotated(item)}  # fmt: skip
    return {"metadata": told, "spec": {"template": {"metadata": {"labels": made}}}}


async def _cluster(call: Call, cluster: str, eyes: Eyes) -> None:
    try:
        found = await several(
            call.cluster(cluster), (*READ, "services"), reach=call.reach, reduce=dict.fromkeys(READ, _kept)
        )
    except ToolError as error:
        eyes.unseen.append(f"cluster {cluster}: {error.reason}")
        return
    eyes.unseen += [f"cluster {cluster}: {gap}" for gap in found.unseen]
    if not any(found.knows(plural) for plural in READ):
        return
    mine = [Workload(cluster, BY_PLURAL[plural].singular, item) for plural in READ for item in found.of(plural)]  # fmt: skip
    eyes.namespaces[cluster] = sorted({one.namespace for one in mine})
    eyes.workloads += mine
    eyes.fronts += [front for item in found.of("services") if (front := _front(cluster, item)).addresses]


def _front(cluster: str, item: Json) -> Front:
    ways = (status(item).get("loadBalancer") or {}).get("ingress") or []
    addresses = tuple(str(way.get("ip")) for way in ways if way.get("ip"))
    return Front(cluster, str(meta(item).get("namespace", "")), name(item), spec(item).get("selector") or {}, addresses)  # fmt: skip


async def _oracle(call: Call, eyes: Eyes) -> None:
    if call.clients.oracle is None:
        return
    hurried = replace(call, deadline_s=min(call.deadline_s, WITHIN_S), reach=call.cloud_reach)
    try:
        where = await find(hurried, CloudArgs())
        eyes.compartments = sorted(one.path for one in where.compartments)
        found = await search(where, KINDS)
    except (ToolError, AskBack) as error:
        eyes.unseen.append(f"Oracle Cloud: {error.reason if isinstance(error, ToolError) else error}")
        return
    eyes.unseen += [f"Oracle Cloud: {gap}" for gap in found.parts.could_not_see]
    addresses = await _addresses(where, found.items, eyes)
    eyes.cloud += [_cloudy(where, item, found.items, addresses) for item in found.items]


async def _addresses(where: Where, items: Iterable[Json], eyes: Eyes) -> dict[str, tuple[str, ...]]:
    """Of load balancers, by OCID."""
    balancers = [item for item in items if text_of(item, "resourceType").lower() == "loadbalancer"]
    if len(balancers) > BALANCERS:
        eyes.unseen.append(f"Oracle Cloud: addresses of {len(balancers) - BALANCERS} more load balancers")

    async def one(item: Json) -> tuple[str, ...]:
        try:
            answer = await where.api.read(
                "load_balancer", "get_load_balancer",
                region=text_of(item, "region"), load_balancer_id=text_of(item, "identifier"),
            )  # fmt: skip
        except ToolError as error:
            eyes.unseen.append(f"Oracle Cloud: addresses of a load balancer: {error.reason}")
            return ()
        return tuple(text_of(way, "ipAddress") for way in answer.data.get("ipAddresses") or [])

    read = balancers[:BALANCERS]
    found = await asyncio.gather(*map(one, read))
    return {text_of(item, "identifier"): ips for item, ips in zip(read, found, strict=True)}


def _cloudy(where: Where, item: Json, items: Iterable[Json], addresses: dict[str, tuple[str, ...]]) -> Cloudy:
    """By its name, or where several are called so by its OCID."""
    kind, called, ident = text_of(item, "resourceType").lower(), text_of(item, "displayName"), text_of(item, "identifier")  # fmt: skip
    alike = sum(text_of(one, "displayName") == called and text_of(one, "resourceType").lower() == kind for one in items)  # fmt: skip
    tags = list(_tags(item))
    service = next(((key, text) for key, text in tags if key.rpartition(".")[2].lower() == SERVICE), ("", ""))
    owners = tuple(text for key, text in tags if key.rpartition(".")[2].lower() in OWNERS)
    named = called if alike == 1 and called and len(called) <= 300 else ident
    return Cloudy(kind, named, where.path(item), service[1].lower(), service[0], owners, addresses.get(ident, ()))  # fmt: skip


def _tags(item: Json) -> Iterable[tuple[str, str]]:
    for key, text in (item.get("freeformTags") or {}).items():
        yield str(key), str(text)
    for space, tags in (item.get("definedTags") or {}).items():
        for key, text in (tags or {}).items():
            yield f"{space}.{key}", str(text)


async def _grafana(call: Call, eyes: Eyes) -> None:
    grafana = call.clients.grafana
    if grafana is None:
        return
    try:
        found = await grafana.search(seconds=min(WITHIN_S, call.deadline_s))
    except ToolError as error:
        eyes.unseen.append(f"Grafana: {error.reason}")
        return
    eyes.boards += [
        (" ".join((str(one.get("title", "")), *map(str, one.get("tags") or []))), grafana.link(str(one.get("url", ""))))
        for one in found
    ]  # fmt: skip
