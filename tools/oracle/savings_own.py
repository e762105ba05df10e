"""What a resource itself cost on its last complete days, and so what ends when a part of it, or all of it, ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Final, Literal

from tools.oracle.costs import Costs
from tools.oracle.prices import A_MONTH, of

JUDGED: Final = 7  # complete days whose median counts: one odd day makes no figure
STAYS: Final = re.compile(r"stor(?:age|ed)|backup|block volume|boot volume", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ended:
    """Money a month; an `estimate` where no day of it is complete yet."""

    a_month: Decimal
    source: Literal["costs", "estimate"]
    told: str
    last: datetime  # the youngest day that counts


def all_of_it(sku: str) -> Decimal:
    """Everything ends: it is deleted."""
    del sku
    return Decimal(1)


def but_storage(sku: str) -> Decimal:
    """What is stopped keeps its storage, and pays for it."""
    return Decimal(0) if STAYS.search(sku) else Decimal(1)


def ended(found: Costs, uid: str, share: Callable[[str], Decimal]) -> Ended | None:
    """`share` is the part of a SKU's cost that ends. None where usage names no cost of it."""
    days: dict[datetime, Decimal] = {}
    for row in of(found, uid):
        part = row.amount * share(row.values.get("skuName", ""))
        days[row.day] = days.get(row.day, Decimal(0)) + part
    complete = [day for day in found.days if day < found.open_from and days.get(day)][-JUDGED:]
    if complete:
        a_day = median(days[day] for day in complete)
        told = f"by its own costs, the median of {len(complete)} complete days up to {complete[-1]:%d %b}"
        return Ended(a_day * A_MONTH, "costs", told, complete[-1])
    if any(days.values()):
        told = "an estimate: no day of it is complete yet, its dearest day so far is taken"
        return Ended(max(days.values()) * A_MONTH, "estimate", told, max(days))
    return None
