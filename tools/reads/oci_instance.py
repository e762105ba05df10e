"""One compute instance: how it is, what it is made of, where it hangs, what it is doing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pydantic import Field

from tools.errors import ToolError
from tools.marks import mark
from tools.oracle.naming import named
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import TOKEN, digest, short
from tools.reads.oci_resources import created
from tools.spec import Call, Evidence, Json, Result, Scope, Table, Tool


class Args(CloudArgs):
    resource: str = Field(max_length=300, description="instance: display name or OCID")


class Seen:
    """What was read of it, and what could not be."""

    def __init__(self, instance: Json, etag: str) -> None:
        self.instance, self.etag = instance, etag
        self.vnics: list[Json] = []
        self.works: list[Json] = []
        self.unseen: list[str] = []


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    item = await named(where, "instance", args.resource)
    region = text_of(item, "region")
    seen = await read(where, text_of(item, "identifier"), region)
    return _result(call, where, seen, region)


async def read(where: Where, ident: str, region: str) -> Seen:
    """The instance itself, or one of the three error words; network and work requests as far as they can be seen."""
    answer = await where.api.read("compute", "get_instance", region=region, instance_id=ident)
    seen = Seen(answer.data, answer.etag)
    await asyncio.gather(_network(where, seen, region), _works(where, seen, region))
    return seen


async def _network(where: Where, seen: Seen, region: str) -> None:
    compartment = text_of(seen.instance, "compartmentId")
    try:
        attached = await where.api.listing(
            "compute",
            "list_vnic_attachments",
            region=region,
            compartment_id=compartment,
            instance_id=text_of(seen.instance, "id"),
        )
        for one in attached.items:
            if vnic := text_of(one, "vnicId"):
                seen.vnics.append(
                    (await where.api.read("network", "get_vnic", region=region, vnic_id=vnic)).data
                )
    except ToolError as error:
        seen.unseen.append(f"network: {error.reason}")


async def _works(where: Where, seen: Seen, region: str) -> None:
    try:
        found = await where.api.listing(
            "work_requests", "list_work_requests", region=region,
            compartment_id=text_of(seen.instance, "compartmentId"), resource_id=text_of(seen.instance, "id"), cap=5,
        )  # fmt: skip
        seen.works = found.items
    except ToolError as error:
        seen.unseen.append(f"work requests: {error.reason}")


def facts(call: Call, where: Where, instance: Json, vnics: Sequence[Json], region: str) -> dict[str, str]:
    """By name, as people ask for them; what Oracle left out is left out."""
    shape = instance.get("shapeConfig") or {}
    size = ", ".join(
        f"{shape[key]:g} {unit}"
        for key, unit in (("ocpus", "OCPU"), ("memoryInGBs", "GB"))
        if isinstance(shape.get(key), int | float)
    )
    tags = instance.get("freeformTags") or {}
    rows = {
        "state": text_of(instance, "lifecycleState"),
        "shape": " ".join(filter(None, (text_of(instance, "shape"), f"({size})" if size else ""))),
        "compartment": where.path(instance),
        "region": region,
        "availability domain": text_of(instance, "availabilityDomain"),
        "fault domain": text_of(instance, "faultDomain"),
        "created": created(call, instance),
        "private address": ", ".join(filter(None, (text_of(vnic, "privateIp") for vnic in vnics))),
        "public address": ", ".join(filter(None, (text_of(vnic, "publicIp") for vnic in vnics))),
        "tags": short(", ".join(f"{key}={value}" for key, value in sorted(tags.items()))),
    }
    return {key: value for key, value in rows.items() if value}


def _result(call: Call, where: Where, seen: Seen, region: str) -> Result:
    instance = seen.instance
    ident, name = text_of(instance, "id"), text_of(instance, "displayName")
    rows = facts(call, where, instance, seen.vnics, region)
    works = [
        f"{text_of(work, 'operationType')} {text_of(work, 'status')}, accepted {text_of(work, 'timeAccepted')}"
        for work in seen.works
    ]
    lines = [
        f"Instance {name}: {rows.get('state', 'state not told')}.",
        *(f"{key}: {value}{_number(key, rows)}" for key, value in rows.items()),
    ]
    doing = [f"work request: {work}" for work in works]
    return Result(
        data={"id": ident, "name": name, "facts": rows, "work_requests": works, "etag": seen.etag},
        digest=digest([*lines, *doing, f"ocid: {ident}"]),
        scope=Scope(compartment=where.path(instance), region=region, service=where.service),
        evidence=tuple(
            Evidence(f"oci:{ident}#{field}", label, value)
            for field, label, value in (
                ("lifecycleState", "state", rows.get("state", "")),
                ("shape", "shape", rows.get("shape", "")),
                ("timeCreated", "created", text_of(instance, "timeCreated")),
            )
            if value
        ),
        could_not_see=tuple(seen.unseen),
        tables=(Table(f"Instance {short(name, 60)}", ("what", "is"), tuple(rows.items())),),
        untrusted=True,
        inventory=(ident, *((name,) if TOKEN.fullmatch(name) else ())),
    )  # fmt: skip


def _number(key: str, rows: dict[str, str]) -> str:
    proof = [name for name in ("state", "shape", "created") if rows.get(name)]
    return mark(proof.index(key) + 1) if key in proof else ""


OCI_INSTANCE = Tool(
    name="oci_instance",
    summary="Describe one Oracle Cloud compute instance: state, shape, network, tags, work requests under way.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("how is instance web-1?", "describe the gpu instance"),
    cache_s=10,
)
