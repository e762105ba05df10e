"""The blocks that everybody uses: section, header, divider, context, actions, input, markdown."""

from __future__ import annotations

from sandbox.slack.validation import limits
from sandbox.slack.validation.elements import (
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    distinct_actions,
    element,
)
from sandbox.slack.validation.elements import image as image_element
from sandbox.slack.validation.spot import Spot
from sandbox.slack.validation.texts import plain, text


def section(spot: Spot) -> None:
    spot.fields("", "block_id text fields accessory expand")
    if not spot.has("text") and not spot.has("fields"):
        spot.bad("missing required field: text")
    for each in spot.get("text"):
        text(each, limits.SECTION_TEXT)
    for each in spot.get("fields"):
        for field in each.items(limits.SECTION_FIELDS):
            text(field, limits.SECTION_FIELD)
    for each in spot.get("accessory"):
        element(each, IN_SECTION)


def header(spot: Spot) -> None:
    if spot.fields("text", "block_id level"):
        plain(spot["text"], limits.HEADER_TEXT)
    for each in spot.get("level"):
        each.number(1, 4)


def divider(spot: Spot) -> None:
    spot.fields("", "block_id")


def context(spot: Spot) -> None:
    if not spot.fields("elements", "block_id"):
        return
    for each in spot["elements"].items(limits.CONTEXT_ELEMENTS):
        if each.kind == "image":
            image_element(each)
        else:
            text(each, limits.CONTEXT_TEXT)


def actions(spot: Spot) -> None:
    if not spot.fields("elements", "block_id"):
        return
    found = spot["elements"].items(limits.ACTIONS_ELEMENTS)
    for each in found:
        element(each, IN_ACTIONS)
    if found:
        distinct_actions(spot["elements"])


def input_(spot: Spot) -> None:
    if spot.fields("label element", "block_id hint optional dispatch_action"):
        plain(spot["label"], limits.INPUT_LABEL)
        element(spot["element"], IN_INPUT)
    for each in spot.get("hint"):
        plain(each, limits.INPUT_HINT)
    for name in ("optional", "dispatch_action"):
        for each in spot.get(name):
            each.flag()


def markdown(spot: Spot) -> None:
    if spot.fields("text", "block_id"):
        spot["text"].string(limits.MARKDOWN)
