"""Lists and single resources, as most services serve them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sandbox.oci.api.call import Answer, Call, Service
from sandbox.oci.errors import bad_parameter
from sandbox.oci.sdk import models
from sandbox.oci.tenancy.records import Json, Record

_SORTS: Final = {"TIMECREATED": "timeCreated", "DISPLAYNAME": "displayName", "NAME": "name"}
_OWN: Final = frozenset(
    {
        "limit",
        "page",
        "sortBy",
        "sortOrder",
        "compartmentId",
        "accessLevel",
        "detail",
        "compartmentIdInSubtree",
    }
)
NEWEST_FIRST: Final = "TIMECREATED"


def getting(service: str, model: str, parameter: str) -> Service:
    """`parameter` is the name in the route."""

    def get(call: Call) -> Answer:
        found = call.record(model, call.path[parameter])
        return Answer(shown(service, model, found), found)

    return get


def listing(service: str, model: str, item: str = "") -> Service:
    """All of a compartment, as `item` where the list shows a summary, filtered by every parameter that is a field."""

    def list_(call: Call) -> Answer:
        compartment = call.text("compartmentId")
        call.need(compartment)
        found = [one for one in call.tenancy.records.of(service, model) if one.compartment == compartment]
        return Answer([shown(service, item or model, one) for one in chosen(call, found)])

    return list_


def chosen(call: Call, records: Iterable[Record]) -> list[Record]:
    """Those that the query's filters take, in the order that it asks for."""
    wanted = {key: text for key, text in call.query.items() if key not in _OWN}
    found = [one for one in records if all(_is(one.body, key, text) for key, text in wanted.items())]
    return ordered(call, found)


def ordered(call: Call, records: list[Record]) -> list[Record]:
    by = call.query.get("sortBy", "").upper() or NEWEST_FIRST
    if by not in _SORTS:
        raise bad_parameter(f"sortBy {call.query['sortBy']} is unknown")
    order = call.query.get("sortOrder", "").upper() or ("DESC" if by == NEWEST_FIRST else "ASC")
    return sorted(records, key=lambda one: str(one.body.get(_SORTS[by], "")), reverse=order == "DESC")


def shown(service: str, kind: str, record: Record) -> Json:
    """The part of a record that the model shows; where it has subtypes, that of the record's own."""
    fields = models.of(service, kind, record.body).fields
    return {key: value for key, value in record.body.items() if key in fields}


def _is(body: Json, key: str, text: str) -> bool:
    if key.endswith("NotEqualTo"):
        return not _is(body, key.removesuffix("NotEqualTo"), text)
    value: Any = body.get(key)
    if key == "lifecycleState":
        return str(value).lower() == text.lower()
    if isinstance(value, bool):
        return str(value).lower() == text.lower()
    return bool(value == text)
