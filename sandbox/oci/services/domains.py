"""Identity domains other than Default: the list of them, and in each its users and groups by SCIM, at an address of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sandbox.oci.api.call import Answer, Call, Service, Table
from sandbox.oci.errors import bad_parameter
from sandbox.oci.services.listing import chosen, shown
from sandbox.oci.tenancy.records import Json, Record

SERVICE: Final = "identity_domains"
LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
USUAL, MOST = 50, 1000
ALWAYS: Final = frozenset({"id", "ocid", "schemas", "userName", "displayName", "matchingRule"})
ON_REQUEST: Final = ("members", "groups", "urn:")  # shown to whoever names them, and to nobody else


def list_domains(call: Call) -> Answer:
    """Each with the address at which it is asked for its people: the caller's own way here, and the domain's port."""
    compartment = call.text("compartmentId")
    call.need(compartment)
    found = [one for one in call.tenancy.records.of("identity", "Domain") if one.compartment == compartment]
    return Answer([_summary(call, one) for one in chosen(call, found)])


def _summary(call: Call, domain: Record) -> Json:
    told = shown("identity", "DomainSummary", domain)
    port = call.tenancy.domain_ports.get(domain.id)
    if port is None:
        return told
    url = f"http://{call.headers['host'].partition(':')[0]}:{port}"
    return told | {"url": url, "homeRegionUrl": url}


def _scim_id(ocid: str) -> str:
    return ocid.rpartition(".")[2]


def _asked(call: Call) -> Record:
    """The domain at whose address the call came. Raises Refused(404)."""
    return call.tenancy.records.get(call.path.get("domain", ""), "Domain")


def _list(model: str) -> Service:
    def list_(call: Call) -> Answer:
        domain = _asked(call)
        call.need(domain.compartment)
        if "filter" in call.query:
            raise bad_parameter("filter is not served on this machine")
        records = list(_of(call, domain, model))
        start, count = _number(call, "startIndex", 1), min(_number(call, "count", USUAL), MOST)
        page = records[start - 1 : start - 1 + count]
        return Answer(
            {
                "schemas": [LIST],
                "totalResults": len(records),
                "Resources": [_shown(call, model, one) for one in page],
                "startIndex": start,
                "itemsPerPage": count,
            }
        )

    return list_


def _of(call: Call, domain: Record, model: str) -> Iterator[Record]:
    found = call.tenancy.records.of(SERVICE, model)
    return (one for one in found if one.body["domainOcid"] == domain.id)


def _number(call: Call, name: str, usual: int) -> int:
    text = call.query.get(name, str(usual))
    if not text.isdecimal() or not int(text):
        raise bad_parameter(f"{name} must be a number from 1 on, not {text}")
    return int(text)


def _shown(call: Call, model: str, record: Record) -> Json:
    """What is asked for by name; without a name, all that is not shown on request only."""
    asked = [one for one in call.query.get("attributes", "").split(",") if one]
    body = shown(SERVICE, model, record) | _related(call, model, record)
    return {key: value for key, value in body.items() if key in ALWAYS or _wanted(key, asked)}


def _wanted(key: str, asked: Iterable[str]) -> bool:
    names = list(asked)
    if not names:
        return not key.startswith(ON_REQUEST)
    return any(one == key or one.startswith((f"{key}:", f"{key}.")) for one in names)


def _related(call: Call, model: str, record: Record) -> Json:
    """Both ends of a membership, which a scenario writes down at the group."""
    if model == "Group":
        mine = record.body.get("members") or []
        return {"members": [one | {"value": _scim_id(one["ocid"]), "type": "User"} for one in mine]}
    if model != "User":
        return {}
    groups = [
        one.body
        for one in call.tenancy.records.of(SERVICE, "Group")
        if any(member["ocid"] == record.body["ocid"] for member in one.body.get("members") or [])
    ]
    return {
        "groups": [
            {"value": one["id"], "ocid": one["ocid"], "display": one["displayName"], "type": "direct"}
            for one in groups
        ]
    }


TABLE: Final[Table] = {
    "list_users": _list("User"),
    "list_groups": _list("Group"),
    "list_dynamic_resource_groups": _list("DynamicResourceGroup"),
}
