"""The rows of an answer: lines that pass the filter, added up by group and span."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sandbox.oci.costs.asking import Asked, Span, spans
from sandbox.oci.costs.lines import Line
from sandbox.oci.tenancy.records import Json
from sandbox.oci.tenancy.tenancy import Tenancy
from sandbox.oci.times import stamp

DIGITS: Final = 10
_SHOWN: Final = (
    "tenantId", "tenantName", "compartmentId", "compartmentPath", "compartmentName", "service", "resourceId",
    "region", "ad", "skuPartNumber", "skuName", "unit", "platform", "unitPrice",
)  # fmt: skip
_BY_SKU: Final = frozenset({"skuName", "skuPartNumber"})
Key = tuple[tuple[str, str], ...]


class Totals:
    """Lines with their facts, by group."""

    def __init__(self, tenancy: Tenancy, lines: list[Line], asked: Asked, wanted: Json | None) -> None:
        self._tenancy, self._asked = tenancy, asked
        self._groups: dict[Key, list[Line]] = {}
        self._facts: dict[Key, Json] = {}
        for line in lines:
            facts = facts_of(tenancy, line, asked.depth)
            if wanted is None or _passes(wanted, facts):
                shown = self._shown(facts)
                key = tuple(sorted((name, str(value)) for name, value in shown.items()))
                self._groups.setdefault(key, []).append(line)
                self._facts[key] = shown

    def rows(self) -> Iterator[Json]:
        """Of what is billed; a group has no row for a span in which there was nothing of it."""
        for start, end in self._asked.spans():
            for key, lines in self._groups.items():
                quantities = [(line, line.quantity(start, end)) for line in lines]
                quantity = sum(found for _, found in quantities)
                if quantity:
                    amount = sum(line.amount(found) for line, found in quantities)
                    yield self._row(key, (start, end), quantity, amount, forecast=False)

    def forecast(self, start: float, end: float) -> Iterator[Json]:
        """The days to come, each line as it was on the last day that is billed."""
        for since, until in spans(start, end, self._asked.granularity):
            for key, lines in self._groups.items():
                quantity = amount = 0.0
                for line in lines:
                    found = line.expected(since, until)
                    quantity, amount = quantity + found, amount + line.amount(found)
                if quantity:
                    yield self._row(key, (since, until), quantity, amount, forecast=True)

    def _shown(self, facts: Json) -> Json:
        """Of all facts of a line those that the request groups by."""
        by = set(self._asked.group_by)
        wanted = {"ad" if name == "logicalAd" else name for name in by}
        wanted |= {"unit", "unitPrice"} if by & _BY_SKU else set()
        shown = {name: facts[name] for name in _SHOWN if name in wanted}
        tags = self._tags(facts)
        return shown | ({"tags": tags} if tags is not None else {})

    def _tags(self, facts: Json) -> list[Json] | None:
        tag, by = self._asked.tag, set(self._asked.group_by)
        if tag is not None:
            value = facts["definedTags"].get(tag.get("namespace"), {}).get(tag.get("key"))
            return [{"namespace": tag.get("namespace"), "key": tag.get("key"), "value": value}]
        if not by & {"tagNamespace", "tagKey", "tagValue"}:
            return None
        defined = facts["definedTags"].items()
        return [
            {"namespace": space, "key": key, "value": str(v)}
            for space, keys in defined
            for key, v in keys.items()
        ]

    def _row(self, key: Key, span: Span, quantity: float, amount: float, *, forecast: bool) -> Json:
        empty = dict.fromkeys(_SHOWN)
        return {
            **empty,
            **self._facts[key],
            "timeUsageStarted": stamp(span[0]),
            "timeUsageEnded": stamp(span[1]),
            "computedAmount": round(amount, DIGITS),
            "computedQuantity": round(quantity, DIGITS),
            "attributedCost": f"{amount:.{DIGITS}f}",
            "currency": self._tenancy.file.currency,
            "isForecast": forecast,
        }


def facts_of(tenancy: Tenancy, line: Line, depth: int) -> Json:
    """Everything by which a line can be grouped and filtered."""
    path = list(reversed(tenancy.path(line.resource.compartment)))
    path = path[:depth] if depth else path
    names = [tenancy.compartment_name(one) for one in path]
    return {
        "tenantId": tenancy.root,
        "tenantName": tenancy.file.name,
        "compartmentId": path[-1],
        "compartmentName": names[-1],
        "compartmentPath": "/".join(names),
        "service": line.cost.service,
        "skuName": line.cost.sku,
        "skuPartNumber": line.cost.part,
        "unit": line.cost.unit,
        "unitPrice": line.cost.price,
        "resourceId": line.resource.id,
        "region": tenancy.names.region,
        "ad": line.resource.body.get("availabilityDomain"),
        "platform": "Gen-2",
        "definedTags": line.resource.body.get("definedTags") or {},
    }


def _passes(wanted: Json, facts: Json) -> bool:
    """The filter's own tree: AND, OR, NOT over dimensions, tags and further filters."""
    results = [_is(facts, one["key"], one["value"]) for one in wanted.get("dimensions") or ()]
    results += [_tagged(facts, one) for one in wanted.get("tags") or ()]
    results += [_passes(one, facts) for one in wanted.get("filters") or ()]
    operator = wanted.get("operator") or "AND"
    if operator == "NOT":
        return not any(results)
    return any(results) if operator == "OR" else all(results)


def _is(facts: Json, key: str, value: str) -> bool:
    return bool(facts.get("ad" if key == "logicalAd" else key) == value)


def _tagged(facts: Json, tag: Json) -> bool:
    keys = facts["definedTags"].get(tag.get("namespace"), {})
    found = keys.get(tag.get("key"))
    return found is not None and tag.get("value") in {None, found}
