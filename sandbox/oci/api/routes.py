"""From a path to an operation: a region if it is named, the service's prefix, then the SDK's own route with the fewest placeholders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import unquote

from sandbox.oci.errors import Refused
from sandbox.oci.sdk.operations import Operation, operations

DOMAINS: Final = "identity_domains"  # of which each is a place of its own: its address stands behind
UNKNOWN: Final = Refused(404, "NotFound", "Unknown resource")
OTHER_METHOD: Final = Refused(405, "MethodNotAllowed", "This resource does not take that method")


@dataclass(frozen=True)
class Match:
    """`region` is empty when the address names none."""

    operation: Operation
    path: dict[str, str]
    region: str = ""


class Routes:
    """The table of a service is made when it is first asked for. Before the service may stand a region."""

    def __init__(self, services: Iterable[str], regions: Iterable[str] = ()) -> None:
        self._regions = frozenset(regions)
        self._tables = {service: _Table(service) for service in services}

    def match(self, method: str, path: str) -> Match:
        """`path` as it stands in the request, percent signs and all. Raises Refused(404, 405)."""
        service, _, rest = path.lstrip("/").partition("/")
        region = service if service in self._regions else ""
        if region:
            service, _, rest = rest.partition("/")
        table = self._tables.get(service)
        if table is None:
            raise UNKNOWN
        domain = ""
        if service == DOMAINS:
            domain, _, rest = rest.partition("/")
        given = rest.split("?", 1)[0].strip("/").split("/")
        found = [one for one in table.by_length.get(len(given), []) if _fits(one.segments, given)]
        if not found:
            raise UNKNOWN
        operation = next((one for one in found if one.method == method), None)
        if operation is None:
            raise OTHER_METHOD
        pairs = zip(operation.segments, given, strict=True)
        values = {name[1:-1]: unquote(value) for name, value in pairs if _is_open(name)}
        return Match(operation, values | ({"domain": domain} if domain else {}), region)


@dataclass(frozen=True)
class _Table:
    service: str

    @cached_property
    def by_length(self) -> dict[int, list[Operation]]:
        found: dict[int, list[Operation]] = {}
        for one in sorted(operations(self.service), key=lambda one: sum(map(_is_open, one.segments))):
            found.setdefault(len(one.segments), []).append(one)
        return found


def _fits(segments: tuple[str, ...], given: list[str]) -> bool:
    return all(_is_open(name) or name == value for name, value in zip(segments, given, strict=True))


def _is_open(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("}")
