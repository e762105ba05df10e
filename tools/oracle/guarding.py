"""Cloud Guard's problems, asked where it gathers them."""

from __future__ import annotations

from typing import Final

from tools.errors import ToolError
from tools.oracle.parts import Parts
from tools.oracle.subtree import whole_first
from tools.oracle.where import Where, text_of
from tools.spec import Json

RISKS: Final = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "MINOR")
CAP: Final = 2_000


async def problems(where: Where, unseen: list[str]) -> tuple[str, list[Json]]:
    """The region that was asked, and the problems of the scope, open or not. Raises the three error words.

    Without a right in the whole tenancy each compartment is asked, and those that are refused are named: of itself Cloud
    Guard would leave them out (`ACCESSIBLE`) without a word.
    """
    region, missing = await _reporting(where, unseen), dict[str, str]()

    async def ask(region: str, compartment: str, subtree: Json) -> list[Json]:
        deep: Json = {**subtree, "access_level": "RESTRICTED"} if subtree else {}
        listing = await where.api.listing(
            "cloud_guard", "list_problems", region=region, cap=CAP, compartment_id=compartment, **deep
        )
        if not listing.whole:
            unseen.append(f"problems beyond the first {CAP}")
        return [one for one in listing.items if where.covers(one)]

    found = await whole_first(where, region, ask, missing)
    unseen += Parts({}, missing).could_not_see
    return region, found


def is_open(one: Json) -> bool:
    return text_of(one, "lifecycleDetail") in {"OPEN", ""}


async def _reporting(where: Where, unseen: list[str]) -> str:
    """Cloud Guard gathers in one region, which its configuration names."""
    home = where.tenancy.home
    root = where.tenancy.compartments.root.id
    try:
        found = await where.api.read("cloud_guard", "get_configuration", region=home, compartment_id=root)
    except ToolError as error:
        unseen.append(f"Cloud Guard's reporting region, so {home} was asked: {error.reason}")
        return home
    return text_of(found.data, "reportingRegion") or home
