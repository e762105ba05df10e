"""Anything in Oracle Cloud, by name or OCID: what it is, what it hangs together with, who made it, which tool knows more."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from tools.errors import ToolError
from tools.marks import mark
from tools.oracle.finding import anything
from tools.oracle.relations import Around, Relation, relations
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import TOKEN, digest, short
from tools.reads.oci_resources import created
from tools.spec import Call, Evidence, Json, Result, Scope, Table, Tool

GETTING: Final = {  # kind as search names it: service, operation, its argument
    "alarm": ("monitoring", "get_alarm", "alarm_id"),
    "autonomousdatabase": ("database", "get_autonomous_database", "autonomous_database_id"),
    "bootvolume": ("blockstorage", "get_boot_volume", "boot_volume_id"),
    "clusterscluster": ("container_engine", "get_cluster", "cluster_id"),
    "instance": ("compute", "get_instance", "instance_id"),
    "instancepool": ("compute_management", "get_instance_pool", "instance_pool_id"),
    "loadbalancer": ("load_balancer", "get_load_balancer", "load_balancer_id"),
    "ormstack": ("resource_manager", "get_stack", "stack_id"),
    "policy": ("identity", "get_policy", "policy_id"),
    "routetable": ("network", "get_route_table", "rt_id"),
    "securitylist": ("network", "get_security_list", "security_list_id"),
    "subnet": ("network", "get_subnet", "subnet_id"),
    "vaultsecret": ("vault", "get_secret", "secret_id"),
    "vcn": ("network", "get_vcn", "vcn_id"),
    "volume": ("blockstorage", "get_volume", "volume_id"),
}
MORE: Final = {
    "alarm": "oci_alarms",
    "autonomousdatabase": "oci_database",
    "bucket": "oci_buckets",
    "clusterscluster": "oci_clusters",
    "instance": "oci_instance",
    "loadbalancer": "oci_load_balancer",
    "policy": "iam_who_can",
    "securitylist": "oci_network",
    "subnet": "oci_network",
    "vaultsecret": "oci_secrets",
    "vcn": "oci_network",
    "volume": "oci_volumes",
}
TOLD: Final = {  # fields whose value is a word or a number that people ask for; no other is repeated
    "shape": "shape", "shapeName": "shape", "availabilityDomain": "availability domain", "faultDomain": "fault domain",
    "sizeInGBs": "size in GB", "vpusPerGB": "VPUs per GB", "cidrBlock": "CIDR", "query": "rule", "severity": "severity", "isEnabled": "enabled",
    "dbWorkload": "workload", "dbVersion": "version", "computeCount": "compute", "dataStorageSizeInTBs": "storage in TB",
    "kubernetesVersion": "version", "type": "type", "size": "size", "terraformVersion": "terraform", "stackDriftStatus": "drift",
    "currentVersionNumber": "version in use", "rotationStatus": "rotation", "prohibitPublicIpOnVnic": "no public addresses", "isPrivate": "private",
}  # fmt: skip
LEFT_OUT: Final = frozenset({"vaultsecret"})  # kinds whose description somebody may have put a value in
PROVED = 2


class Args(CloudArgs):
    resource: str = Field(max_length=300, description="name, part of the name, or OCID")
    kind: str | None = Field(
        None,
        max_length=60,
        pattern=r"^[A-Za-z][A-Za-z _-]*$",
        description="kind, where several things have the name: instance, volume, subnet, ...",
    )


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    item, found = await anything(where, args.resource, args.kind)
    kind, region = text_of(item, "resourceType").lower(), text_of(item, "region")
    around = Around(where, region, item, found, list(found.parts.could_not_see))
    around.body = await _whole(where, kind, item, around.unseen)
    return _result(call, around, item, await relations(around, kind))


async def _whole(where: Where, kind: str, item: Json, unseen: list[str]) -> Json:
    """As its own service shows it; what search showed where that cannot be had."""
    base = item | {"id": text_of(item, "identifier")}
    if kind not in GETTING:
        return base
    service, operation, argument = GETTING[kind]
    arguments: Json = {argument: text_of(item, "identifier")}
    try:
        answer = await where.api.read(service, operation, region=text_of(item, "region"), **arguments)
    except ToolError as error:
        unseen.append(f"details: {error.reason}")
        return base
    return base | dict(answer.data)


def _result(call: Call, around: Around, item: Json, found: list[Relation]) -> Result:
    where, body = around.where, around.body
    ident, name = text_of(item, "identifier"), text_of(item, "displayName")
    kind = text_of(item, "resourceType")
    facts = _facts(call, around, item)
    tool = MORE.get(kind.lower(), "")
    state = facts["state"]
    lines = [f"{kind} {name}: {state}.{mark(1)}", *(f"{key}: {value}" for key, value in facts.items())]
    lines += [f"{one.how}: {short(one.name, 120)}" for one in found]
    lines += [f"ocid: {ident}", *([f"more: {tool}"] if tool else [])]
    rows = (*facts.items(), *((one.how, short(one.name, 120)) for one in found))
    return Result(
        data={
            "id": ident, "name": name, "kind": kind, "facts": facts, "tags": _tags(body), "tool": tool or None,
            "relations": [{"how": one.how, "name": one.name, "id": one.id} for one in found],
        },
        digest=digest(lines),
        scope=Scope(compartment=where.path(item), region=around.region, service=where.service),
        evidence=(
            Evidence(f"oci:{ident}#lifecycleState", "state", state),
            Evidence(f"oci:{ident}#timeCreated", "created", text_of(item, "timeCreated") or "not told"),
        )[:PROVED],
        could_not_see=tuple(around.unseen),
        tables=(Table(f"{kind} {short(name, 60)}", ("what", "is"), rows),),
        untrusted=True,
        inventory=(ident, *((name,) if TOKEN.fullmatch(name) else ())),
    )  # fmt: skip


def _facts(call: Call, around: Around, item: Json) -> dict[str, str]:
    body = around.body
    maker = str(((body.get("definedTags") or {}).get("Oracle-Tags") or {}).get("CreatedBy", ""))
    about = "" if text_of(item, "resourceType").lower() in LEFT_OUT else text_of(body, "description")
    rows = {
        "state": text_of(body, "lifecycleState").upper()
        or text_of(item, "lifecycleState").upper()
        or "no state",
        "compartment": around.where.path(item),
        "region": around.region,
        "created": created(call, item),
        "created by": maker,
        "about": short(about),
        **{label: _word(body.get(key)) for key, label in TOLD.items() if body.get(key) is not None},
        "tags": short(", ".join(f"{key}={value}" for key, value in sorted(_tags(body).items()))),
    }
    return {key: value for key, value in rows.items() if value}


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return short(str(value)) if isinstance(value, str | int | float) else ""


def _tags(body: Json) -> dict[str, str]:
    """Freeform ones by their keys, defined ones as `Namespace.Key`."""
    own = {str(key): str(value) for key, value in (body.get("freeformTags") or {}).items()}
    defined = {
        f"{space}.{key}": str(value)
        for space, keys in (body.get("definedTags") or {}).items()
        for key, value in keys.items()
    }
    return own | defined


OCI_DESCRIBE = Tool(
    name="oci_describe",
    summary="Describe anything in Oracle Cloud by name or OCID: state, tags, who created it, what it is attached to or serves.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("what is shop-public?", "describe old-scratch", "what is this ocid and who created it?"),
    cache_s=30,
)
