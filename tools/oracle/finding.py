"""One resource of any kind: by OCID, by name, by a part of it; near misses where nothing fits."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from functools import partial

from tools.errors import AskBack, GiveUp
from tools.oracle.choosing import OFFERED, chosen, options
from tools.oracle.searching import Found, kind_of, search
from tools.oracle.where import Where, text_of
from tools.reads.digest import listed
from tools.spec import Json

_STATE = re.compile(r", [A-Z_]+\)$")
LIKE = 0.6  # how alike a name must be to be offered


async def anything(where: Where, wanted: str, kind: str | None) -> tuple[Json, Found]:
    """The one that is meant, as search shows it with its `region`, and all that was found beside it.

    Raises:
        AskBack: several fit, or none; options tell them apart by kind, compartment, region and state.
        GiveUp: none was seen, and not everything could be looked through.
    """
    found = await search(where)
    items = [one for one in found.items if kind is None or _kind(one) == kind_of(kind)]
    tell = partial(told, where)
    fitting = _chosen(where, items, wanted) or _fitting(items, wanted.strip().lower())
    if len(fitting) == 1:
        return fitting[0], found
    if fitting:
        raise AskBack(f"Several fit {wanted!r}. Which one?", options(fitting, tell))
    if found.parts.missing or found.cut:
        gaps = [*found.parts.missing, *(f"all of {region}" for region in found.cut)]
        raise GiveUp(f"I see nothing called {wanted!r}, and could not look through {listed(gaps)}", "oci")
    near = _near(items, wanted)
    raise AskBack(
        f"I see nothing called {wanted!r} where you may look. Did you mean one of these?"
        if near
        else f"I see nothing called {wanted!r} where you may look.",
        options(near, tell),
    )


def told(where: Where, one: Json) -> str:
    return _told(where, one, text_of(one, "lifecycleState").upper())


def _told(where: Where, one: Json, state: str = "") -> str:
    said = (text_of(one, "resourceType"), where.path(one), text_of(one, "region"), state)
    return f"{text_of(one, 'displayName')} ({', '.join(filter(None, said))})"


def _chosen(where: Where, items: Sequence[Json], wanted: str) -> list[Json]:
    """Of whom it was an option; its state may be another meanwhile."""
    stateless = _STATE.sub(")", wanted.strip())
    return chosen(items, wanted, partial(told, where)) or chosen(items, stateless, partial(_told, where))


def _kind(one: Json) -> str:
    return text_of(one, "resourceType").lower()


def _fitting(items: Sequence[Json], low: str) -> list[Json]:
    """Those that are called so, else those that have it in their names: an OCID beats a name, a name beats a part."""
    idents = [one for one in items if text_of(one, "identifier").lower() == low]
    names = [one for one in items if text_of(one, "displayName").lower() == low]
    # A network card has the name of its instance, and nobody who says that name means the card.
    names = [one for one in names if _kind(one) != "vnic"] or names
    return idents or names or [one for one in items if low and low in text_of(one, "displayName").lower()]


def _near(items: Sequence[Json], wanted: str) -> list[Json]:
    by_name: dict[str, Json] = {}
    for one in items:
        by_name.setdefault(text_of(one, "displayName").lower(), one)
    return [by_name[name] for name in difflib.get_close_matches(wanted.lower(), by_name, OFFERED, LIKE)]
