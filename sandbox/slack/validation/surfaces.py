"""The places that blocks are shown in: messages, modals, Home tabs. Each check returns the problems in words."""

from __future__ import annotations

from typing import Any

from sandbox.slack.validation import limits
from sandbox.slack.validation.blocks import check_blocks
from sandbox.slack.validation.spot import Spot
from sandbox.slack.validation.texts import plain

Json = dict[str, Any]


def check_message(blocks: list[Any]) -> list[str]:
    problems: list[str] = []
    spot = Spot(blocks, "/blocks", problems)
    if blocks:  # an empty list takes the blocks of an edited message away
        check_blocks(spot, "message", limits.MESSAGE_BLOCKS)
    _together(spot)
    return problems


def _together(spot: Spot) -> None:
    """Limits that hold for a message as a whole."""
    written = [b for b in spot.value if isinstance(b, dict) and b.get("type") == "markdown"]
    length = sum(len(str(block.get("text") or "")) for block in written)
    if len(written) > 1 and length > limits.MARKDOWN:
        spot.bad(f"markdown must be less than {limits.MARKDOWN + 1} characters in all")
    charts = sum(isinstance(b, dict) and b.get("type") == "data_visualization" for b in spot.value)
    if charts > limits.CHARTS:
        spot.bad(f"no more than {limits.CHARTS} data_visualization blocks allowed")

    if _cell_characters(spot.value) > limits.TABLE_CHARACTERS:
        spot.bad(f"table cells must be less than {limits.TABLE_CHARACTERS + 1} characters in all")


def _cell_characters(blocks: list[Any]) -> int:
    tables = [b for b in blocks if isinstance(b, dict) and b.get("type") == "table"]
    rows = [row for table in tables if isinstance(table.get("rows"), list) for row in table["rows"]]
    cells = [cell for row in rows if isinstance(row, list) for cell in row]
    return sum(len(str(cell.get("text") or "")) for cell in cells if isinstance(cell, dict))


def check_view(view: Json) -> tuple[list[str], list[str]]:
    """Problems of the view itself, and problems of its blocks."""
    outside: list[str] = []
    inside: list[str] = []
    spot = Spot(view, "/view", outside)
    shared = "private_metadata callback_id external_id"
    home = view.get("type") == "home"
    if home:
        spot.fields("blocks", shared)
    else:
        spot.fields("title blocks", f"{shared} submit close clear_on_close notify_on_close submit_disabled")
        _words(spot)
    for name, most in (
        ("private_metadata", limits.PRIVATE_METADATA),
        ("callback_id", limits.IDENTIFIER),
        ("external_id", limits.IDENTIFIER),
    ):
        for each in spot.get(name):
            each.string(most, 0)
    for each in spot.get("blocks"):
        check_blocks(Spot(each.value, each.pointer, inside), "home" if home else "modal", limits.VIEW_BLOCKS)
    return outside, inside


def _words(spot: Spot) -> None:
    for name in ("title", "submit", "close"):
        for each in spot.get(name):
            plain(each, limits.VIEW_TITLE)
    blocks = spot.value.get("blocks")
    asks = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if asks and not spot.has("submit"):
        spot.bad("missing required field: submit (the view has input blocks)")
