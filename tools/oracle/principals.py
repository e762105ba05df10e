"""Policies, groups and their members, of Default as Identity lists them and of other domains. What does not answer costs its part alone, and is named."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tools.access.holders import DYNAMIC, GROUP
from tools.access.judging import Line
from tools.access.people import DynamicGroup, People
from tools.access.syntax import Named
from tools.errors import ToolError
from tools.oracle.api import Api
from tools.oracle.compartments import Compartment, Tree
from tools.oracle.domains import Beyond, Domains, beyond, domains, elsewhere
from tools.oracle.parts import AT_ONCE, Parts, each
from tools.oracle.where import text_of
from tools.reads.digest import listed, token
from tools.spec import Json

GROUPS: Final = 25  # whose members are read for one answer
UNSEEN: Final = "no such group is visible to me"


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


async def people(api: Api, tree: Tree, named: Sequence[Named], dynamic: Sequence[Named]) -> People:
    """The groups of the tenancy, and who is in the `named` ones. Never raises: what could not be read is in `missing`.

    Other identity domains are asked only where a name may be of one of them.
    """
    reading = _Reading(api, tree.root.id)
    found = await reading.all("groups", "list_groups")
    rules = await reading.all("dynamic groups", "list_dynamic_groups") if dynamic else None
    groups = {text_of(one, "id"): text_of(one, "name") for one in found or []}
    known = People(groups, {one.id: one for one in map(_dynamic, rules or [])})
    lost = {
        GROUP: [one for one in named if not known.group(one) and (found is not None or elsewhere(one))],
        DYNAMIC: [one for one in dynamic if not known.rule(one) and (rules is not None or elsewhere(one))],
    }
    near = list(dict.fromkeys(filter(None, map(known.group, named))))
    far, members = await asyncio.gather(_far(api, tree, lost), reading.members(groups, near))
    everybody = _both(known, members, far.beyond)
    reading.missing += far.beyond.missing
    reading.unseen(
        "members of", everybody, far, [one for one in lost[GROUP] if not everybody.group(one)], GROUP
    )
    reading.unseen(
        "rules of", everybody, far, [one for one in lost[DYNAMIC] if not everybody.rule(one)], DYNAMIC
    )
    return replace(everybody, missing=tuple(reading.missing))


@dataclass(frozen=True)
class _Far:
    """`domains` are all that there are, `beyond` what those hold that were asked."""

    domains: Domains = Domains()
    beyond: Beyond = field(default_factory=Beyond)

    def why(self, named: Named, kind: str) -> str:
        """Why a name of a statement leads to nobody."""
        domain = elsewhere(named)
        if domain is None:
            return UNSEEN
        if domain in self.beyond.unread.get(kind, ()) or (not domain and self.beyond.missing):
            return "cannot tell, its identity domain could not be read"
        if not domain or domain in {one.name.lower() for one in self.domains.found}:
            return UNSEEN
        if self.domains.whole:
            return "I see no identity domain of that name"
        return "cannot tell, not all identity domains could be listed"


async def _far(api: Api, tree: Tree, lost: Mapping[str, Sequence[Named]]) -> _Far:
    kinds = [kind for kind, names in lost.items() if any(elsewhere(one) is not None for one in names)]
    if not kinds:
        return _Far()
    wanted = {elsewhere(one) for kind in kinds for one in lost[kind]}
    every = await domains(api, tree)
    asked = tuple(one for one in every.found if "" in wanted or one.name.lower() in wanted)
    return _Far(every, await beyond(api, replace(every, found=asked), kinds))


def _both(near: People, members: Mapping[str, tuple[str, ...]], far: Beyond) -> People:
    groups, rules = far.items.get(GROUP, []), far.items.get(DYNAMIC, [])
    return People(
        {**near.groups, **{text_of(one, "id"): text_of(one, "name") for one in groups}},
        {**near.dynamic, **{one.id: one for one in map(_dynamic, rules)}},
        {**members, **{text_of(one, "id"): tuple(sorted(one["members"])) for one in groups}},
    )


@dataclass
class _Reading:
    api: Api
    root: str
    missing: list[str] = field(default_factory=list)

    def unseen(self, what: str, known: People, far: _Far, names: Sequence[Named], kind: str) -> None:
        by_reason: dict[str, list[str]] = {}
        for one in names:
            said = token(known.label(one), "a group with an unusual name")
            by_reason.setdefault(far.why(one, kind), []).append(said)
        self.missing += [
            f"{what} {listed(list(dict.fromkeys(said)))}: {why}" for why, said in by_reason.items()
        ]

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
