"""Service limits: what a tenancy may have of each thing, and how much of it is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import bad_parameter, hidden
from sandbox.oci.services.listing import shown
from sandbox.oci.tenancy.records import Json, Record

SERVICE: Final = "limits"
VALUE: Final = "LimitValueSummary"


def _values(call: Call) -> Iterator[Record]:
    """Of the tenancy: limits belong to it, whatever compartment is asked about."""
    call.need(call.text("compartmentId"))
    return call.tenancy.records.of(SERVICE, VALUE)


def _root(call: Call) -> None:
    if call.text("compartmentId") != call.tenancy.root:
        raise bad_parameter("limits are listed for the tenancy: compartmentId must be its OCID")


def _services(call: Call) -> Answer:
    names = sorted({str(one.hidden["service"]) for one in _values(call)})
    return Answer([{"name": name, "description": name.replace("-", " ").title()} for name in names])


def _limits(call: Call) -> Answer:
    _root(call)
    wanted, name = call.text("serviceName"), call.query.get("name")
    found = [one for one in _values(call) if one.hidden["service"] == wanted]
    return Answer([shown(SERVICE, VALUE, one) for one in found if name in {None, one.body["name"]}])


def _definitions(call: Call) -> Answer:
    _root(call)
    wanted = call.query.get("serviceName")
    found = [one for one in _values(call) if wanted in {None, one.hidden["service"]}]
    return Answer([_definition(one) for one in found])


def _definition(one: Record) -> Json:
    return {
        "name": one.body["name"],
        "serviceName": one.hidden["service"],
        "description": one.hidden.get("about", ""),
        "scopeType": one.body["scopeType"],
        "areQuotasSupported": True,
        "isResourceAvailabilitySupported": "used" in one.hidden,
        "isDeprecated": False,
    }


def _availability(call: Call) -> Answer:
    found = next((one for one in _values(call) if _is(call, one)), None)
    if found is None or "used" not in found.hidden:
        raise hidden()
    used, value = int(found.hidden["used"]), int(found.body["value"])
    return Answer({"used": used, "available": max(0, value - used)})


def _is(call: Call, one: Record) -> bool:
    place = call.query.get("availabilityDomain")
    same = (call.path["serviceName"], call.path["limitName"]) == (one.hidden["service"], one.body["name"])
    return same and one.body.get("availabilityDomain") == place


TABLE: Final[Table] = {
    "list_services": _services,
    "list_limit_values": _limits,
    "list_limit_definitions": _definitions,
    "get_resource_availability": _availability,
}
