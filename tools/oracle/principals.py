"""Policies, groups and their members, as Identity lists them. What does not answer costs its part alone, and is named."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tools.access.judging import Line
from tools.access.people import DynamicGroup, People
from tools.access.syntax import Named
from tools.errors import ToolError
from tools.oracle.api import Api
from tools.oracle.compartments import Compartment
from tools.oracle.parts import AT_ONCE, Parts, each
from tools.oracle.where import text_of
from tools.reads.digest import listed, token
from tools.spec import Json

GROUPS: Final = 25  # whose members are read for one answer
UNSEEN: Final = "no such group is visible to me (groups of other identity domains are not)"


async def lines(api: Api, compartments: Sequence[Compartment]) -> Parts[list[Line]]:
    """The statements of the policies in these compartments, by path. Raises the three error words when none answers."""
    by_path = {one.path: one for one in compartments}

    async def ask(path: str) -> list[Line]:
        one = by_path[path]
        found = await api.listing("identity", "list_policies", compartment_id=one.id)
        return [
            Line(text_of(policy, "id"), text_of(policy, "name"), one, number, str(text))
            for policy in found.items
            if str(policy.get("lifecycleState", "ACTIVE")) == "ACTIVE"
            for number, text in enumerate(policy.get("statements") or [])
        ]

    return await each(list(by_path), ask)


async def people(api: Api, root: str, named: Sequence[Named], dynamic: Sequence[Named]) -> People:
    """The groups of the tenancy, and who is in the `named` ones. Never raises: what could not be read is in `missing`."""
    reading = _Reading(api, root)
    found = await reading.all("groups", "list_groups")
    rules = await reading.all("dynamic groups", "list_dynamic_groups") if dynamic else None
    groups = {text_of(one, "id"): text_of(one, "name") for one in found or []}
    known = People(groups, {one.id: one for one in map(_dynamic, rules or [])})
    if found is not None:
        reading.unseen("members of", [known.label(one) for one in named if not known.group(one)])
    if rules is not None:
        reading.unseen("rules of", [known.label(one) for one in dynamic if not known.rule(one)])
    members = await reading.members(groups, list(dict.fromkeys(filter(None, map(known.group, named)))))
    return People(groups, known.dynamic, members, tuple(reading.missing))


@dataclass
class _Reading:
    api: Api
    root: str
    missing: list[str] = field(default_factory=list)

    def unseen(self, what: str, names: Sequence[str]) -> None:
        if names:
            said = [token(one, "a group with an unusual name") for one in dict.fromkeys(names)]
            self.missing.append(f"{what} {listed(said)}: {UNSEEN}")

    async def all(self, what: str, operation: str, **more: Any) -> list[Json] | None:
        """None when it could not be read."""
        try:
            found = await self.api.listing("identity", operation, compartment_id=self.root, **more)
        except ToolError as error:
            self.missing.append(f"{what}: {error.reason}")
            return None
        if not found.whole:
            self.missing.append(f"{what}: there are more than were listed")
        return found.items

    async def members(self, groups: Mapping[str, str], wanted: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Names of users by their group's OCID; a user that cannot be seen stays an OCID."""
        if not wanted:
            return {}
        if len(wanted) > GROUPS:
            self.missing.append(f"members of {len(wanted) - GROUPS} more groups: not read")
        users = {
            text_of(one, "id"): text_of(one, "name") for one in await self.all("users", "list_users") or []
        }
        places = asyncio.Semaphore(AT_ONCE)

        async def of(group: str) -> tuple[str, ...]:
            async with places:
                what = f"members of {groups[group]}"
                found = await self.all(what, "list_user_group_memberships", group_id=group)
            idents = [text_of(one, "userId") for one in found or []]
            return tuple(sorted(users.get(one) or one for one in idents if one))

        shown = wanted[:GROUPS]
        return dict(zip(shown, await asyncio.gather(*map(of, shown)), strict=True))


def _dynamic(item: Json) -> DynamicGroup:
    return DynamicGroup(text_of(item, "id"), text_of(item, "name"), text_of(item, "matchingRule"))
