"""One question about a whole scope: in one go where a right in the tenancy allows it, else compartment by compartment.

Services that know a subtree know that of the root alone, and refuse it to whoever has a right in some compartments only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from tools.errors import NotAllowed
from tools.oracle.failures import NotVisible
from tools.oracle.parts import Parts, each
from tools.oracle.where import Where
from tools.spec import Json

T = TypeVar("T")
Ask = Callable[
    [str, str, Json], Awaitable[list[T]]
]  # region, compartment, arguments that ask for the subtree
WHOLE: Final[Json] = {"compartment_id_in_subtree": True}
Refused = NotVisible | NotAllowed


async def across(where: Where, ask: Ask[T]) -> Parts[list[T]]:
    """By region. What was refused is `missing` by compartment and region. Raises the three error words when nothing answers."""
    missing: dict[str, str] = {}
    parts = await each(where.regions, lambda region: of_region(where, region, ask, missing))
    return Parts(parts.found, {**parts.missing, **missing})


async def of_region(where: Where, region: str, ask: Ask[T], missing: dict[str, str]) -> list[T]:
    """What is refused of single compartments joins `missing`. Raises the three error words when nothing answers."""
    if where.top is not where.tenancy.compartments.root:
        found = await asyncio.gather(*(ask(region, one.id, {}) for one in where.compartments))
        return [item for one in found for item in one]
    return await whole_first(where, region, ask, missing)


async def whole_first(where: Where, region: str, ask: Ask[T], missing: dict[str, str]) -> list[T]:
    """The same in any scope, for what is listed faster of the tenancy than of its compartments: `ask` drops what is beyond it."""
    try:
        return await ask(region, where.tenancy.compartments.root.id, WHOLE)
    except (NotVisible, NotAllowed) as refused:
        return await _one_by_one(where, region, ask, missing, refused)


async def _one_by_one(
    where: Where, region: str, ask: Ask[T], missing: dict[str, str], refused: Refused
) -> list[T]:
    async def one(ident: str) -> list[T] | Refused:
        try:
            return await ask(region, ident, {})
        except (NotVisible, NotAllowed) as error:
            return error

    answers = await asyncio.gather(*(one(each_.id) for each_ in where.compartments))
    if all(isinstance(answer, NotVisible | NotAllowed) for answer in answers):
        raise refused
    found: list[T] = []
    for place, answer in zip(where.compartments, answers, strict=True):
        if isinstance(answer, list):
            found += answer
        else:
            missing[f"{place.path} in {region}"] = answer.reason
    return found
