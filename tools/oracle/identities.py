"""The users, groups and dynamic groups of a tenancy, and which of them a name means. Asks back instead of guessing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from tools.access.holders import ANYONE, DYNAMIC, GROUP, USER, Holder, anyone
from tools.access.people import DEFAULT, ORIGIN
from tools.errors import AskBack, ToolError
from tools.oracle.api import Api
from tools.oracle.compartments import Tree
from tools.oracle.domains import Beyond, beyond, domains
from tools.oracle.where import text_of
from tools.spec import Json

KINDS = (USER, GROUP, DYNAMIC)
LISTS = {USER: "list_users", GROUP: "list_groups", DYNAMIC: "list_dynamic_groups"}
PLURAL = {USER: "users", GROUP: "groups", DYNAMIC: "dynamic groups"}
OFFERED = 10


@dataclass(frozen=True)
class Directory:
    """Items as Identity lists them, by kind; `missing` are the kinds that could not be read, with why."""

    items: dict[str, list[Json]]
    missing: tuple[str, ...] = ()

    def named(self, kind: str) -> dict[str, str]:
        """Names by OCID."""
        return {text_of(one, "id"): text_of(one, "name") for one in self.items.get(kind, [])}


async def directory(api: Api, root: str, kinds: Sequence[str] = KINDS, tree: Tree | None = None) -> Directory:
    """Those of Default; with `tree`, in whose compartments they are looked for, those of the other identity domains too.

    Raises the three error words when none of Default's lists answers.
    """
    near, far = await asyncio.gather(_near(api, root, kinds), _far(api, kinds, tree))
    items = {kind: [*near.items.get(kind, []), *far.items.get(kind, [])] for kind in kinds}
    return Directory(
        {kind: found for kind, found in items.items() if found or kind in near.items},
        (*near.missing, *far.missing),
    )


async def _far(api: Api, kinds: Sequence[str], tree: Tree | None) -> Beyond:
    return await beyond(api, await domains(api, tree), kinds) if tree else Beyond()


async def _near(api: Api, root: str, kinds: Sequence[str]) -> Directory:
    answers = await asyncio.gather(
        *(api.listing("identity", LISTS[kind], compartment_id=root) for kind in kinds), return_exceptions=True
    )
    found: dict[str, list[Json]] = {}
    errors: dict[str, ToolError] = {}
    for kind, answer in zip(kinds, answers, strict=True):
        if isinstance(answer, ToolError):
            errors[kind] = answer
        elif isinstance(answer, BaseException):
            raise answer
        else:
            found[kind] = answer.items
    if errors and not found:
        raise next(iter(errors.values()))
    return Directory(found, tuple(f"{PLURAL[kind]}: {error.reason}" for kind, error in errors.items()))


async def who_is(api: Api, root: str, wanted: str, names: Directory) -> Holder:
    """The one that is called so. A user comes with all groups, a group with itself.

    Raises:
        AskBack: none is called so, or several are.
        TryLater, NotAllowed: the groups of a user cannot be read: nothing true can be said without them.
    """
    kind, name = _kind(wanted)
    if kind == ANYONE:
        return anyone()
    found = _found(names, name, kind)
    if len(found) != 1:
        raise _unclear(wanted, found, names, kind)
    ((kind, item),) = found
    return await _holder(api, root, kind, item, names)


def _kind(wanted: str) -> tuple[str, str]:
    """`group Platform` -> group, Platform; any-user stands for itself."""
    low = wanted.lower().strip()
    if low in {ANYONE, "anyone", "anybody", "everyone", "everybody", "any-group"}:
        return ANYONE, ""
    for said, kind in (("dynamic-group ", DYNAMIC), ("dynamic group ", DYNAMIC), ("group ", GROUP), ("user ", USER)):  # fmt: skip
        if low.startswith(said):
            return kind, wanted.strip()[len(said) :].strip()
    return "", wanted.strip()


def _found(names: Directory, name: str, kind: str) -> list[tuple[str, Json]]:
    low = name.lower().replace("'", "").replace('"', "").removeprefix(DEFAULT)
    kinds = [kind] if kind else list(names.items)
    every = [(one, item) for one in kinds for item in names.items.get(one, [])]
    exact = [pair for pair in every if low in {text_of(pair[1], "name").lower(), text_of(pair[1], "id").lower()}]  # fmt: skip
    return exact or [pair for pair in every if _loosely(*pair) == low]


def _loosely(kind: str, item: Json) -> str:
    """What nobody in Default is called is looked for in the other domains without their names."""
    return _local(item) if kind == USER else text_of(item, "name").lower().rpartition("/")[2]


def _local(item: Json) -> str:
    """Of an e-mail address the part before the sign; users of an identity provider have its name in front."""
    return text_of(item, "name").lower().rpartition("/")[2].partition("@")[0]


def _unclear(wanted: str, found: list[tuple[str, Json]], names: Directory, kind: str) -> AskBack:
    if found:
        options = tuple(f"{one} {text_of(item, 'name')}" for one, item in found)
        return AskBack(f"Several are called {wanted!r}. Which one?", options[:OFFERED])
    low = wanted.lower()
    every = [f"{one} {text_of(item, 'name')}" for one in names.items for item in names.items[one] if kind in {"", one}]  # fmt: skip
    near = [one for one in every if low in one.lower()] or [one for one in every if not one.startswith(USER)]
    unread = f" (I could not read {'; '.join(names.missing)})" if names.missing else ""
    return AskBack(f"I see no user, group or dynamic group {wanted!r}{unread}. Which one?", tuple(near[:OFFERED]))  # fmt: skip


async def _holder(api: Api, root: str, kind: str, item: Json, names: Directory) -> Holder:
    ident, name = text_of(item, "id"), text_of(item, "name")
    if kind != USER:
        return Holder(kind, ident, name, ((ident, name),), text_of(item, "matchingRule"))
    groups = names.named(GROUP)
    if ORIGIN in item:
        return Holder(USER, ident, name, tuple((one, groups.get(one) or one) for one in item["groups"]))
    found = await api.listing("identity", "list_user_group_memberships", compartment_id=root, user_id=ident)
    idents = [text_of(one, "groupId") for one in found.items]
    return Holder(USER, ident, name, tuple((one, groups.get(one) or one) for one in idents if one))
