"""Which spend carries no value of a tag, so that nobody can be charged for it?"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from pydantic import Field

from tools.marks import mark
from tools.oracle.costs import DAY, DIMENSIONS, TAG, Costs, costs, money
from tools.oracle.where import CloudArgs, Where, find
from tools.reads.cost_summary import age
from tools.reads.digest import TABLED, counted, digest, proved, token
from tools.spec import Call, Evidence, Json, Result, Table, Tool

PROVED = 10
COLUMNS = ("resource", "compartment", "cost")


class Args(CloudArgs):
    tag: str = Field("Ops.CostCenter", max_length=200, pattern=r"^[^.]+\.[^.]+$",
                     description="defined tag that every spend should carry, as namespace.key")  # fmt: skip
    days: int = Field(30, ge=1, le=90, description="how many complete days back")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    found = await costs(where, call.now, args.days + 3, ["resource"], tag=args.tag)
    return _result(where, args, found.between(found.open_from - args.days * DAY, found.open_from))  # fmt: skip


def _result(where: Where, args: Args, found: Costs) -> Result:
    total = sum((row.amount for row in found.rows), Decimal(0))
    bare = _bare(found)
    missing = sum(bare.values(), Decimal(0))
    share = f" ({100 * missing / total:.0f}%)" if total else ""
    values = {one for row in found.rows if (one := row.values.get(TAG, ""))}
    note = [] if values or not total else [f"no spend at all carries {args.tag}: is this its name?"]
    rows = [(token(key[0], "an unusual name"), where.tenancy.compartments.path(key[1]), money(amount, found.currency)) for key, amount in bare.items()]  # fmt: skip
    head = (
        f"{money(missing, found.currency)} of {money(total, found.currency)}{share} in {counted(args.days, 'day')} carry no"
        f" {args.tag}{mark(1)}: {counted(len(bare), 'resource')}."
    )
    return Result(
        data=_data(where, args, found, bare, total),
        digest=digest([head, *note, *proved((f"{name} in {place}: {amount}" for name, place, amount in rows), PROVED, 2)]),
        scope=where.scope(f"{args.days} days"),
        evidence=(_evidence(where, found, "all", "spend without the tag", missing),
                  *(_evidence(where, found, key[0], row[0], amount) for row, (key, amount) in list(zip(rows, bare.items(), strict=True))[:PROVED])),
        could_not_see=(age(found), *note),
        tables=(Table(f"Spend without {args.tag}", COLUMNS, tuple(rows[:TABLED]), len(rows)),) if rows else (),
        untrusted=True,
    )  # fmt: skip


def _bare(found: Costs) -> dict[tuple[str, str], Decimal]:
    """Money by resource and compartment, the dearest first; only what has no value of the tag."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in found.rows:
        if not row.values.get(TAG) and row.amount:
            sums[
                row.values.get(DIMENSIONS["resource"]) or "without", row.values[DIMENSIONS["compartment"]]
            ] += row.amount
    return dict(sorted(sums.items(), key=lambda one: -one[1]))


def _evidence(where: Where, found: Costs, key: str, name: str, amount: Decimal) -> Evidence:
    ref = f"oci:{where.tenancy.id}#usage/{key}/{found.start:%Y-%m-%d}..{found.end:%Y-%m-%d}"
    return Evidence(ref, name, money(amount, found.currency))


def _data(
    where: Where,
    args: Args,
    found: Costs,
    bare: dict[tuple[str, str], Decimal],
    total: Decimal,
) -> Json:
    return {
        "tag": args.tag, "days": args.days, "currency": found.currency, "untagged": str(sum(bare.values(), Decimal(0))), "total": str(total),
        "resources": [{"resource": key[0], "compartment": where.tenancy.compartments.path(key[1]), "amount": str(amount)}
                      for key, amount in bare.items()],
    }  # fmt: skip


COST_UNTAGGED = Tool(
    name="cost_untagged",
    summary="Oracle Cloud spend that carries no value of a defined tag, by resource and compartment, and its share of all.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=("what spend has no cost center?", "untagged cost of the last 30 days", "which resources nobody pays for?"),
    cache_s=3600,
    family="cost",
)  # fmt: skip
