"""Resource search over everything that has an OCID of its own, as far as the caller's policies reach."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import bad_parameter
from sandbox.oci.searching.language import Query, read
from sandbox.oci.searching.matching import FIELDS, matches, mentions
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.tenancy.types import kind_of

TYPES: Final = frozenset(
    {"Alarm", "AutonomousDatabase", "Compartment", "Group", "Instance", "LoadBalancer", "Policy", "Subnet"}
    | {"User", "Vcn", "Vnic", "DynamicGroup"}
    | {"InstancePool", "AutoScalingConfiguration"}
    | {"BootVolume", "Secret", "Stack", "Volume"}
    | {"Bucket", "Cluster", "NetworkSecurityGroup", "RouteTable", "SecurityList"}
)
CALLED: Final = {
    "Cluster": "ClustersCluster",
    "Secret": "VaultSecret",
    "Stack": "OrmStack",
}  # where search has another word than the service
_COPIED: Final = ("availabilityDomain", "compartmentId", "timeCreated", "lifecycleState")


def _search(call: Call) -> Answer:
    if call.body["type"] == "FreeText":
        text = call.body["text"]
        found = [one for one in _visible(call) if mentions(one, text)]
        return Answer({"items": _sorted(found, "timeCreated", descending=True)})
    query = read(call.body["query"])
    _check(query)
    found = [one for one in _visible(call) if matches(query, one, call.now)]
    return Answer({"items": _sorted(found, query.order_by, descending=query.descending)})


def _check(query: Query) -> None:
    known = {CALLED.get(one, one).lower() for one in TYPES} | {"all"}
    for one in query.types - known:
        raise bad_parameter(f"The query is not valid: no resource type is called {one}")
    if query.order_by.lower() not in {one.lower() for one in FIELDS}:
        raise bad_parameter(f"The query is not valid: nothing can be sorted by {query.order_by}")


def _sorted(found: list[Json], field: str, *, descending: bool) -> list[Json]:
    name = next(one for one in FIELDS if one.lower() == field.lower())
    return sorted(found, key=lambda one: str(one.get(name) or ""), reverse=descending)


def _visible(call: Call) -> list[Json]:
    may = _asked_once(call)
    records = call.tenancy.records.by_id.values()
    return [
        summary(one) for one in records if one.model in TYPES and may(one.service, one.compartment, one.model)
    ]


def _asked_once(call: Call) -> Callable[[str, str, str], bool]:
    @cache
    def may(service: str, compartment: str, model: str) -> bool:
        return call.tenancy.may(call.who, "inspect", service, compartment, kind_of(model))

    return may


def summary(record: Record) -> Json:
    """A resource as search shows it."""
    return {
        "resourceType": CALLED.get(record.model, record.model),
        "identifier": record.id,
        "displayName": record.name,
        **{key: record.body[key] for key in _COPIED if key in record.body},
        "compartmentId": record.compartment,
        "freeformTags": record.body.get("freeformTags", {}),
        "definedTags": record.body.get("definedTags", {}),
        "systemTags": {},
        "additionalDetails": {},
        "identityContext": {},
        "searchContext": None,
    }


def _types(call: Call) -> Answer:
    del call
    fields = [{"fieldName": name, "fieldType": kind, "isArray": False} for name, kind in FIELDS.items()]
    return Answer(
        [{"name": one, "fields": fields} for one in sorted(CALLED.get(each, each) for each in TYPES)]
    )


TABLE: Final[Table] = {"search_resources": _search, "list_resource_types": _types}
