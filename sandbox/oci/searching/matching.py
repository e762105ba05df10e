"""Whether a resource is what a query asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any as Whatever
from typing import Final

from sandbox.oci.errors import bad_parameter
from sandbox.oci.searching.language import Ago, All, Any, Comparison, Condition, Query, Value
from sandbox.oci.tenancy.records import Json
from sandbox.oci.times import stamp

FIELDS: Final = {
    "resourceType": "string", "identifier": "string", "compartmentId": "string", "displayName": "string",
    "lifecycleState": "string", "availabilityDomain": "string", "timeCreated": "datetime",
}  # fmt: skip
TAGS: Final = frozenset({"freeformTags.key", "freeformTags.value"})
DEFINED: Final = frozenset({"definedTags.namespace", "definedTags.key", "definedTags.value"})


def matches(query: Query, resource: Json, now: float) -> bool:
    """`resource` is a ResourceSummary."""
    if not query.types & {"all", str(resource["resourceType"]).lower()}:
        return False
    if query.matching and not mentions(resource, query.matching):
        return False
    return query.where is None or _holds(query.where, resource, now)


def mentions(resource: Json, text: str) -> bool:
    """Free text: anywhere in what is indexed, whatever the case."""
    return any(text.lower() in value.lower() for value in _texts(resource))


def _holds(condition: Condition, resource: Json, now: float) -> bool:
    if isinstance(condition, All):
        return all(_holds(one, resource, now) for one in condition.parts)
    if isinstance(condition, Any):
        return any(_holds(one, resource, now) for one in condition.parts)
    return _compares(condition, list(_values(resource, condition.field)), now)


def _compares(one: Comparison, found: list[str], now: float) -> bool:
    wanted = [_text(value, now) for value in one.values]
    if one.operator == "==":
        return any(value in wanted for value in found)
    if one.operator == "!==":
        return not any(value in wanted for value in found)
    if one.operator in {"=", "!="}:
        same = {value.lower() for value in wanted} & {value.lower() for value in found}
        return bool(same) == (one.operator == "=")
    return any(_ordered(one.operator, value, wanted[0]) for value in found)


def _ordered(operator: str, value: str, wanted: str) -> bool:
    if operator[0] == "<":
        return value < wanted or (operator == "<=" and value == wanted)
    return value > wanted or (operator == ">=" and value == wanted)


def _text(value: Value, now: float) -> str:
    return stamp(now - value.seconds) if isinstance(value, Ago) else value


def _values(resource: Json, field: str) -> Iterator[str]:
    """What stands in a field; of tags all of them. Raises Refused(400) for a field that is not indexed."""
    name = next((one for one in (*FIELDS, *TAGS, *DEFINED) if one.lower() == field.lower()), "")
    if name in TAGS:
        tags = resource.get("freeformTags") or {}
        yield from tags if name.endswith("key") else tags.values()
    elif name in DEFINED:
        yield from _defined(resource.get("definedTags") or {}, name.rpartition(".")[2])
    elif name:
        yield str(resource.get(name) or "")
    else:
        raise bad_parameter(f"The query is not valid: no field {field} is indexed")


def _defined(tags: Json, part: str) -> Iterator[str]:
    for namespace, keys in tags.items():
        if part == "namespace":
            yield namespace
        else:
            yield from keys if part == "key" else map(str, keys.values())


def _texts(value: Whatever) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
