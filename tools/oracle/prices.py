"""What one unit costs this tenancy, by its own usage: a price list would know neither its discounts nor its currency.

A price is looked for in the rows of the resource itself, then in those of its like (the same series of shapes). What is in
neither has no price here, and is never given one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from tools.oracle.costs import Costs, Row, costs
from tools.oracle.where import Where

DAYS: Final = 10  # of usage that are read
A_MONTH: Final = Decimal(365) / 12  # days
HOURS: Final = A_MONTH * 24
TERABYTE: Final = 1024
_SPANS: Final = (
    (re.compile(r"hour|hrs?\b", re.IGNORECASE), HOURS),
    (re.compile(r"month", re.IGNORECASE), Decimal(1)),
    (re.compile(r"\bdays?\b", re.IGNORECASE), A_MONTH),
)
_TERABYTES: Final = re.compile(r"\btb\b|\bterabytes?\b", re.IGNORECASE)
_SERIES: Final = re.compile(
    r"^(?:VM|BM)\.(?:(Standard)\.([AE]\d+)|(Standard2|Standard3|Optimized3)|(GPU)\.([A-Z]+\d+))\."
)
# How SKUs call the processors of shapes whose names do not.
_CALLED: Final = {
    "Standard2": ("Standard", "X7"),
    "Standard3": ("Standard", "X9"),
    "Optimized3": ("Optimized", "X9"),
}


@dataclass(frozen=True, slots=True)
class Price:
    """`each` is for one `unit`, `a_month` for one piece (an OCPU, a GB) that is held all month; `several` when days or rows differ."""

    sku: str
    unit: str
    each: Decimal
    a_month: Decimal
    currency: str
    day: datetime
    own: bool
    several: bool = False

    @property
    def words(self) -> str:
        """For people: `0.025 USD for each OCPU HOURS of Compute - E4 - OCPU`."""
        note = ", the most used price of several" if self.several else ""
        return f"{self.each.normalize():f} {self.currency} each {self.unit.lower()} of {self.sku}{note}"


async def usage(where: Where, now: datetime, *, only: str = "") -> Costs:
    """By resource, SKU and unit, of the last ten days; `only` of one resource. Raises as `costs`."""
    return await costs(where, now, DAYS, ["resource", "sku", "unit"], only=only)


def of(found: Costs, uid: str) -> list[Row]:
    """The rows of one resource."""
    low = uid.lower()
    return [row for row in found.rows if row.values.get("resourceId", "").lower() == low]


def price(found: Costs, uid: str, words: re.Pattern[str], series: Sequence[str]) -> Price | None:
    """Of what SKUs call by `words`: of the resource itself, else of its like, whose SKUs name every word of `series` too.

    `uid` may be empty for what is not there yet; an empty `series` has no like.
    """
    mine = _priced(of(found, uid), words, own=True) if uid else None
    if mine is not None or not series:
        return mine
    rows = (row for row in found.rows if all(_has(row, one) for one in series))
    return _priced(rows, words, own=False)


def series_of(shape: str) -> tuple[str, ...]:
    """The words by which SKUs know a shape's series: `VM.Standard.E4.Flex` is Standard and E4, `VM.GPU.A10.2` GPU and A10.

    Empty for one that we know no words for: then only its own rows tell its price.
    """
    match = _SERIES.match(f"{shape}.")
    if match is None:
        return ()
    words = tuple(filter(None, match.groups()))
    if words[0] in _CALLED:
        return _CALLED[words[0]]
    return words[1:] if words[1].startswith("A") and words[0] == "Standard" else words


def _has(row: Row, word: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", row.values.get("skuName", "")) is not None


def _priced(rows: Iterable[Row], words: re.Pattern[str], *, own: bool) -> Price | None:
    """The price of the youngest day; where that day has several, the one that most was billed at."""
    known = [
        (row.quantity, one)
        for row in rows
        if words.search(row.values.get("skuName", "")) and (one := _price(row, own=own)) is not None
    ]
    if not known:
        return None
    youngest = max(one.day for _, one in known)
    last = sorted((each for each in known if each[1].day == youngest), key=lambda each: each[0])
    found = last[-1][1]
    return replace(found, several=len({one.a_month for _, one in last}) > 1)


def _price(row: Row, *, own: bool) -> Price | None:
    """None for what is not billed by time held (requests, traffic), and for rows without an amount."""
    each = row.price if row.price is not None else (row.amount / row.quantity if row.quantity > 0 else None)
    unit = row.values.get("unit", "")
    span = next((span for word, span in _SPANS if word.search(unit)), None)
    if each is None or span is None or not row.currency:
        return None
    scale = TERABYTE if _TERABYTES.search(unit) else 1
    return Price(row.values.get("skuName", ""), unit, each, each * span / scale, row.currency, row.day, own)
