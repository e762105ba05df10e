"""The compartments of a tenancy as people name them: by name, by path, by OCID."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tools.errors import AskBack, GiveUp
from tools.spec import Json, Reach

ROOT = "root"
TENANCY = frozenset({"tenancy", "the tenancy"})  # what people call the root as well
SHORTEST = 3  # letters that a part of a name needs to be read as the beginning of what was typed
Environment = Callable[[str], str]  # what our policy calls the compartment of this path: staging, production


@dataclass(frozen=True, slots=True)
class Compartment:
    """`path` joins the names from below the root with slashes, as our policy does; the root's is `root`."""

    id: str
    name: str
    parent: str
    path: str


class Tree:
    """`items` as Identity lists them: those that this principal may see."""

    def __init__(self, tenancy: str, items: Iterable[Json]) -> None:
        self.root = Compartment(tenancy, ROOT, "", ROOT)
        named = (item for item in items if item.get("id"))
        listed = {
            str(item["id"]): item for item in named if str(item.get("lifecycleState") or "ACTIVE") == "ACTIVE"
        }
        self._by_id = {self.root.id: self.root} | {
            key: Compartment(
                key, str(item.get("name") or ""), str(item.get("compartmentId") or ""), _path(key, listed)
            )
            for key, item in listed.items()
        }

    @property
    def all(self) -> tuple[Compartment, ...]:
        """By path, the root first."""
        return (
            self.root,
            *sorted((one for one in self._by_id.values() if one is not self.root), key=lambda c: c.path),
        )

    def path(self, ident: str) -> str:
        """How a compartment is called in an answer; its OCID when it cannot be seen."""
        found = self._by_id.get(ident)
        return found.path if found else ident

    def get(self, ident: str) -> Compartment | None:
        return self._by_id.get(ident)

    def above(self, one: Compartment) -> tuple[Compartment, ...]:
        """The compartment, then its parent and so on; the last is the root unless one between cannot be seen."""
        found = [one]
        while (parent := self._by_id.get(found[-1].parent)) is not None and len(found) <= len(self._by_id):
            found.append(parent)
        return tuple(found)

    def child(self, top: Compartment, names: Sequence[str]) -> Compartment | None:
        """What a path of names leads to from `top`; `top` itself for an empty one."""
        for name in names:
            inside = (one for one in self._by_id.values() if one.parent == top.id)
            found = next((one for one in inside if one.name.lower() == name.lower()), None)
            if found is None:
                return None
            top = found
        return top

    def find(
        self, wanted: str, reach: Reach | None = None, environment: Environment | None = None
    ) -> Compartment:
        """By OCID, whole path (`shop/prod`, or `shop:prod` as Oracle's policies write it), name, or environment.

        An environment stands for its compartment where it has one; of several a person chooses. What `reach` does not
        cover is not found, and not offered either.

        Raises:
            AskBack: several have the name, or none has one like it.
        """
        mine = [one for one in self.all if reach is None or reach.compartment(one.path)]
        low = wanted.lower().strip("/: ").replace(":", "/")
        exact = [one for one in mine if wanted == one.id or one.path.lower() == low]
        named = exact or [one for one in mine if one.name.lower() == low]
        if not named and low in TENANCY and self.root in mine:
            return self.root
        if len(named) == 1:
            return named[0]
        if named:
            raise AskBack(
                f"Several compartments are called {wanted!r}. Which one?", tuple(c.path for c in named)
            )
        tops = _tops([one for one in mine if environment and environment(one.path).lower() == low], self.root)
        if len(tops) == 1:
            return tops[0]
        offered = _nearest(low, tops or mine)
        what = (
            f"{wanted!r} is an environment of {len(tops)} compartments"
            if tops
            else f"I see no compartment {wanted!r}"
        )
        raise AskBack(f"{what}. Which one?", tuple(offered[:10]))

    def below(self, top: Compartment) -> tuple[Compartment, ...]:
        """The compartment and everything in it."""
        if top is self.root:
            return self.all
        return tuple(one for one in self.all if one.path == top.path or one.path.startswith(f"{top.path}/"))


def _tops(found: Sequence[Compartment], root: Compartment) -> list[Compartment]:
    """Without those inside another of them. The root is nobody's environment: all the others are in it."""
    paths = {one.path for one in found if one is not root}
    return [
        one
        for one in found
        if one.path in paths and not any(one.path.startswith(f"{path}/") for path in paths)
    ]


def _nearest(low: str, among: Sequence[Compartment]) -> list[str]:
    """Those that have the words in them, or `prod` for `production`; where none has, all."""
    paths = [one.path for one in among]
    held = [path for path in paths if low and low in path.lower()]
    begun = [path for path in paths if _begins(low, path)]
    return held or [*begun, *(path for path in paths if path not in begun)]


def _begins(low: str, path: str) -> bool:
    parts = re.split(r"[-_/.]", path.lower())
    return any(len(part) >= SHORTEST and low.startswith(part) for part in parts)


def _path(key: str, listed: Mapping[str, Json]) -> str:
    """Names from below the root down; a parent that cannot be seen ends it."""
    names: list[str] = []
    while key in listed and len(names) < len(listed):
        names.append(str(listed[key].get("name") or ""))
        key = str(listed[key].get("compartmentId") or "")
    return "/".join(reversed(names))


def no_tenancy() -> GiveUp:
    return GiveUp("no Oracle Cloud is configured: set OCI_CONFIG_FILE, or OCI_AUTH for this place", "oci")
