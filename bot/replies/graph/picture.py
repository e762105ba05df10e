"""A sheet of ways as a picture: its bytes, and the words that stand for it where nobody sees it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.replies.graph.drawing import Fonts, png_of
from bot.replies.graph.folded import Way, folded
from bot.replies.graph.layout import laid_out
from bot.replies.pages import Sheet
from bot.replies.text import escape
from tools.reads.digest import listed, short

ALT = 1_000  # characters that Slack takes
NAMES = 20
MAY = 80  # characters of what somebody may, so that every way that is drawn finds its place


@dataclass(frozen=True, slots=True)
class Picture:
    """`signs` are names with letters that no font here has, by what is drawn in their place."""

    png: bytes
    alt: str
    left: int
    signs: dict[str, str]


def picture_of(sheet: Sheet) -> Picture:
    """Blocking: a tenth of a second. Everything drawn is text of the sheet, which has left redacted already."""
    fonts = Fonts.load()
    signs: dict[str, str] = {}
    rows = [tuple(_drawable(cell, fonts, signs) for cell in row) for row in sheet.rows]
    found = folded(rows)
    layout = laid_out(found, f"{sheet.caption}, as read {sheet.read_at:%Y-%m-%d %H:%M} UTC", _note(sheet, found.left, found.left_risk), fonts.measure)  # fmt: skip
    return Picture(png_of(layout, fonts), alt_of(sheet), found.left, {drawn: name for name, drawn in signs.items()})  # fmt: skip


def _drawable(cell: str, fonts: Fonts, signs: dict[str, str]) -> str:
    """The words of the cell; one that no font can write becomes `name 1`, and the words beside the picture say it."""
    return " ".join(
        word if fonts.of(word) else signs.setdefault(word, f"name {len(signs) + 1}") for word in cell.split()
    )


def _note(sheet: Sheet, left: int, worst: str) -> str:
    rest = sheet.total - len(sheet.rows)
    parts = ["frames and words mark what is risky"]
    if left:
        parts.insert(0, f"not drawn: {left} ways, none worse than {worst}; the list has them")
    if rest > 0:
        parts.insert(0, f"{rest} more were found than are kept")
    return "; ".join(parts)


def told(picture: Picture, sheet: Sheet) -> str:
    """What stands above the picture, for mrkdwn: what is not drawn, and the names that it could not write."""
    left = f" Not drawn are {picture.left} ways that the list has." if picture.left else ""
    named = [f"{drawn} is {escape(name)}" for drawn, name in picture.signs.items()]
    signs = f" Names whose letters I cannot draw: {listed(named, NAMES)}." if named else ""
    return f"{sheet.caption} as a picture.{left}{signs}"


def alt_of(sheet: Sheet, most: int = ALT) -> str:
    """What is drawn, in words, worst first, as far as Slack takes them; the list beside the picture has the rest."""
    found = folded(sheet.rows)
    lines = [_line(way) for way in found.ways]
    kept = [
        f"Graph: {sheet.caption}. {len(sheet.rows)} ways from who over binding and role to what they may."
    ]
    for number, line in enumerate(lines):
        after = len(lines) - number - 1
        if len("\n".join([*kept, line])) + (len(_rest(after + 1, found.left)) + 1 if after or found.left else 0) > most:  # fmt: skip
            return "\n".join([*kept, _rest(after + 1, found.left)])
        kept.append(line)
    return "\n".join([*kept, *([_rest(0, found.left)] if found.left else [])])


def _rest(drawn: int, left: int) -> str:
    parts = [f"{drawn} more that are drawn" if drawn else "", f"{left} that are only counted" if left else ""]
    return f"And {' and '.join(filter(None, parts))}: the list that this was drawn from has them."


def _line(row: Way) -> str:
    risk = "" if row[0] == "none" else f"{row[0]}: "
    return f"{risk}{row[1]}, by {row[2]} of {row[3]}: {short(row[4], MAY)}."
