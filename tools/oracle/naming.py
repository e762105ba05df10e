"""One resource that a person named: by OCID, by its name, by a part of it. Asks back instead of guessing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tools.errors import AskBack, GiveUp
from tools.oracle.choosing import chosen, options, placed
from tools.oracle.searching import kind_of, search
from tools.oracle.where import Where, text_of
from tools.reads.digest import listed
from tools.spec import Json


async def named(where: Where, kind: str, wanted: str, kinds: Sequence[str] = ()) -> Json:
    """As search shows it, with its `region`. `kinds`: any of these is meant, and `kind` is what they are called together.

    Raises:
        AskBack: several are called so, or none is.
        GiveUp: none was seen, and not everything could be looked through.
    """
    found = await search(where, [kind_of(one) for one in kinds or [kind]])
    told = partial(placed, where)
    fitting = chosen(found.items, wanted, told) or _fitting(list(found.items), wanted.strip())
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise AskBack(f"Several are called {wanted!r}. Which {kind}?", options(fitting, told))
    if found.parts.missing:
        raise GiveUp(
            f"I see no {kind} {wanted!r}, and could not look in {listed(list(found.parts.missing))}", "oci"
        )
    place = "where you may look" if where.top is where.tenancy.compartments.root else f"in {where.top.path}"
    raise AskBack(f"I see no {kind} {wanted!r} {place}. Which one?", options(found.items, told))


def _fitting(items: list[Json], wanted: str) -> list[Json]:
    low = wanted.lower()
    exact = [i for i in items if low in {text_of(i, "identifier").lower(), text_of(i, "displayName").lower()}]
    return exact or [i for i in items if low and low in text_of(i, "displayName").lower()]
