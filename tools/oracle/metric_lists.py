"""Which metrics there are, of which namespace, with which dimensions; near misses of a name that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tools.errors import AskBack
from tools.oracle.metrics import names
from tools.oracle.parts import each
from tools.oracle.subtree import across
from tools.oracle.where import Where, text_of
from tools.spec import Json

SERIES = 1_000  # of one region, whose dimensions are read
OFFERED = 8
LIKE = 0.5  # how alike a name must be to be offered


@dataclass
class Listed:
    """One metric; dimensions by name with their values. `series` is a count, of the first thousand of a region."""

    namespace: str
    name: str
    series: int = 0
    regions: set[str] = field(default_factory=set)
    compartments: set[str] = field(default_factory=set)
    dimensions: dict[str, set[str]] = field(default_factory=dict)

    def take(self, one: Json, region: str) -> None:
        self.series += 1
        self.regions.add(region)
        self.compartments.add(text_of(one, "compartmentId"))
        for name, value in (one.get("dimensions") or {}).items():
            self.dimensions.setdefault(str(name), set()).add(str(value))


@dataclass(frozen=True, slots=True)
class Metrics:
    found: tuple[Listed, ...]
    unseen: tuple[str, ...]


async def listed(where: Where, namespace: str = "", name: str = "", resource: str = "") -> Metrics:
    """Of all regions and compartments that the person may see; `resource` an OCID. Raises the three error words."""
    wanted: Json = {key: value for key, value in (("namespace", namespace), ("name", name)) if value}
    if resource:
        wanted["dimensionFilters"] = {"resourceId": resource}
    unseen: list[str] = []

    async def ask(region: str, compartment: str, subtree: Json) -> list[Json]:
        listing = await where.api.listing(
            "monitoring", "list_metrics", region=region, compartment_id=compartment, list_metrics_details=wanted,
            cap=SERIES, **subtree,
        )  # fmt: skip
        if len(listing.items) >= SERIES:
            unseen.append(f"{region}: more than {SERIES} series, only those were listed")
        return [one for one in listing.items if where.covers(one)]

    parts = await across(where, ask)
    kept: dict[tuple[str, str], Listed] = {}
    for region, series in parts.found.items():
        for one in series:
            key = text_of(one, "namespace"), text_of(one, "name")
            kept.setdefault(key, Listed(*key)).take(one, region)
    return Metrics(tuple(kept[key] for key in sorted(kept)), (*parts.could_not_see, *unseen))


async def spaces(where: Where, wanted: Sequence[str]) -> str:
    """The one namespace that has all these metrics, by the list of every region that answers.

    Raises:
        AskBack: a name is not known, with near misses; or several namespaces have them.
    """
    parts = await each(where.regions, lambda region: names(where, region, where.top.id))
    have: dict[str, set[str]] = {}
    for found in parts.found.values():
        for one in found:
            have.setdefault(text_of(one, "name"), set()).add(text_of(one, "namespace"))
    for name in wanted:
        if name not in have:
            gaps = f" (I could not look in {', '.join(parts.missing)})" if parts.missing else ""
            raise AskBack(f"I see no metric {name} there{gaps}. Which one?", near(name, have))
    common = set.intersection(*(have[name] for name in wanted))
    if len(common) == 1:
        return common.pop()
    if common:
        raise AskBack(f"Several namespaces have {' and '.join(wanted)}. Which one?", tuple(sorted(common)))
    raise AskBack(
        "One query reads one namespace, and no namespace has all of its metrics",
        tuple(f"{name}: {', '.join(sorted(have[name]))}" for name in wanted),
    )


def near(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Names like it, the most alike first: also those that have it within them."""
    names_ = sorted(set(known))
    by_low = {one.lower(): one for one in names_}
    close = [by_low[one] for one in difflib.get_close_matches(word.lower(), by_low, OFFERED, LIKE)]
    within = [one for one in names_ if word.lower() in one.lower() and one not in close]
    return tuple([*close, *within][:OFFERED] or names_[:OFFERED])
