"""One request, read and authenticated, and what a service answers to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.oci.api.paging import USUAL
from sandbox.oci.errors import missing_parameter, stale
from sandbox.oci.sdk.operations import Operation
from sandbox.oci.signing.principals import Principal
from sandbox.oci.tenancy.grants import verb_of
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.tenancy.tenancy import Tenancy
from sandbox.oci.tenancy.types import kinds


@dataclass
class Answer:
    """`data` has the operation's response type. `record` is what it is about: its etag goes with the answer.

    `page_size` is what one page holds when the caller does not say.
    """

    data: Any
    record: Record | None = None
    headers: dict[str, str] = field(default_factory=dict)
    before: Json | None = None
    page_size: int = USUAL


@dataclass(frozen=True)
class Call:
    """`path`, `query` and `headers` by their names on the wire. `fails`: what it begins is to fail later."""

    tenancy: Tenancy
    operation: Operation
    who: Principal
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    now: float
    body: Json = field(default_factory=dict)
    speed: float = 1.0
    fails: bool = False

    @property
    def service(self) -> str:
        return self.operation.service

    @property
    def kinds(self) -> tuple[str, ...]:
        return kinds(self.service, self.operation.name)

    def text(self, name: str) -> str:
        """A query parameter that must be there."""
        if not self.query.get(name):
            raise missing_parameter(name)
        return self.query[name]

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() == "true"

    def may(self, compartment: str) -> bool:
        return self.tenancy.may(self.who, verb_of(self.operation.name), self.service, compartment, self.kinds)

    def need(self, compartment: str) -> None:
        """Raises Refused(404) where the caller's policies do not reach."""
        self.tenancy.path(compartment)
        self.tenancy.need(self.who, verb_of(self.operation.name), self.service, compartment, self.kinds)

    def record(self, model: str, ident: str) -> Record:
        """The resource, when the caller may do this to it and means the state in which it is."""
        found = self.tenancy.records.get(ident, model)
        self.need(found.compartment)
        wanted = self.headers.get("if-match")
        if wanted and "if-match" in self.operation.parameters.headers and wanted not in {"*", found.etag}:
            raise stale(ident)
        return found


Service = Callable[[Call], Answer]
Table = dict[str, Service]
