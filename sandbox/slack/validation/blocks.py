"""Every kind of block with its check, where it may be shown, and what holds for a list of blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, Literal

from sandbox.slack.validation import agents, cards, charts, limits, media, plainblocks, tables
from sandbox.slack.validation.richtext import rich_text
from sandbox.slack.validation.spot import Spot
from sandbox.slack.validation.texts import identifier

Surface = Literal["message", "modal", "home"]
MESSAGES_ONLY: Final = frozenset(
    {
        "call",
        "context_actions",
        "data_table",
        "data_visualization",
        "file",
        "markdown",
        "plan",
        "table",
        "task_card",
    }
)
MODALS_ONLY: Final = frozenset({"alert"})
IN_CONTAINER: Final = frozenset(
    {
        "actions",
        "context",
        "divider",
        "file",
        "header",
        "image",
        "input",
        "rich_text",
        "section",
        "table",
        "video",
    }
)


def check_blocks(spot: Spot, surface: Surface, most: int) -> None:
    found = spot.items(most)
    for each in found:
        check_block(each, surface)
    if found:
        _distinct(spot)


def check_block(spot: Spot, surface: Surface) -> None:
    if not isinstance(spot.value, dict):
        spot.bad("must be an object")
        return
    check = BLOCKS.get(spot.kind)
    if check is None or not _shown(spot.kind, surface):
        where = "" if check is None else f" in a {surface}"
        spot.bad(f"unsupported type: {spot.kind or 'none'}{where}")
        return
    identifier(spot, "block_id")
    check(spot)
    if spot.kind == "container":
        for each in spot.get("child_blocks"):
            _children(each, surface)


def _children(spot: Spot, surface: Surface) -> None:
    for each in spot.items(limits.CONTAINER_BLOCKS):
        if each.kind in IN_CONTAINER:
            check_block(each, surface)
        else:
            each.bad(f"unsupported type: {each.kind or 'none'} in a container")


def _shown(kind: str, surface: Surface) -> bool:
    if kind in MESSAGES_ONLY:
        return surface == "message"
    return kind not in MODALS_ONLY or surface == "modal"


def _distinct(spot: Spot) -> None:
    ids = Counter(str(b["block_id"]) for b in spot.value if isinstance(b, dict) and b.get("block_id"))
    for name, times in ids.items():
        if times > 1:
            spot.bad(f"`block_id` {name} already exists")


BLOCKS: Final[Mapping[str, Callable[[Spot], None]]] = {
    "actions": plainblocks.actions,
    "alert": cards.alert,
    "call": media.call,
    "card": cards.card,
    "carousel": cards.carousel,
    "container": cards.container_head,
    "context": plainblocks.context,
    "context_actions": agents.context_actions,
    "data_table": tables.data_table,
    "data_visualization": charts.data_visualization,
    "divider": plainblocks.divider,
    "file": media.file,
    "header": plainblocks.header,
    "image": media.image,
    "input": plainblocks.input_,
    "markdown": plainblocks.markdown,
    "plan": agents.plan,
    "rich_text": rich_text,
    "section": plainblocks.section,
    "table": tables.table,
    "task_card": agents.task_card,
    "video": media.video,
}
