"""The blocks this bot sends, as functions that stay within Slack's limits. Dynamic text must come from `Outbound`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.replies import limits
from bot.replies.text import cut

CELL_LENGTHS = (2_000, 200, 120, 80, 60, 40, 24, 12)

Block = dict[str, Any]
Element = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted. `text` is complete by itself: notifications and screen readers use nothing else."""

    text: str
    blocks: tuple[Block, ...] = ()
    files: tuple[tuple[str, str], ...] = field(default=())  # (name, text) to upload into the thread
    loud: bool = False  # for everybody in the channel, although one person commanded it

    def payload(self) -> dict[str, Any]:
        return {
            "text": cut(self.text, limits.MESSAGE_TEXT).strip() or "-",
            "blocks": fit(self.blocks),
            "unfurl_links": False,
            "unfurl_media": False,
            "link_names": False,
        }


def fit(blocks: Sequence[Block], most: int = limits.BLOCKS_PER_MESSAGE) -> list[Block]:
    """At most `most` blocks; what was left out is said in the last one."""
    if len(blocks) <= most:
        return list(blocks)
    left = len(blocks) - most + 1
    return [*blocks[: most - 1], context(f"{left} more parts are not shown here.")]


def plain(text: str, limit: int) -> Element:
    return {"type": "plain_text", "text": cut(text, limit) or "-", "emoji": False}


def mrkdwn(text: str, limit: int = limits.SECTION_TEXT) -> Element:
    return {"type": "mrkdwn", "text": cut(text, limit) or "-", "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, limits.HEADER_TEXT)}


def section(text: str, *, accessory: Element | None = None) -> Block:
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return {**block, "accessory": accessory} if accessory else block


def fields(pairs: Iterable[tuple[str, str]]) -> Block:
    """Facts as two columns. Names are constants, values are already mrkdwn-safe."""
    shown = [mrkdwn(f"*{name}*\n{value}", limits.FIELD_TEXT) for name, value in pairs]
    return {"type": "section", "fields": shown[: limits.SECTION_FIELDS]}


def context(*texts: str) -> Block:
    shown = [mrkdwn(text, limits.FIELD_TEXT) for text in texts if text]
    return {"type": "context", "elements": shown[: limits.CONTEXT_ELEMENTS] or [mrkdwn("-")]}


def divider() -> Block:
    return {"type": "divider"}


def button(
    label: str,
    action_id: str,
    value: str,
    *,
    style: Literal["primary", "danger"] | None = None,
    confirm: Element | None = None,
    only_for: Sequence[str] = (),
) -> Element:
    """`only_for` hides the button from others; it is cosmetic, the click is authorised again."""
    element: Element = {
        "type": "button",
        "text": plain(label, limits.BUTTON_TEXT),
        "action_id": cut(action_id, limits.IDENTIFIER),
        "value": value[: limits.BUTTON_VALUE],
    }
    optional = {"style": style, "confirm": confirm, "visible_to_user_ids": list(only_for) or None}
    return element | {key: item for key, item in optional.items() if item}


def confirm(title: str, text: str, yes: str, no: str = "Go back", *, danger: bool = True) -> Element:
    element: Element = {
        "title": plain(title, limits.CONFIRM_TITLE),
        "text": plain(text, limits.CONFIRM_TEXT),
        "confirm": plain(yes, limits.CONFIRM_BUTTON),
        "deny": plain(no, limits.CONFIRM_BUTTON),
    }
    return {**element, "style": "danger"} if danger else element


def actions(block_id: str, elements: Sequence[Element]) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": list(elements[: limits.ACTION_ELEMENTS])}


def code_block(text: str) -> Block:
    """Preformatted text that Slack does not interpret."""
    inner = [{"type": "text", "text": cut(text, limits.SECTION_TEXT) or " "}]
    return rich([{"type": "rich_text_preformatted", "elements": inner}])


def rich(elements: Sequence[Element]) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Block]:
    """A caption line and a native table; long cells are cut where all together are too long, and rows beyond the limits are
    counted in the caption.
    """
    head, *shown = fitted([columns, *rows[: limits.TABLE_ROWS - 1]])
    rest = len(rows) - len(shown)
    note = f"{caption} (first {len(shown)} of {len(rows)})" if rest else caption
    return [
        context(f"*{note}*"),
        {"type": "table", "rows": [[raw(cell) for cell in row] for row in [head, *shown]]},
    ]


def fitted(rows: Sequence[Sequence[str]], most: int = limits.TABLE_TEXT) -> list[list[str]]:
    """The rows with their longest cells cut until all fit; where that is not enough, as many of the first as do."""
    cells = [[cell or "-" for cell in row[: limits.TABLE_COLUMNS]] for row in rows]
    for longest in CELL_LENGTHS:
        if sum(min(len(cell), longest) for row in cells for cell in row) <= most:
            break
    kept: list[list[str]] = []
    for row in ([cut(cell, longest) for cell in row] for row in cells):
        most -= sum(map(len, row))
        if most < 0:
            break
        kept.append(row)
    return kept


def raw(text: str) -> Element:
    return {"type": "raw_text", "text": text or "-"}


def modal(title: str, blocks: Sequence[Block], **extra: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": plain(title, limits.MODAL_TITLE),
        "close": plain("Close", limits.MODAL_TITLE),
        "blocks": fit(blocks, limits.BLOCKS_PER_VIEW),
        **extra,
    }


def option_value(state: Mapping[str, Any], block_id: str, action_id: str) -> str:
    """The value typed into an input of a submitted view, empty when it is not there."""
    item = (state.get("values") or {}).get(block_id, {}).get(action_id) or {}
    return str(item.get("value") or "")
