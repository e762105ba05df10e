"""Tables: plain ones, and data tables with caption, pages and sorting."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.slack.validation import limits
from sandbox.slack.validation.elements import button
from sandbox.slack.validation.richtext import rich_text
from sandbox.slack.validation.spot import Spot


def table(spot: Spot) -> None:
    if spot.fields("rows", "block_id column_settings"):
        for row in spot["rows"].items(limits.TABLE_ROWS):
            for each in row.items(limits.TABLE_COLUMNS):
                cell(each)
    for each in spot.get("column_settings"):
        for setting in each.items(limits.TABLE_COLUMNS):
            _setting(setting)


def _setting(spot: Spot) -> None:
    if spot.value is None:
        return  # a column that keeps its default
    spot.fields("", "align is_wrapped")
    for each in spot.get("align"):
        each.one_of("left", "center", "right")
    for each in spot.get("is_wrapped"):
        each.flag()


def data_table(spot: Spot) -> None:
    if spot.fields("caption rows", "block_id page_size row_header_column_index"):
        spot["caption"].string()
        _rows(spot["rows"])
    for each in spot.get("page_size"):
        each.number(1, limits.DATA_TABLE_PAGE)
    for each in spot.get("row_header_column_index"):
        each.number(0, limits.TABLE_COLUMNS - 1)


def _rows(spot: Spot) -> None:
    """A header row without rich text, and rows as wide as it."""
    rows = spot.items(limits.DATA_TABLE_ROWS, limits.DATA_TABLE_LEAST_ROWS)
    widths = set()
    for number, row in enumerate(rows):
        cells = row.items(limits.TABLE_COLUMNS)
        widths.add(len(cells))
        for each in cells:
            cell(each)
            if number == 0 and each.kind == "rich_text":
                each.bad("unsupported type: rich_text in the header row")
    if len(widths) > 1:
        spot.bad("all rows must have the same number of cells")


def cell(spot: Spot) -> None:
    checks: dict[str, Callable[[Spot], None]] = {
        "raw_text": _raw_text,
        "raw_number": _raw_number,
        "rich_text": rich_text,
        "button": button,
    }
    check = checks.get(spot.kind)
    if check is None:
        spot.bad(f"unsupported type: {spot.kind or 'none'}")
    else:
        check(spot)


def _raw_text(spot: Spot) -> None:
    if spot.fields("text"):
        spot["text"].string()


def _raw_number(spot: Spot) -> None:
    if spot.fields("value", "text"):
        spot["value"].number(float("-inf"))
