"""Slack's own filling in of block and action ids that an app left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sandbox.slack.core.copying import copied
from sandbox.slack.core.stamps import block_id

Block = dict[str, Any]
ACTING: Final = frozenset(
    {
        "button",
        "checkboxes",
        "datepicker",
        "datetimepicker",
        "email_text_input",
        "feedback_buttons",
        "file_input",
        "icon_button",
        "number_input",
        "overflow",
        "plain_text_input",
        "radio_buttons",
        "rich_text_input",
        "timepicker",
        "url_text_input",
        "workflow_button",
        *(
            f"{many}{what}_select"
            for many in ("", "multi_")
            for what in ("static", "external", "users", "conversations", "channels")
        ),
    }
)


def filled(blocks: list[Block]) -> list[Block]:
    """A copy in which every block, and every element that acts, can be named."""
    found = copied(blocks)
    for block in found:
        _fill(block)
    return found


def _fill(block: Block) -> None:
    if not block.get("block_id"):
        block["block_id"] = block_id()
    for element in elements(block):
        if element.get("type") in ACTING and not element.get("action_id"):
            element["action_id"] = block_id()
    for child in children(block):
        _fill(child)


def elements(block: Block) -> Iterator[Block]:
    """The elements of one block, wherever its kind keeps them."""
    for key in ("elements", "actions"):
        found = block.get(key)
        if isinstance(found, list):
            yield from (item for item in found if isinstance(item, dict))
    for row in block.get("rows") or []:
        yield from (cell for cell in row if isinstance(cell, dict))
    for key in ("accessory", "element"):
        single = block.get(key)
        if isinstance(single, dict):
            yield single


def children(block: Block) -> Iterator[Block]:
    """The blocks inside a container or a carousel."""
    for key in {"container": ("child_blocks",), "carousel": ("elements",)}.get(str(block.get("type")), ()):
        found = block.get(key)
        if isinstance(found, list):
            yield from (item for item in found if isinstance(item, dict))


def walk(blocks: list[Block]) -> Iterator[tuple[Block, Block]]:
    """Every element with the block that it sits in."""
    for block in blocks:
        for element in elements(block):
            yield block, element
        yield from walk(list(children(block)))
