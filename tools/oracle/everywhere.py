"""One list operation over every compartment and region of a scope: services list a compartment, not those below it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools.errors import ToolError, TryLater
from tools.oracle.parts import Parts, each
from tools.oracle.where import Where, text_of
from tools.spec import Json

LIST_S = 15.0  # of the 20 s that a tool has: what else was found is still told
CAP = 2_000  # records of one compartment and region


@dataclass(frozen=True, slots=True)
class Everywhere:
    """Each item carries its `region`; `unseen` says in words what did not answer and what was cut short.

    `failed` is why no part at all answered (see `partly`): then no items means that nothing is known.
    """

    items: tuple[Json, ...]
    unseen: tuple[str, ...]
    failed: ToolError | None = None


async def everywhere(where: Where, service: str, operation: str, **arguments: Any) -> Everywhere:
    """Records of the compartments that the person may see. Raises the three error words when no part answers."""

    async def ask(region: str, compartment: str) -> tuple[list[Json], bool]:
        listing = await where.api.listing(
            service, operation, region=region, cap=CAP, compartment_id=compartment, **arguments
        )
        return listing.items, listing.whole

    return await gathered(where, ask)


async def gathered(where: Where, ask: Callable[[str, str], Awaitable[tuple[list[Json], bool]]]) -> Everywhere:
    """The same with an own question; it answers with its records, and whether these are all."""
    pairs = {
        f"{one.path} in {region}": (region, one.id) for region in where.regions for one in where.compartments
    }
    cut: list[str] = []

    async def part(name: str) -> list[Json]:
        region, compartment = pairs[name]
        items, whole = await ask(region, compartment)
        if not whole:
            cut.append(f"{name}: more than was listed")
        return [item | {"region": region} for item in items]

    parts: Parts[list[Json]] = await each(list(pairs), part, lambda name: pairs[name][0])
    items = tuple(item for name in pairs for item in parts.found.get(name, ()))
    return Everywhere(items, (*parts.could_not_see, *cut))


async def partly(what: str, ask: Awaitable[Everywhere]) -> Everywhere:
    """One of several lists of an answer: refused or away everywhere, it costs only itself, and `unseen` names it."""
    try:
        async with asyncio.timeout(LIST_S):
            return await ask
    except TimeoutError:
        error: ToolError = TryLater(f"it did not answer within {LIST_S:.0f} s")
    except ToolError as refused:
        error = refused
    return Everywhere((), (f"{what}: {error.reason}",), error)


def one_of(*lists: Everywhere) -> None:
    """Raises the first one's reason when every list failed: an answer of no parts is none."""
    if all(one.failed for one in lists) and (error := lists[0].failed):
        raise error


async def either(ask: Callable[[], Awaitable[Json]], unseen: list[str], what: str) -> Json:
    """A part of an answer that may fail alone: then it is empty, and named in `unseen`."""
    try:
        return await ask()
    except ToolError as error:
        unseen.append(f"{what}: {error.reason}")
        return {}


def live(item: Json) -> bool:
    """What is gone is listed for a while; nobody asks for it."""
    return text_of(item, "lifecycleState").upper() not in {"TERMINATED", "DELETED", "DETACHED"}


def moment(item: Json, *path: str) -> datetime | None:
    """A time that Oracle gave; None where it left it out or wrote none."""
    try:
        found = datetime.fromisoformat(text_of(item, *path))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def number(item: Json, key: str) -> float | None:
    found = item.get(key)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def dicts(found: Any) -> list[Json]:
    """The objects of a list, none where it is left out."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
