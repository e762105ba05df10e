"""Service limits with how much of each is used; they belong to the whole tenancy."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from tools.errors import NotAllowed, ToolError
from tools.oracle.everywhere import number
from tools.oracle.parts import each
from tools.oracle.where import Where, text_of
from tools.reads.digest import listed
from tools.spec import Call, Json

USUAL: Final = ("compute", "block-storage", "load-balancer", "vcn", "database", "container-engine")
AT_ONCE: Final = 6


def may(call: Call, where: Where) -> None:
    """Raises NotAllowed for whoever does not see the whole tenancy."""
    if not call.reach.compartment(where.tenancy.compartments.root.path):
        raise NotAllowed(
            "service limits belong to the whole tenancy, which is outside what you may see here",
            needs="compartment root",
        )


async def headroom(
    where: Where, services: Sequence[str], unseen: list[str], *, most: int, named: str = ""
) -> list[Json]:
    """Limits above 0, at most `most` of a region, each with `service`, `region` and `used`; None: Oracle does not tell.

    Raises:
        ToolError: no region answered, or the only service that was asked about did not.
    """
    found: list[Json] = []

    async def ask(region: str) -> int:
        values: list[Json] = []
        for service in services:
            values += await _values(where, region, service, unseen, single=len(services) == 1)
        asked = [
            one for one in values if (number(one, "value") or 0) > 0 and named in text_of(one, "name").lower()
        ]
        if len(asked) > most:
            unseen.append(f"{region}: {len(asked) - most} more limits; name a service to see them")
        found.extend(await _with_use(where, region, asked[:most], unseen))
        return len(asked)

    parts = await each(where.regions, ask)
    unseen.extend(parts.could_not_see)
    return found


def share(one: Json) -> float:
    """Of one whose use is told."""
    return float(one["used"]) / float(one["value"])


def place(one: Json) -> str:
    return text_of(one, "availabilityDomain") or "region"


def ref(one: Json) -> str:
    return f"oci:limit/{one['service']}/{text_of(one, 'name')}/{place(one)}@{text_of(one, 'region')}#used"


async def _with_use(where: Where, region: str, asked: list[Json], unseen: list[str]) -> list[Json]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(item: Json) -> Json:
        async with places:
            return item | {"used": await _used(where, region, item), "region": region}

    done = await asyncio.gather(*map(one, asked))
    if silent := sorted({text_of(item, "name") for item in done if item["used"] is None}):
        unseen.append(f"{region}: use of {listed(silent, 5)} is not told")
    return done


async def _values(where: Where, region: str, service: str, unseen: list[str], *, single: bool) -> list[Json]:
    root = where.tenancy.compartments.root.id
    try:
        listing = await where.api.listing(
            "limits", "list_limit_values", region=region, compartment_id=root, service_name=service
        )
    except ToolError as error:
        if single:
            raise
        unseen.append(f"{service} in {region}: {error.reason}")
        return []
    return [item | {"service": service} for item in listing.items]


async def _used(where: Where, region: str, item: Json) -> float | None:
    """None where Oracle does not tell: some limits have no availability."""
    domain = text_of(item, "availabilityDomain")
    try:
        answer = await where.api.read(
            "limits", "get_resource_availability", region=region, service_name=item["service"],
            limit_name=text_of(item, "name"), compartment_id=where.tenancy.compartments.root.id,
            **({"availability_domain": domain} if domain else {}),
        )  # fmt: skip
    except ToolError:
        return None
    return number(answer.data, "used")
