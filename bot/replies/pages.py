"""A table in pages: which rows, of how many, read when, and the buttons that turn the page or hand out all of it as CSV."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.replies import limits
from bot.replies.blocks import Block, Element, Message, actions, button, table
from bot.replies.spoken import table_words
from bot.replies.text import Outbound, cut, moment
from tools.spec import Table

PAGE = 15  # rows
LEAST, LEAST_IN_TALK = 2, 6  # rows that are worth a file: of a command that lists, beside an answer in words
ROWS = 1_000
CELL, SHOWN_CELL = 1_000, 200  # characters: in a file, on a page
TURN_BACK, TURN_ON, AS_CSV, AS_PICTURE = "page:previous", "page:next", "page:csv", "page:picture"
PAGING = frozenset({TURN_BACK, TURN_ON, AS_CSV, AS_PICTURE})
WORDS = 1_500


@dataclass(frozen=True, slots=True)
class Shown:
    """A call whose result a table shows, and the reach of whoever it was read for (agents.gate.looking)."""

    tool: str
    args: dict[str, Any]
    reach: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it was answered, and the message around it. Every text has passed `Outbound`.

    `total` is what was found, more than the rows where only the first are kept; `words` ask for the same again.
    """

    channel: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int
    at: str  # when it was read, ISO 8601
    words: str
    calls: tuple[Shown, ...]
    text: str
    above: tuple[Block, ...]
    below: tuple[Block, ...]
    drawn: bool = False  # a picture can show it

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.rows) // PAGE))

    @property
    def read_at(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def kept(self) -> str:
        """What is not there, in words; empty where all is."""
        rest = self.total > len(self.rows)
        return f"the first {len(self.rows):,} of {self.total:,} are kept" if rest else ""

    def written(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def read_sheet(text: str) -> Sheet:
    """Raises ValueError for what another release wrote in another form."""
    try:
        found: dict[str, Any] = json.loads(text)
        calls = tuple(Shown(**one) for one in found.pop("calls"))
        rows = tuple(tuple(row) for row in found.pop("rows"))
        found |= {name: tuple(found[name]) for name in ("columns", "above", "below")}
        return Sheet(calls=calls, rows=rows, **found)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("not a sheet") from error


def cells(item: Table, out: Outbound) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Columns and rows, clean, as wide as the columns."""
    columns = tuple(out.plain(name, 60).strip() or "-" for name in item.columns[: limits.TABLE_COLUMNS])
    wide = len(columns)
    known: dict[str, str] = {}  # kinds, states and places come again and again

    def clean(cell: str) -> str:
        if cell not in known:
            known[cell] = " ".join(out.plain(cell, CELL).split())
        return known[cell]

    rows = tuple(tuple(map(clean, (*row, *[""] * wide)[:wide])) for row in item.rows[:ROWS])
    return columns, rows


def message(sheet: Sheet, key: str, page: int, age: str = "") -> Message:
    """The whole message with this page of its table; a page that there is not becomes the nearest. `age`: of what it says."""
    page = min(max(page, 0), sheet.pages - 1)
    blocks = (*sheet.above, *_table(sheet, page, age), _buttons(sheet, key, page), *sheet.below)
    return Message(text="\n".join(filter(None, [sheet.text, spoken(sheet, page)])), blocks=blocks)


def _rows(sheet: Sheet, page: int) -> Sequence[Sequence[str]]:
    return sheet.rows[page * PAGE : (page + 1) * PAGE]


def span(sheet: Sheet, page: int) -> str:
    """`16-30 of 240`."""
    first = page * PAGE + 1
    return f"{first:,}-{first + len(_rows(sheet, page)) - 1:,} of {max(sheet.total, len(sheet.rows)):,}"


def _table(sheet: Sheet, page: int, age: str) -> list[Block]:
    shown = [[cut(cell, SHOWN_CELL) for cell in row] for row in _rows(sheet, page)]
    if sheet.pages == 1 and not sheet.kept:
        return table(sheet.caption, sheet.columns, shown)
    ago = f", {age} ago" if age else ""
    kept = f"; {sheet.kept}" if sheet.kept else ""
    (heading, grid) = table("", sheet.columns, shown)
    text = f"*{sheet.caption}* {span(sheet, page)}{kept}, as read {moment(sheet.read_at)}{ago}"
    heading["elements"][0]["text"] = cut(text, limits.FIELD_TEXT)
    return [heading, grid]


def _buttons(sheet: Sheet, key: str, page: int) -> Block:
    turns: list[Element] = []
    if page > 0:
        turns.append(button("Previous", TURN_BACK, value(key, page - 1, sheet.words)))
    if page < sheet.pages - 1:
        turns.append(button("Next", TURN_ON, value(key, page + 1, sheet.words)))
    files = [("CSV", AS_CSV), *([("Picture", AS_PICTURE)] if sheet.drawn else [])]
    return actions(
        "pages", [*turns, *(button(label, name, value(key, page, sheet.words)) for label, name in files)]
    )


def value(key: str, page: int, words: str) -> str:
    """What a button carries: the sheet, the page, and the words that ask anew when the sheet is gone."""
    return f"{key} {page} {words}".strip()


def meant(text: str) -> tuple[str, int, str]:
    """The three of `value`; a page that is no number is the first."""
    key, _, rest = text.partition(" ")
    page, _, words = rest.partition(" ")
    return key, int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 0, words


def spoken(sheet: Sheet, page: int) -> str:
    """The page for those who hear it."""
    kept = f" ({sheet.kept})" if sheet.kept else ""
    head = f"{sheet.caption}, {span(sheet, page)}{kept}, as read {sheet.read_at:%Y-%m-%d %H:%M} UTC:"
    return table_words(head, sheet.columns, _rows(sheet, page))
