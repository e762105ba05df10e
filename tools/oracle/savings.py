"""What a change of Oracle Cloud saves or costs a month, as its plan shows it.

What ends is known by what the resource itself cost on its last complete days. What begins is counted by unit prices. Both
are the tenancy's own: a list would know neither its discounts nor its currency.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Final

from tools.errors import ToolError
from tools.oracle.costs import costs
from tools.oracle.prices import DAYS, of, usage
from tools.oracle.prices_change import Cost, cost_of
from tools.oracle.prices_wanted import Asked, Kind, Verb, wanted
from tools.oracle.savings_own import STAYS, all_of_it, ended
from tools.oracle.where import CloudArgs, Where, find
from tools.plan import Draft
from tools.saving import Added, Saving
from tools.spec import Call
from tools.unpriced import without_price

SIZES: Final = (
    ("memory", re.compile("memory", re.IGNORECASE)),
    ("pu", re.compile(r"[oe]?cpu|gpu", re.IGNORECASE)),
)
SIZE: Final = "size"  # of a pool
ENDS: Final = frozenset(
    {"instance_stop", "instance_pool_stop", "database_stop", "volume_delete"}
)  # what they act on costs less then, whatever that is
POOLS: Final = frozenset({"instance_pool_stop", "instance_pool_size", "node_pool_size"})
PRICED: Final[Mapping[str, tuple[Kind, Verb]]] = {
    "instance_start": ("instance", "start"),
    "instance_shape": ("instance", "resize"),
    "instance_pool_size": ("instance pool", "resize"),
    "instance_pool_start": ("instance pool", "start"),
    "instance_pool_stop": ("instance pool", "stop"),
    "node_pool_size": ("node pool", "resize"),
    "database_scale": ("database", "resize"),
    "database_start": ("database", "start"),
}


def saves(draft: Draft) -> bool:
    """Whether this is a change that ends or lowers a cost, whatever that is."""
    if draft.target.provider != "oci":
        return False
    return draft.action in ENDS or bool(_lowered(draft)) or _fewer(draft)


def adds(draft: Draft) -> bool:
    """Whether it begins or raises one."""
    return draft.target.provider == "oci" and draft.action in PRICED and not saves(draft)


@dataclass(frozen=True, slots=True)
class Bill:
    """What a change does to the bill: it saves, or it does not or nobody can tell. Neither where it touches no bill."""

    saving: Saving | None = None
    added: Added | None = None


async def bill_of(call: Call, draft: Draft) -> Bill:
    """Never raises for what Oracle does: then the figure is not known."""
    if not saves(draft) and not adds(draft):
        return Bill(added=without_price(draft))
    try:
        found = await _cost(call, draft)
    except ToolError as error:
        found = _unknown(error.reason)
    if found.a_month is None:
        return Bill(found.as_saving()) if saves(draft) else Bill(added=found.as_added())
    return Bill(found.as_saving()) if found.a_month < 0 else Bill(added=found.as_added())


async def saving_of(call: Call, draft: Draft) -> Saving | None:
    """None for a change that saves nothing."""
    return (await bill_of(call, draft)).saving


async def added_by(call: Call, draft: Draft) -> Added | None:
    """None for one that saves or touches no bill."""
    return (await bill_of(call, draft)).added


async def _cost(call: Call, draft: Draft) -> Cost:
    if draft.action.endswith("_stop") and "dense" in draft.shown.get("shape", "").lower():
        return _unknown("its shape has disks of its own, which Oracle bills while it is stopped")
    if _lowered(draft) and draft.shown.get("lifecycleState") == "STOPPED":
        return _unknown("it is stopped, so its size costs nothing now")
    where = await find(call, CloudArgs())
    if draft.action in POOLS or not saves(draft):
        return await _priced(call, where, draft)
    return await _ended(call, where, draft)


async def _priced(call: Call, where: Where, draft: Draft) -> Cost:
    kind, verb = PRICED[draft.action]
    values = {key: float(value) for key, value in draft.args.items() if _is_number(value)}
    change = await wanted(where, Asked(kind, verb, draft.target.uid, draft.target.region, values))
    found = cost_of(where, await usage(where, call.now), change)
    return replace(found, told="; ".join((found.told, *change.notes)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


async def _ended(call: Call, where: Where, draft: Draft) -> Cost:
    uid = draft.target.uid
    found = await costs(where, call.now, DAYS, ["resource", "sku"], only=uid)
    if any(row.amount and not row.currency for row in of(found, uid)):
        return _unknown("Oracle's usage names no currency of what it costs")
    own, whole = ended(found, uid, partial(_share, draft)), ended(found, uid, all_of_it)
    if own is None or whole is None:
        return _unknown(f"Oracle's usage of the last {DAYS} days names no cost of it")
    ref = f"oci:{where.tenancy.id}#usage/{uid}/{found.start:%Y-%m-%d}..{found.end:%Y-%m-%d}"
    return Cost(
        -own.a_month, found.currency, own.told, ref, source=own.source, before=whole.a_month,
        after=max(Decimal(0), whole.a_month - own.a_month), priced=f"{own.last:%Y-%m-%d}",
    )  # fmt: skip


def _unknown(why: str) -> Cost:
    return Cost(None, "", why, "")


def _share(draft: Draft, sku: str) -> Decimal:
    """The part of a SKU's cost that ends: storage stays when something is stopped; a size ends by as much as it shrinks."""
    if draft.action.endswith("_delete"):
        return Decimal(1)
    if draft.action.endswith("_stop"):
        return Decimal(0) if STAYS.search(sku) else Decimal(1)
    lowered = _lowered(draft)
    return next((lowered[name] for name, word in SIZES if name in lowered and word.search(sku)), Decimal(0))


def _lowered(draft: Draft) -> Mapping[str, Decimal]:
    """By which part processors and memory shrink; where one of them grows its costs grow, and that counts, too."""
    found: dict[str, Decimal] = {}
    for change in draft.changes:
        before, after = _number(change.before), _number(change.after)
        name = next((name for name, word in SIZES if word.search(change.path)), "")
        if name and before and after is not None:
            found[name] = 1 - after / before
    return found if sum(found.values(), Decimal(0)) > 0 else {}


def _fewer(draft: Draft) -> bool:
    """A pool that shrinks."""
    if draft.action not in {"instance_pool_size", "node_pool_size"}:
        return False
    sizes = ((_number(one.before), _number(one.after)) for one in draft.changes if one.path == SIZE)
    return any(before is not None and after is not None and after < before for before, after in sizes)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else None
