"""Cloud Guard's problems, asked where it gathers them."""

from __future__ import annotations

from typing import Final

from tools.errors import ToolError
from tools.oracle.where import Where, text_of
from tools.spec import Json

RISKS: Final = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "MINOR")
CAP: Final = 2_000


async def problems(where: Where, unseen: list[str]) -> tuple[str, list[Json]]:
    """The region that was asked, and the problems of the scope, open or not. Raises the three error words."""
    region = await _reporting(where, unseen)
    listing = await where.api.listing(
        "cloud_guard", "list_problems", region=region, cap=CAP, compartment_id=where.tenancy.compartments.root.id,
        compartment_id_in_subtree=True, access_level="ACCESSIBLE",
    )  # fmt: skip
    if not listing.whole:
        unseen.append(f"problems beyond the first {CAP}")
    return region, [one for one in listing.items if where.covers(one)]


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
