"""How healthy is Oracle Cloud: a score for the scope, its compartments and its resources, with the arithmetic shown."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from pydantic import Field

from tools.oracle.health import KINDS, Score, Trouble, score
from tools.oracle.naming import named
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.health_metrics import RULE
from tools.reads.health_troubles import Gaps, troubles
from tools.reads.told import Answer, Thing, told
from tools.spec import Call, Result, Tool

COLUMNS = ("what", "score", "arithmetic", "compartment", "region")
ANY = ("all",)  # as search calls every kind


class Args(CloudArgs):
    resource: str | None = Field(
        None, max_length=300, description="one resource: display name or OCID; left out: the whole scope"
    )
    limit: int = Field(20, ge=1, le=100, description="compartments and resources shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    wanted = await named(where, "resource", args.resource, ANY) if args.resource else None
    gaps = Gaps()
    ident = text_of(wanted, "identifier") if wanted is not None else ""
    found = [one for one in await troubles(call, where, gaps, ident) if one.points]
    if wanted is not None:
        name = text_of(wanted, "displayName")
        found = [one for one in found if one.about(ident, name)]
    title = text_of(wanted, "displayName") if wanted else where.top.path
    return _result(args, where, title, found, gaps)


def _result(args: Args, where: Where, title: str, found: list[Trouble], gaps: Gaps) -> Result:
    whole = score(found)
    seen = " of what could be seen" if gaps.unseen else ""
    head = f"Health of {title}: {whole.points} of 100{seen}. {whole.arithmetic}"
    spared = len(where.compartments) - len({one.compartment for one in found})
    answer = Answer(
        head, "Health", COLUMNS, "parts", where.scope(), args.limit, gaps.unseen, [*_notes(args, spared, bool(gaps.unseen)), *gaps.notes],
        more={"score": whole.points, "arithmetic": whole.arithmetic, "lost": dict(whole.lost), "weights": _weights()},
        untrusted=True,
    )  # fmt: skip
    things = _things(found, lambda one: one.ident, _resource)
    if not args.resource:
        things += _things(found, lambda one: one.compartment, _compartment)
    return told(answer, things)


def _notes(args: Args, spared: int, partly: bool) -> list[str]:
    """Compartments are cleared only where every part was read."""
    kinds = "; ".join(f"{kind.words}, at most {kind.cap}" for kind in KINDS)
    clear = "nothing found in what could be seen" if partly else "lose nothing"
    more = [] if args.resource else [f"{spared} more compartments: {clear}."]
    return [*more, f"Counted: {kinds}. {RULE}."]


def _weights() -> dict[str, object]:
    return {kind.name: {"points": dict(kind.points), "at most": kind.cap} for kind in KINDS}


def _things(
    found: list[Trouble], by: Callable[[Trouble], str], thing: Callable[[list[Trouble], Score], Thing]
) -> list[Thing]:
    groups = groupby(sorted(found, key=by), key=by)
    return [thing(mine := list(group), score(mine)) for _, group in groups]


def _compartment(mine: list[Trouble], total: Score) -> Thing:
    return _thing(mine, total, f"compartment {mine[0].compartment}", "compartment")


def _resource(mine: list[Trouble], total: Score) -> Thing:
    """One that is no resource is called what it is."""
    thing = mine[0].thing
    return _thing(mine, total, mine[0].name if thing == "resource" else f"{thing} {mine[0].name}", thing)


def _thing(mine: list[Trouble], total: Score, label: str, kind: str) -> Thing:
    first = mine[0]
    regions = ", ".join(sorted({one.region for one in mine} - {""}))
    words = f"{total.points}: {total.arithmetic}; {first.compartment}, {regions}"
    data = {
        "kind": kind, "name": first.compartment if kind == "compartment" else first.name,
        "id": None if kind == "compartment" else first.ident, "score": total.points, "arithmetic": total.arithmetic,
        "compartment": first.compartment, "regions": regions, "read": [one.ref for one in mine],
    }  # fmt: skip
    row = (label, str(total.points), total.arithmetic, first.compartment, regions)
    return Thing(
        label,
        words,
        max(mine, key=lambda one: one.points).ref,
        row,
        data,
        total.points,
        f"score {total.points} of 100",
    )


OCI_HEALTH = Tool(
    name="oci_health",
    summary="Health score of Oracle Cloud, its compartments and resources, with the arithmetic: alarms, bad states, backends, Cloud Guard, failed work, metrics out of band, limits.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("how healthy is oracle cloud?", "health score of shop", "what is unhealthy in oracle cloud?"),
    cache_s=30,
)
