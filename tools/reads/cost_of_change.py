"""What would a change cost or save a month, by the tenancy's own unit prices? Nothing is changed."""

from __future__ import annotations

from typing import Final, Self

from pydantic import Field, model_validator

from tools.errors import AskBack
from tools.marks import mark
from tools.oracle.costs import money
from tools.oracle.everywhere import everywhere
from tools.oracle.naming import named
from tools.oracle.prices import usage
from tools.oracle.prices_change import Cost, Line, Wanted, cost_of
from tools.oracle.prices_wanted import Asked, Kind, Verb, wanted
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import digest, proved, token
from tools.spec import Call, Evidence, Json, Result, Table, Tool

FITS: Final[dict[str, frozenset[str]]] = {
    "instance": frozenset({"ocpus", "memory_gb"}),
    "volume": frozenset({"size_gb"}),
    "boot volume": frozenset({"size_gb"}),
    "instance pool": frozenset({"size"}),
    "node pool": frozenset({"size"}),
    "database": frozenset({"ecpus", "storage_tb"}),
}
SIZED: Final = ("ocpus", "memory_gb", "size_gb", "size", "ecpus", "storage_tb")
COLUMNS = ("what", "before", "after", "price", "a month")
OFFERED: Final = 10


class Args(CloudArgs):
    resource: str = Field(min_length=1, max_length=300, description="what would be changed: name or OCID")
    kind: Kind = Field("instance", description="what it is")
    change: Verb = Field(
        "resize", description="resize (with the new sizes), start, stop or delete; nothing is done"
    )
    ocpus: float | None = Field(None, gt=0, le=1_000, description="OCPUs that the instance would have")
    memory_gb: float | None = Field(
        None, gt=0, le=10_000, description="GB of memory that the instance would have"
    )
    size_gb: float | None = Field(None, gt=0, le=40_000, description="GB that the volume would have")
    size: int | None = Field(None, ge=0, le=1_000, description="instances or nodes that the pool would have")
    ecpus: float | None = Field(None, gt=0, le=1_024, description="ECPUs that the database would have")
    storage_tb: float | None = Field(
        None, gt=0, le=384, description="TB of storage that the database would have"
    )

    @property
    def values(self) -> dict[str, float]:
        """The sizes that were said."""
        return {key: float(found) for key in SIZED if (found := getattr(self, key)) is not None}

    @model_validator(mode="after")
    def sizes_fit(self) -> Self:
        said, fitting = set(self.values), FITS[self.kind]
        if self.change != "resize":
            if said:
                raise ValueError("sizes belong to change=resize")
        elif not said:
            raise ValueError(f"say the new size: {' or '.join(sorted(fitting))}")
        elif wrong := said - fitting:
            raise ValueError(f"{', '.join(sorted(wrong))}: not a size of {self.kind}")
        return self


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    uid, region = await _meant(where, args)
    change = await wanted(where, Asked(args.kind, args.change, uid, region, args.values))
    return _result(where, args, change, cost_of(where, await usage(where, call.now), change))


async def _meant(where: Where, args: Args) -> tuple[str, str]:
    """OCID and region. Node pools are listed: nothing says that Resource Search knows them."""
    if args.kind != "node pool":
        found = await named(where, args.kind, args.resource)
        return text_of(found, "identifier"), text_of(found, "region")
    pools = (await everywhere(where, "container_engine", "list_node_pools")).items
    low = args.resource.lower()
    fitting = [one for one in pools if low in {text_of(one, "name").lower(), text_of(one, "id").lower()}]
    if len(fitting) != 1:
        options = tuple(
            f"{text_of(one, 'name')} in {where.path(one)}" for one in (fitting or pools)[:OFFERED]
        )
        raise AskBack(f"{'Several are' if fitting else 'I see no node pool'} called {args.resource!r}. Which one?", options)  # fmt: skip
    return text_of(fitting[0], "id"), text_of(fitting[0], "region")


def _result(where: Where, args: Args, change: Wanted, cost: Cost) -> Result:
    name = token(change.name, "with an unusual name")
    ours = [f"Our change {change.action} would do it."] if change.action else ["No change of ours does it."]
    lines = proved((line.words for line in cost.lines), len(cost.lines), first=2)
    place = where.tenancy.compartments.path(change.compartment)
    return Result(
        data=_data(args, change, cost, place),
        digest=digest([f"{change.kind} {name} ({place}), {change.what}: {said(cost)}.{mark(1)}", *lines, *(f"note: {one}" for one in change.notes), *ours]),
        scope=where.scope("per month"),
        evidence=(Evidence(cost.ref, f"{change.kind} {name}", said(cost)), *(_evidence(where, line) for line in cost.lines)),
        could_not_see=tuple(f"price of {one}" for one in cost.missing),
        tables=(Table("Cost of the change", COLUMNS, tuple(map(_row, cost.lines))),) if cost.lines else (),
        untrusted=True,
    )  # fmt: skip


def said(cost: Cost) -> str:
    """`costs 12.00 USD more a month, by unit prices ...`; an unknown price is said to be one."""
    if cost.a_month is None:
        return cost.told
    if not cost.a_month:
        return f"costs the same, {cost.told}"
    way = "costs {} more a month" if cost.a_month > 0 else "saves {} a month"
    return f"{way.format(money(abs(cost.a_month), cost.currency))}, {cost.told}"


def _evidence(where: Where, line: Line) -> Evidence:
    if line.price is None:
        return Evidence(f"oci:{where.tenancy.id}#usage/prices", line.piece.what, "price unknown")
    ref = f"oci:{where.tenancy.id}#usage/{line.price.sku}/{line.price.day:%Y-%m-%d}"
    return Evidence(ref, line.piece.what, line.price.words)


def _row(line: Line) -> tuple[str, ...]:
    amount = "price unknown" if line.a_month is None else f"{line.a_month:+,.2f}"
    price = line.price.words if line.price else "unknown"
    return (
        line.piece.what,
        f"{line.piece.before.normalize():f}",
        f"{line.piece.after.normalize():f}",
        price,
        amount,
    )


def _data(args: Args, change: Wanted, cost: Cost, place: str) -> Json:
    return {
        "kind": change.kind, "id": change.uid, "name": change.name, "compartment": place, "region": change.region,
        "change": args.change, "what": change.what, "action": change.action or None, "notes": list(change.notes),
        "a_month": None if cost.a_month is None else f"{cost.a_month:.2f}", "currency": cost.currency,
        "source": "unknown" if cost.a_month is None else cost.source, "told": cost.told, "price_unknown_of": list(cost.missing),
        "parts": [
            {"what": one.piece.what, "before": str(one.piece.before), "after": str(one.piece.after),
             "a_month": None if one.a_month is None else f"{one.a_month:.2f}", "sku": one.price.sku if one.price else None,
             "unit": one.price.unit if one.price else None, "unit_price": str(one.price.each) if one.price else None}
            for one in cost.lines
        ],
    }  # fmt: skip


COST_OF_CHANGE = Tool(
    name="cost_of_change",
    summary="What a change would cost or save a month in Oracle Cloud, by this tenancy's own unit prices: size of an instance, volume, pool, database; start, stop, delete.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=("what would it save to give stg-checkout-1 2 ocpus?", "what does it cost to start loadtest-1?", "what would node pool pool1 with 6 nodes cost?"),
    deadline_s=30.0,
    cache_s=900,
    family="cost",
)  # fmt: skip
