"""Everything that the rules on access look at, read at once. What does not answer is named, and left as not known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import TypeVar

from tools.access.catalogue import Catalogue
from tools.access.findings.world import Secret, World
from tools.access.holders import DYNAMIC, GROUP, USER, Holder
from tools.access.people import ADMINISTRATORS, ORIGIN
from tools.errors import ToolError
from tools.oracle.api import Api
from tools.oracle.compartments import Tree
from tools.oracle.identities import Directory, directory
from tools.oracle.parts import Parts
from tools.oracle.personal import Credential, credentials
from tools.oracle.policies import Book
from tools.oracle.where import text_of
from tools.reads.digest import counted
from tools.spec import Json

USERS = 150  # whose credentials are read
T = TypeVar("T")


async def world(
    api: Api, tree: Tree, tables: Catalogue, found: Book, now: datetime
) -> tuple[World, tuple[str, ...]]:
    """With what could not be read. Raises the three error words where not even the names of people can be."""
    root = tree.root.id
    people = await directory(api, root, tree=tree)
    users = people.items.get(USER, [])
    missing = list(people.missing)
    secrets, members, minimum = await asyncio.gather(
        _told("credentials", _secrets(api, users, now, missing), missing),
        _told("members of Administrators", _members(api, root, people), missing),
        _told("the password policy", _minimum(api, root), missing),
    )
    made = World(
        tree, tables, now, found.known, users, people.named(GROUP), dynamic(people), members, secrets, minimum
    )
    return made, tuple(missing)


async def _told(what: str, asked: Awaitable[T], missing: list[str]) -> T | None:
    try:
        return await asked
    except ToolError as error:
        missing.append(f"{what}: {error.reason}")
        return None


async def _secrets(api: Api, every: Sequence[Json], now: datetime, missing: list[str]) -> list[Secret]:
    users = [one for one in every if ORIGIN not in one]
    if len(users) < len(every):
        missing.append(
            f"credentials of {counted(len(every) - len(users), 'user')} of other identity domains: not read"
        )
    if not users:
        return []
    found: Parts[list[Credential]] = await credentials(api, users[:USERS])
    if len(users) > USERS:
        missing.append(f"credentials of {len(users) - USERS} more users: not read")
    missing += [f"credentials of a user: {why}" for why in dict.fromkeys(found.missing.values())]
    return [
        Secret(one.kind, one.user_name, one.ref, one.label or one.id, one.days(now), one.active)
        for mine in found.found.values()
        for one in mine
    ]


async def _members(api: Api, root: str, people: Directory) -> dict[str, tuple[str, ...]]:
    """Of Administrators alone: whose members no other rule asks for."""
    group = next((key for key, name in people.named(GROUP).items() if name.lower() == ADMINISTRATORS), "")
    if not group:
        return {}
    found = await api.listing("identity", "list_user_group_memberships", compartment_id=root, group_id=group)
    return {group: tuple(text_of(one, "userId") for one in found.items)}


async def _minimum(api: Api, root: str) -> int | None:
    answer = await api.read("identity", "get_authentication_policy", compartment_id=root)
    found = (answer.data.get("passwordPolicy") or {}).get("minimumPasswordLength")
    return found if isinstance(found, int) else None


def dynamic(people: Directory) -> list[Holder]:
    return [
        Holder(DYNAMIC, ident, name, ((ident, name),), text_of(one, "matchingRule"))
        for one in people.items.get(DYNAMIC, [])
        for ident, name in [(text_of(one, "id"), text_of(one, "name"))]
    ]
