"""What a change of Oracle Cloud saves a month, by what the resource itself cost on its last complete days.

Prices are the tenancy's own: a list would know neither its discounts nor its currency.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Final, Literal

from tools.errors import ToolError
from tools.oracle.costs import Costs, costs
from tools.oracle.where import CloudArgs, Where, find
from tools.plan import Draft
from tools.saving import Saving
from tools.spec import Call

DAYS: Final = 10
JUDGED: Final = 7  # complete days whose median counts: one odd day makes no figure
A_MONTH: Final = Decimal(365) / 12
STAYS: Final = re.compile(r"stor(?:age|ed)|backup|block volume|boot volume", re.IGNORECASE)
SIZES: Final = (
    ("memory", re.compile("memory", re.IGNORECASE)),
    ("pu", re.compile(r"[oe]?cpu|gpu", re.IGNORECASE)),
)


def saves(draft: Draft) -> bool:
    """Whether this is a change that ends or lowers a cost, whatever that is."""
    if draft.target.provider != "oci":
        return False
    return draft.action.endswith(("_stop", "_delete")) or bool(_lowered(draft))


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
        found = await costs(where, call.now, DAYS, ["resource", "sku"], only=draft.target.uid)
    except ToolError as error:
        return _unknown(error.reason)
    return _counted(where, found, draft)


def _unknown(why: str) -> Saving:
    return Saving(source="unknown", told=why)


def _counted(where: Where, found: Costs, draft: Draft) -> Saving:
    days = _saved_by_day(found, draft)
    complete = [day for day in found.days if day < found.open_from and days.get(day)][-JUDGED:]
    ref = f"oci:{where.tenancy.id}#usage/{draft.target.uid}/{found.start:%Y-%m-%d}..{found.end:%Y-%m-%d}"
    if complete:
        a_day = median(days[day] for day in complete)
        told = f"by its own costs, the median of {len(complete)} complete days up to {complete[-1]:%d %b}"
        return _saving("costs", a_day, found.currency, told, ref)
    if any(days.values()):
        told = "an estimate: no day of it is complete yet, its dearest day so far is taken"
        return _saving("estimate", max(days.values()), found.currency, told, ref)
    return _unknown(f"Oracle's usage of the last {DAYS} days names no cost of it")


def _saving(
    source: Literal["costs", "estimate"], a_day: Decimal, currency: str, told: str, ref: str
) -> Saving:
    a_month = str((a_day * A_MONTH).quantize(Decimal("0.01")))
    return Saving(a_month=a_month, currency=currency, source=source, told=told, ref=ref)


def _saved_by_day(found: Costs, draft: Draft) -> dict[datetime, Decimal]:
    days: dict[datetime, Decimal] = {}
    for row in found.rows:
        part = row.amount * _share(draft, row.values.get("skuName", ""))
        days[row.day] = days.get(row.day, Decimal(0)) + part
    return days


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


def _number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else None
