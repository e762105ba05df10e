"""From the names in a scenario's file to OCIDs and moments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from sandbox.oci.ids import ocid
from sandbox.oci.times import moment, stamp

_INSIDE: Final = re.compile(
    r"'(@[a-z]+/[\w.@-]+)'"
)  # a reference inside a text, as rules and conditions quote it


@dataclass(frozen=True)
class Names:
    """`begun` is when the scenario started; everything that it dates is relative to that."""

    tenancy: str
    region: str
    begun: float

    @property
    def root(self) -> str:
        return self.ocid("tenancy", self.tenancy)

    def ocid(self, kind: str, name: str) -> str:
        return ocid(kind, name, tenancy=self.tenancy, region=self.region)

    def compartment(self, name: str) -> str:
        return self.ocid("compartment", name) if name else self.root

    def reference(self, text: str) -> str:
        """`@instance/NAME` or `@tenancy`."""
        if text == "@tenancy":
            return self.root
        kind, slash, name = text.removeprefix("@").partition("/")
        if not slash:
            raise ValueError(f"{text} names nothing: write @kind/name")
        return self.ocid(kind, name)

    def at(self, text: str) -> float:
        return moment(text, self.begun)

    def resolved(self, value: Any) -> Any:
        """`value` with every reference and moment in it written out."""
        if isinstance(value, dict):
            return {key: self.resolved(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.resolved(item) for item in value]
        if isinstance(value, str) and value.startswith("@"):
            return self.reference(value)
        if isinstance(value, str) and value.startswith("~"):
            return stamp(self.at(value[1:]))
        if isinstance(value, str) and "'@" in value:
            return _INSIDE.sub(lambda found: f"'{self.reference(found[1])}'", value)
        return value
