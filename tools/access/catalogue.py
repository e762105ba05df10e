"""What verbs include, which resource types a family has, and which permissions a verb adds to a type.

Source: the permission tables that Oracle publishes with oci-policy-analysis 7.0.0 (see tables/), which quote Oracle's policy
reference. The order of the verbs is the reference's: each includes the ones before it. What is not in the tables is unknown
here, and answers say so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

VERBS: Final = ("inspect", "read", "use", "manage")
ALL: Final = "all-resources"
_TABLES: Final = Path(__file__).parent / "tables"
_WORDS: Final = {
    "vm": "instances", "machine": "instances", "virtual-machine": "instances", "compute-instance": "instances",
    "autonomous-database": "autonomous-databases", "database": "database-family", "volume": "volumes",
    "network": "virtual-network-family", "everything": ALL, "all": ALL, "anything": ALL, "bastion": "bastions",
    "secret": "secrets", "node-pool": "cluster-node-pools", "function": "fn-function",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Type:
    """`adds` are the permissions that each verb has beyond the verbs before it."""

    name: str
    adds: Mapping[str, frozenset[str]]

    def upto(self, verb: str) -> frozenset[str]:
        return frozenset().union(*(self.adds[one] for one in VERBS[: VERBS.index(verb) + 1]))


@dataclass(frozen=True)
class Catalogue:
    types: Mapping[str, Type]
    families: Mapping[str, frozenset[str]]
    aliases: Mapping[str, str]
    holders: Mapping[str, frozenset[str]]  # permission -> types that have it

    def known(self, resource: str) -> bool:
        return resource == ALL or resource in self.types or resource in self.families

    def expand(self, resource: str) -> frozenset[str]:
        """The types that a statement on it reaches; itself where the tables do not know it."""
        name = self.aliases.get(resource, resource)
        if name == ALL:
            return frozenset(self.types)
        return self.families.get(name, frozenset({name}))

    def permissions(self, types: frozenset[str], verb: str) -> frozenset[str]:
        """All that `verb` includes on them; nothing where the tables say nothing."""
        return frozenset().union(*(self.types[one].upto(verb) for one in types if one in self.types))

    def includes(self, resource: str, verb: str, permission: str) -> bool:
        reached = self.expand(resource)
        holders = self.holders.get(permission, frozenset())
        return any(permission in self.types[one].upto(verb) for one in holders if one in reached)

    def added(self, types: frozenset[str], verb: str) -> frozenset[str]:
        """What `verb` has that the verbs before it have not."""
        return frozenset().union(*(self.types[one].adds[verb] for one in types if one in self.types))

    def spelled(self, word: str) -> str:
        """A resource type as a person writes it; what is not known stays as it is."""
        low = "-".join(word.lower().replace("_", " ").replace("-", " ").split())
        single = f"{low[:-3]}y" if low.endswith("ies") else low.removesuffix("s")
        plural = f"{single[:-1]}ies" if single.endswith("y") else f"{single}s"
        for one in (low, plural, single, f"{single}-family"):
            name = self.aliases.get(one, one)
            if self.known(name):
                return name
        return _WORDS.get(single, low)


@cache
def catalogue() -> Catalogue:
    """Read once. Blocks for some milliseconds the first time."""
    rows = list(_rows("types.jsonl"))
    families = list(_rows("families.jsonl"))
    types = {row["type"]: Type(row["type"], {v: frozenset(row.get(v, ())) for v in VERBS}) for row in rows}
    holders: dict[str, set[str]] = {}
    for one in types.values():
        for permission in one.upto(VERBS[-1]):
            holders.setdefault(permission, set()).add(one.name)
    named = [(row["type"], row) for row in rows] + [(row["family"], row) for row in families]
    return Catalogue(
        types,
        {row["family"]: frozenset(row["types"]) for row in families},
        {alias.replace(" ", "-"): name for name, row in named for alias in row.get("aliases", ())},
        {name: frozenset(found) for name, found in holders.items()},
    )


def _rows(name: str) -> Iterator[dict[str, Any]]:
    with (_TABLES / name).open(encoding="utf-8") as file:
        yield from map(json.loads, file)
