"""What a resource hangs together with: what it holds, what holds it, what it serves. Each part may fail alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tools.errors import ToolError
from tools.oracle.everywhere import dicts
from tools.oracle.searching import Found
from tools.oracle.where import Where, text_of
from tools.spec import Json


@dataclass(frozen=True, slots=True)
class Relation:
    """`how`: `attached volume`, `subnet`, `serves`... `name` is somebody's word."""

    how: str
    name: str
    id: str


@dataclass
class Around:
    """One resource, what was found beside it, and what could not be seen."""

    where: Where
    region: str
    body: Json
    found: Found
    unseen: list[str] = field(default_factory=list)

    def named(self, ident: str) -> str:
        """What search calls it; the OCID where it cannot be seen."""
        mine = next((one for one in self.found.items if text_of(one, "identifier") == ident), None)
        return text_of(mine, "displayName") if mine else ident

    async def listing(self, service: str, operation: str, **arguments: Any) -> list[Json]:
        place = text_of(self.body, "compartmentId")
        found = await self.where.api.listing(
            service, operation, region=self.region, cap=500, compartment_id=place, **arguments
        )
        return found.items


Finder = Callable[[Around], Awaitable[list[Relation]]]
LINKS: Final = {  # fields of a body that name another resource
    "vcnId": "vcn",
    "subnetId": "subnet",
    "routeTableId": "route table",
    "imageId": "image",
    "clusterId": "cluster",
    "vaultId": "vault",
    "volumeId": "volume",
    "instanceId": "instance",
}
LISTS: Final = {"subnetIds": "subnet", "securityListIds": "security list", "nsgIds": "network security group"}


def links(around: Around) -> list[Relation]:
    """What its own fields name."""
    one = [
        Relation(how, around.named(ident), ident)
        for key, how in LINKS.items()
        if (ident := text_of(around.body, key))
    ]
    many = [
        Relation(how, around.named(str(ident)), str(ident))
        for key, how in LISTS.items()
        for ident in around.body.get(key) or []
    ]
    return one + many


async def _volumes(around: Around) -> list[Relation]:
    held = await around.listing("compute", "list_volume_attachments", instance_id=text_of(around.body, "id"))
    return [
        Relation("attached volume", around.named(text_of(one, "volumeId")), text_of(one, "volumeId"))
        for one in held
        if text_of(one, "lifecycleState") in {"ATTACHED", "ATTACHING"}
    ]


async def _holders(around: Around) -> list[Relation]:
    held = await around.listing("compute", "list_volume_attachments", volume_id=text_of(around.body, "id"))
    mine = [one for one in held if text_of(one, "lifecycleState") in {"ATTACHED", "ATTACHING"}]
    if not mine:
        return [Relation("attached to", "nothing", "")]
    return [
        Relation("attached to", around.named(text_of(one, "instanceId")), text_of(one, "instanceId"))
        for one in mine
    ]


async def _network(around: Around) -> list[Relation]:
    """Its subnets and addresses, then the load balancers that send traffic to these."""
    attached = await around.listing(
        "compute", "list_vnic_attachments", instance_id=text_of(around.body, "id")
    )
    found: list[Relation] = []
    addresses: set[str] = set()
    for one in attached:
        subnet = text_of(one, "subnetId")
        found.append(Relation("subnet", around.named(subnet), subnet))
        if ident := text_of(one, "vnicId"):
            vnic = await around.where.api.read("network", "get_vnic", region=around.region, vnic_id=ident)
            addresses.add(text_of(vnic.data, "privateIp"))
            found.append(Relation("address", text_of(vnic.data, "privateIp"), ident))
    return found + await _balancers(around, addresses)


async def _balancers(around: Around, addresses: set[str]) -> list[Relation]:
    return [
        Relation("serves load balancer", f"{text_of(one, 'displayName')}/{name}", text_of(one, "id"))
        for one in await around.listing("load_balancer", "list_load_balancers")
        for name, backends in (one.get("backendSets") or {}).items()
        if any(text_of(each, "ipAddress") in addresses for each in dicts(backends.get("backends")))
    ]


FINDERS: Final[dict[str, tuple[tuple[str, Finder], ...]]] = {
    "instance": (("attached volumes", _volumes), ("network", _network)),
    "volume": (("what holds it", _holders),),
}


async def relations(around: Around, kind: str) -> list[Relation]:
    """Of a kind as search names it, lower case."""

    async def one(what: str, finder: Finder) -> list[Relation]:
        try:
            return await finder(around)
        except ToolError as error:
            around.unseen.append(f"{what}: {error.reason}")
            return []

    asked = await asyncio.gather(*(one(what, finder) for what, finder in FINDERS.get(kind, ())))
    return links(around) + [each for found in asked for each in found]
