"""A resource of Oracle Cloud that a change is about: named by a person, read now, read again when the change runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import Field

from tools.oracle.naming import named
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.plan import TAG, Draft, FieldChange, Target
from tools.reads.digest import short
from tools.spec import Call, Json

NAMED: Final = "displayName"


class ResourceArgs(CloudArgs):
    """What every action takes that changes one resource as a whole."""

    resource: str = Field(min_length=1, max_length=300, description="display name or OCID")


@dataclass(frozen=True, slots=True)
class Subject:
    """The resource as read now, `more` what another read told of it.

    `known` is what the plan remembers of it: what of it is meant, what to compare with. Arguments would not do: those of
    an undo are others.
    """

    where: Where
    item: Json
    etag: str
    region: str
    more: Json = field(default_factory=dict)
    known: Json = field(default_factory=dict)

    @property
    def id(self) -> str:
        return text_of(self.item, "id")

    @property
    def state(self) -> str:
        return text_of(self.item, "lifecycleState")

    @property
    def name(self) -> str:
        return text_of(self.item, NAMED) or text_of(self.item, "name")

    @property
    def tags(self) -> dict[str, str]:
        own = self.item.get("freeformTags") or {}
        defined = {
            f"{space}.{key}": value
            for space, keys in (self.item.get("definedTags") or {}).items()
            for key, value in keys.items()
        }
        return {f"{TAG}{key}": str(value) for key, value in sorted({**defined, **own}.items())}


@dataclass(frozen=True, slots=True)
class Sort:
    """A kind of resource: `word` is what people and search call it, `ident` the argument that takes its OCID."""

    word: str
    kind: str
    service: str
    get: str
    ident: str
    more: Callable[[Subject], Awaitable[Json]] | None = None


async def subject(call: Call, args: ResourceArgs, sort: Sort) -> Subject:
    """Raises AskBack when several are called so, or none; the three error words."""
    where = await find(call, args)
    item = await named(where, sort.word, args.resource)
    return await read(where, sort, text_of(item, "identifier"), text_of(item, "region"))


async def subject_of(call: Call, draft: Draft, sort: Sort) -> Subject:
    """The target of a plan, read again."""
    target = draft.target
    where = await find(call, CloudArgs(compartment=target.compartment, region=target.region))
    found = await read(where, sort, target.uid, target.region)
    return replace(found, known=draft.check.params.get("known") or {})


async def read(where: Where, sort: Sort, ident: str, region: str) -> Subject:
    answer = await where.api.read(sort.service, sort.get, region=region, **{sort.ident: ident})
    found = Subject(where, answer.data, answer.etag, region)
    return replace(found, more=await sort.more(found)) if sort.more else found


def target_of(found: Subject, sort: Sort, part: str = "") -> Target:
    """`part` is what of the resource is meant, where it is not all of it."""
    name = f"{found.name}/{part}" if part else found.name
    return Target(
        provider="oci", kind=sort.kind, name=short(name, 120), uid=found.id, region=found.region,
        compartment=found.where.path(found.item),
    )  # fmt: skip


def resolved(found: Subject, **more: Any) -> dict[str, Any]:
    """The arguments by which the same resource is found again, whatever is called so later."""
    place = {"compartment": found.where.path(found.item), "region": found.region}
    return place | {key: value for key, value in more.items() if value is not None}


def drift(draft: Draft, now: Mapping[str, str]) -> tuple[FieldChange, ...]:
    names = dict.fromkeys((*draft.shown, *now))
    return tuple(
        FieldChange(path=name, before=draft.shown.get(name, "(unset)"), after=now.get(name, "(unset)"))
        for name in names
        if draft.shown.get(name) != now.get(name)
    )
