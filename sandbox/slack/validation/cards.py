"""Cards, carousels, containers and alerts."""

from __future__ import annotations

from typing import Final

from sandbox.slack.validation import limits
from sandbox.slack.validation.elements import element
from sandbox.slack.validation.elements import image as image_element
from sandbox.slack.validation.richtext import rich_text
from sandbox.slack.validation.spot import Spot
from sandbox.slack.validation.texts import plain, text

LEVELS: Final = ("default", "info", "warning", "error", "success")
WIDTHS: Final = ("narrow", "standard", "wide", "full")


def card(spot: Spot) -> None:
    spot.fields("", "block_id hero_image icon title subtitle body actions")
    if not any(spot.has(name) for name in ("hero_image", "title", "actions", "body")):
        spot.bad("must have one of hero_image, title, actions and body")
    for name, most in (
        ("title", limits.CARD_TITLE),
        ("subtitle", limits.CARD_SUBTITLE),
        ("body", limits.CARD_BODY),
    ):
        for each in spot.get(name):
            text(each, most)
    for name in ("hero_image", "icon"):
        for each in spot.get(name):
            image_element(each)
    for each in spot.get("actions"):
        for item in each.items(limits.ACTIONS_ELEMENTS):
            element(item, ("button",))


def carousel(spot: Spot) -> None:
    if not spot.fields("elements", "block_id"):
        return
    for each in spot["elements"].items(limits.CAROUSEL_CARDS):
        card(each) if each.kind == "card" else each.bad(f"unsupported type: {each.kind or 'none'}")


def container_head(spot: Spot) -> None:
    """All of a container but its children."""
    optional = "block_id title rich_text_title subtitle width icon is_collapsible default_collapsed has_header_divider"
    spot.fields("child_blocks", optional)
    if not spot.has("title") and not spot.has("rich_text_title"):
        spot.bad("missing required field: title")
    for each in spot.get("title"):
        plain(each, limits.CONTAINER_TITLE)
    for each in spot.get("rich_text_title"):
        rich_text(each)
    for each in spot.get("subtitle"):
        text(each, limits.CONTAINER_TITLE)
    for each in spot.get("icon"):
        image_element(each)
    for each in spot.get("width"):
        each.one_of(*WIDTHS)
    for name in ("is_collapsible", "default_collapsed", "has_header_divider"):
        for each in spot.get(name):
            each.flag()


def alert(spot: Spot) -> None:
    if spot.fields("text", "block_id level"):
        text(spot["text"], limits.SECTION_TEXT)
    for each in spot.get("level"):
        each.one_of(*LEVELS)
