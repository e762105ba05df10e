"""Identity domains other than Default: which there are, and the people of each, in the form in which Identity lists Default's.

A name has its domain in front, `Partners/Operators`, as statements write it: a group of the same name in Default is another one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tools.access.holders import DYNAMIC, GROUP, USER
from tools.access.people import ORIGIN, called
from tools.access.syntax import ById, Named
from tools.errors import GiveUp, NotAllowed, ToolError
from tools.oracle.api import HARD_CAP, Api
from tools.oracle.compartments import Tree
from tools.oracle.failures import NotVisible
from tools.oracle.parts import each
from tools.oracle.where import text_of
from tools.reads.digest import listed, token
from tools.spec import Json

EXTENSION: Final = "urn:ietf:params:scim:schemas:oracle:idcs:extension"
MFA, STATE, MAY = f"{EXTENSION}:mfa:User", f"{EXTENSION}:userState:User", f"{EXTENSION}:capabilities:User"
COUNT: Final = 100  # of one page
DOMAINS: Final = 20  # that are read for one answer
RIGHTS: Final = {USER: "users", GROUP: "groups", DYNAMIC: "dynamic-groups"}


@dataclass(frozen=True, slots=True)
class Domain:
    """`place` is the path of its compartment."""

    name: str
    url: str
    place: str

    @property
    def said(self) -> str:
        return token(self.name, "with an unusual name")


@dataclass(frozen=True)
class Domains:
    """`whole` is false where some compartment's domains could not be listed, so that one that is not here may be there."""

    found: tuple[Domain, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return not self.missing


@dataclass
class Beyond:
    """What the other domains hold, by kind; `unread` are the domains by kind that could not be read, in small letters."""

    items: dict[str, list[Json]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unread: dict[str, set[str]] = field(default_factory=dict)


def elsewhere(named: Named) -> str | None:
    """The domain that a statement's name is of, in small letters; empty where an OCID does not tell; None for Default."""
    if isinstance(named, ById):
        return ""
    domain, slash, _ = called(named).partition("/")
    return domain if slash else None


async def domains(api: Api, tree: Tree) -> Domains:
    """Every active one but Default. Never raises: a compartment that does not answer is in `missing`."""
    by_path = {one.path: one.id for one in tree.all}

    async def ask(path: str) -> list[Domain]:
        answer = await api.listing("identity", "list_domains", compartment_id=by_path[path])
        return [_domain(one, path) for one in answer.items if _other(one)]

    try:
        parts = await each(list(by_path), ask)
    except ToolError as error:
        return Domains((), (f"identity domains: {error.reason}{lacking(error, 'domains', 'the tenancy')}",))
    found = tuple(one for part in parts.found.values() for one in part)
    if not parts.missing:
        return Domains(found)
    why = next(iter(parts.missing.values()))
    return Domains(found, (f"identity domains in {listed(list(parts.missing), 3)}: {why} (it takes `inspect domains`)",))  # fmt: skip


def _other(one: Json) -> bool:
    return text_of(one, "type") != "DEFAULT" and text_of(one, "lifecycleState") in {"", "ACTIVE"}


def _domain(one: Json, path: str) -> Domain:
    return Domain(text_of(one, "displayName"), text_of(one, "url"), path)


async def beyond(api: Api, found: Domains, kinds: Collection[str]) -> Beyond:
    """Never raises: a list that does not answer is named, with the right that it takes."""
    made = Beyond({kind: [] for kind in kinds}, list(found.missing), {kind: set() for kind in kinds})
    asked = [(one, kind) for one in found.found[:DOMAINS] for kind in kinds]
    answers = await asyncio.gather(*(_told(api, *pair) for pair in asked))
    for (one, kind), answer in zip(asked, answers, strict=True):
        if isinstance(answer, ToolError):
            made.unread[kind].add(one.name.lower())
            made.missing.append(_unread(one, kind, answer))
        else:
            made.items[kind] += answer
    if len(found.found) > DOMAINS:
        made.missing.append(f"{len(found.found) - DOMAINS} more identity domains: not read")
        for kind in kinds:
            made.unread[kind] |= {one.name.lower() for one in found.found[DOMAINS:]}
    return made


def _unread(one: Domain, kind: str, error: ToolError) -> str:
    where = "the tenancy" if one.place == "root" else one.place
    return f"{RIGHTS[kind].replace('-', ' ')} of identity domain {one.said}: {error.reason}{lacking(error, RIGHTS[kind], where)}"


def lacking(error: ToolError, kind: str, where: str) -> str:
    """Which right would show it, where what was refused is a right."""
    if isinstance(error, NotAllowed | NotVisible):
        return f" (it takes `inspect {kind}` in {where})"
    return ""


async def _told(api: Api, one: Domain, kind: str) -> list[Json] | ToolError:
    operation, attributes, made = _READ[kind]
    try:
        return [made(item, one.name) for item in await _listed(api, one, operation, attributes)]
    except ToolError as error:
        return error


async def _listed(api: Api, one: Domain, operation: str, attributes: Sequence[str]) -> list[Json]:
    """SCIM counts from one, and may give fewer than were asked for. Raises the three error words."""
    if not one.url:
        raise GiveUp("Oracle names no address of it", "oci")
    kept: list[Json] = []
    while len(kept) < HARD_CAP:
        answer = await api.read(
            "identity_domains",
            operation,
            at=one.url.rstrip("/"),
            start_index=len(kept) + 1,
            count=COUNT,
            attributes=",".join(attributes),
        )
        told = answer.data or {}
        page = told.get("Resources") or []
        kept += page
        if not page or len(kept) >= told.get("totalResults", HARD_CAP):
            return kept
    raise GiveUp(f"it has more than {HARD_CAP}, of which none were used", "oci")


def _named(item: Json, domain: str, key: str) -> Json:
    return {"id": text_of(item, "ocid"), "name": f"{domain}/{text_of(item, key)}", ORIGIN: domain}


def _user(item: Json, domain: str) -> Json:
    """Without `isMfaActivated` where the domain does not show it: then nothing is said of a second factor."""
    mails = item.get("emails") or []
    mail = next((one for one in mails if one.get("primary")), mails[0] if mails else {})
    factor = (item.get(MFA) or {}).get("mfaStatus")
    return _named(item, domain, "userName") | {
        "email": text_of(mail, "value"),
        "lifecycleState": "INACTIVE" if item.get("active") is False else "ACTIVE",
        "lastSuccessfulLoginTime": text_of(item.get(STATE) or {}, "lastSuccessfulLoginDate"),
        "capabilities": item.get(MAY) or {},
        "groups": [text_of(one, "ocid") for one in item.get("groups") or []],
        **({"isMfaActivated": factor == "ENROLLED"} if factor else {}),
    }


def _group(item: Json, domain: str) -> Json:
    members = [
        f"{domain}/{text_of(one, 'name') or text_of(one, 'ocid')}" for one in item.get("members") or []
    ]
    return _named(item, domain, "displayName") | {"members": members}


def _dynamic(item: Json, domain: str) -> Json:
    return _named(item, domain, "displayName") | {"matchingRule": text_of(item, "matchingRule")}


_Made = Callable[[Json, str], Json]
_READ: Final[Mapping[str, tuple[str, tuple[str, ...], _Made]]] = {
    USER: ("list_users", ("ocid", "userName", "active", "emails", "groups", f"{MFA}:mfaStatus", f"{STATE}:lastSuccessfulLoginDate", MAY), _user),
    GROUP: ("list_groups", ("ocid", "displayName", "members"), _group),
    DYNAMIC: ("list_dynamic_resource_groups", ("ocid", "displayName", "matchingRule"), _dynamic),
}  # fmt: skip
