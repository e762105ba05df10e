"""A table as a CSV file that a spreadsheet opens as text and numbers, never as formulas."""

from __future__ import annotations

import csv
import io
import re

from bot.replies.pages import Sheet

_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?%?")
_BEGINS = re.compile(r"[\s\"]*[=+\-@]")
# Where `;` separates, what stands behind one begins a cell, whatever we quote; quotes there open and close, and a formula stays.
_INSIDE = re.compile(r"(;)([\s\"]*[=+\-@])")
_NAME = re.compile(r"[^a-z0-9]+")


def csv_of(sheet: Sheet) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it, all columns and rows that are kept."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow([inert(name) for name in sheet.columns])
    writer.writerows([inert(cell) for cell in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def inert(cell: str) -> str:
    """The cell so that no spreadsheet reckons with it; a plain number stays one."""
    flat = " ".join(cell.split())
    if _NUMBER.fullmatch(flat):
        return flat
    safe = _INSIDE.sub(r"\1'\2", flat)
    return f"'{safe}" if _BEGINS.match(safe) else safe


def name_of(sheet: Sheet, ending: str = "csv") -> str:
    """`cost-by-service-20261126-1430.csv`."""
    words = _NAME.sub("-", sheet.caption.lower()).strip("-")[:60] or "table"
    return f"{words}-{sheet.read_at:%Y%m%d-%H%M}.{ending}"
