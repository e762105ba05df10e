"""What a change of Oracle Cloud saves or costs a month, as its plan shows it.

What ends is known by what the resource itself cost on its last complete days. What begins is counted by unit prices. Both
are the tenancy's own: a list would know neither its discounts nor its currency.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Final

from tools.errors import ToolError
from tools.oracle.costs import costs
from tools.oracle.prices import DAYS, usage
from tools.oracle.prices_change import CENT, Cost, cost_of
from tools.oracle.prices_wanted import Asked, Kind, Verb, wanted
from tools.oracle.savings_own import STAYS, ended
from tools.oracle.where import CloudArgs, Where, find
from tools.plan import Draft
from tools.saving import Saving
from tools.spec import Call

SIZES: Final = (
    ("memory", re.compile("memory", re.IGNORECASE)),
    ("pu", re.compile(r"[oe]?cpu|gpu", re.IGNORECASE)),
)
SIZE: Final = "size"  # of a pool
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
    return draft.action.endswith(("_stop", "_delete")) or bool(_lowered(draft)) or _fewer(draft)


def adds(draft: Draft) -> bool:
    """Whether it begins or raises one."""
    return draft.target.provider == "oci" and draft.action in PRICED and not saves(draft)


async def saving_of(call: Call, draft: Draft) -> Saving | None:
    """None for a change that saves nothing. Never raises for what Oracle does: then the figure is not known."""
    if not saves(draft):
        return None
    if draft.action.endswith("_stop") and "dense" in draft.shown.get("shape", "").lower():
        return _unknown("its shape has disks of its own, which Oracle bills while it is stopped")
    if _lowered(draft) and draft.shown.get("lifecycleState") == "STOPPED":
        return _unknown("it is stopped, so its size costs nothing now")
    try:
        where = await find(call, CloudArgs())
        if draft.action in {"instance_pool_stop", "instance_pool_size", "node_pool_size"}:
            return (await _priced(call, where, draft)).as_saving(more=False)
        return await _ended(call, where, draft)
    except ToolError as error:
        return _unknown(error.reason)


async def added_by(call: Call, draft: Draft) -> Saving | None:
    """The same for a change that costs more: its figure is what it adds. None for one that adds nothing."""
    if not adds(draft):
        return None
    try:
        found = await _priced(call, await find(call, CloudArgs()), draft)
    except ToolError as error:
        return _unknown(error.reason)
    return found.as_saving(more=True)


async def _priced(call: Call, where: Where, draft: Draft) -> Cost:
    kind, verb = PRICED[draft.action]
    values = {key: float(value) for key, value in draft.args.items() if _is_number(value)}
    change = await wanted(where, Asked(kind, verb, draft.target.uid, draft.target.region, values))
    return cost_of(where, await usage(where, call.now), change)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


async def _ended(call: Call, where: Where, draft: Draft) -> Saving:
    uid = draft.target.uid
    found = await costs(where, call.now, DAYS, ["resource", "sku"], only=uid)
    own = ended(found, uid, partial(_share, draft))
    if own is None:
        return _unknown(f"Oracle's usage of the last {DAYS} days names no cost of it")
    ref = f"oci:{where.tenancy.id}#usage/{uid}/{found.start:%Y-%m-%d}..{found.end:%Y-%m-%d}"
    amount = str(own.a_month.quantize(CENT))
    return Saving(a_month=amount, currency=found.currency, source=own.source, told=own.told, ref=ref)


def _unknown(why: str) -> Saving:
    return Saving(source="unknown", told=why)


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
