"""A cost report in FOCUS that somebody brought: added up by code, every row that could not be counted named by its line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from agents.outcomes import Answer
from tools.errors import GiveUp
from tools.focus.charges import CURRENCY, MONEY, SINCE, By
from tools.focus.reading import records
from tools.focus.sums import Sums, Wanted
from tools.oracle.costs import money
from tools.reads.digest import counted
from tools.spec import Evidence, Table

MOST_BYTES: Final = 8 << 20  # of the file as it comes
UNPACKED: Final = 32 << 20
PIECE: Final = 1 << 18
LINES = 8  # rows that could not be read, told by their lines
ROWS = 40
NAME = re.compile(r"\.csv(?:\.gz)?$", re.IGNORECASE)
ABOUT = re.compile(r"\b(?:costs?|spen[dt]\w*|bills?|money|charges?|reports?|focus)\b", re.IGNORECASE)
_BY = re.compile(
    r"\b(?:by|per|which|each) (?P<by>service|compartment|region|sku|resource)s?\b", re.IGNORECASE
)
_DAILY = re.compile(r"\b(?:by|per|each|every|which|a) day\b|\bdaily\b", re.IGNORECASE)
Clean = Callable[[str], str]


def is_report(name: str, raw: bytes) -> bool:
    """By its name and its first line; any other file is read as what it is."""
    if not NAME.search(name):
        return False
    try:
        _, header = next(records(_pieces(raw), name, UNPACKED), (0, []))
    except GiveUp:
        return name.lower().endswith(".gz")  # nothing else is packed: it is said what is wrong with it
    return {SINCE, CURRENCY} <= {one.strip() for one in header}


def of_report(name: str, raw: bytes, words: str, clean: Clean) -> Answer:
    """Blocking. `clean` takes secrets out of what the report's own words say."""
    match = _BY.search(words)
    by = _by(match["by"].lower() if match else "service")
    sums = Sums()
    try:
        sums.add(_pieces(raw), name, Wanted(by), UNPACKED)
    except GiveUp as error:
        return Answer(f"{clean(error.reason)}. Nothing of it was added up.")
    totals = sums.totals()
    tables = (_by_value(sums, by, clean), _by_day(sums))  # the first is what an answer shows
    said = ", ".join(money(total, currency) for currency, total in totals.items()) or "nothing"
    apart = " (currencies are never added up)" if len(totals) > 1 else ""
    counts = f"{sums.counted} of {counted(sums.rows, 'row')} counted"
    return Answer(
        f"{name}, a FOCUS report: {said}{apart}, {MONEY['billed']}{_span(sums)}, {counts}.",
        evidence=tuple(
            Evidence(
                f"file:{name}", f"{MONEY['billed']} in {currency}", money(total, currency), untrusted=True
            )
            for currency, total in totals.items()
        ),
        could_not_see=_gaps(sums),
        tables=tuple(filter(None, reversed(tables) if _DAILY.search(words) else tables)),
        notes=("By the file alone: no cloud was asked, and days that it does not hold are not there.",),
    )


def _by(word: str) -> By:
    found: dict[str, By] = {
        "compartment": "compartment",
        "region": "region",
        "sku": "sku",
        "resource": "resource",
    }
    return found.get(word, "service")


def _pieces(raw: bytes) -> Iterator[bytes]:
    return (raw[at : at + PIECE] for at in range(0, len(raw), PIECE))


def _span(sums: Sums) -> str:
    days = sorted(_days(sums))
    return f" from {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}" if days else ""


def _days(sums: Sums) -> set[datetime]:
    return {day for found in sums.groups.values() for days in found.values() for day in days}


def _gaps(sums: Sums) -> tuple[str, ...]:
    if not sums.unread:
        return ()
    told = [f"line {one.line}: {one.why}" for _, one in sums.bad[:LINES]]
    more = sums.unread - len(told)
    rest = f"; and {more} more" if more else ""
    return (f"{sums.unread} of {counted(sums.rows, 'row')} are not in the sums: {'; '.join(told)}{rest}",)


def _by_value(sums: Sums, by: By, clean: Clean) -> Table | None:
    rows = [
        (sum(days.values(), Decimal(0)), currency, what)
        for currency, found in sums.groups.items()
        for what, days in found.items()
    ]
    rows.sort(key=lambda one: (one[1], -one[0], one[2]))
    shown = tuple(
        (clean(what)[:120] or f"without {by}", money(amount, currency))
        for amount, currency, what in rows[:ROWS]
    )
    return Table(f"Cost by {by}", (by, "sum"), shown, len(rows)) if rows else None


def _by_day(sums: Sums) -> Table | None:
    totals: dict[tuple[datetime, str], Decimal] = defaultdict(Decimal)
    for currency, found in sums.groups.items():
        for days in found.values():
            for day, amount in days.items():
                totals[day, currency] += amount
    rows = [
        (f"{day:%Y-%m-%d}", money(amount, currency)) for (day, currency), amount in sorted(totals.items())
    ]
    return Table("Cost by day", ("day", "sum"), tuple(rows[-ROWS:]), len(rows)) if rows else None
