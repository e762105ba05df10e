"""Text objects, options and confirmations: what every element is made of."""

from __future__ import annotations

from typing import Final

from sandbox.slack.validation import limits
from sandbox.slack.validation.spot import Spot

KINDS: Final = {"plain_text": "emoji", "mrkdwn": "verbatim"}


def text(spot: Spot, most: int, *kinds: str) -> None:
    """A text object; of any kind when none is named."""
    if not isinstance(spot.value, dict):
        spot.bad("must be an object")
        return
    allowed = kinds or tuple(KINDS)
    if not spot["type"].one_of(*allowed):
        return
    if spot.fields("type text", KINDS[spot.kind]):
        spot["text"].string(most)
    for each in spot.get(KINDS[spot.kind]):
        each.flag()


def plain(spot: Spot, most: int) -> None:
    text(spot, most, "plain_text")


def confirm(spot: Spot) -> None:
    if not spot.fields("title text confirm deny", "style"):
        return
    plain(spot["title"], limits.CONFIRM_TITLE)
    text(spot["text"], limits.CONFIRM_TEXT)
    plain(spot["confirm"], limits.CONFIRM_BUTTON)
    plain(spot["deny"], limits.CONFIRM_BUTTON)
    style(spot)


def style(spot: Spot) -> None:
    for each in spot.get("style"):
        each.one_of("primary", "danger")


def option(spot: Spot, *kinds: str) -> None:
    if not spot.fields("text value", "description url"):
        return
    text(spot["text"], limits.OPTION_TEXT, *kinds)
    spot["value"].string(limits.OPTION_VALUE)
    for each in spot.get("description"):
        text(each, limits.OPTION_DESCRIPTION, *kinds)
    for each in spot.get("url"):
        each.string(limits.BUTTON_URL)


def options(spot: Spot, most: int, least: int = 1, *kinds: str) -> None:
    """Options whose values differ."""
    found = spot.items(most, least)
    for each in found:
        option(each, *kinds)
    values = [each.value.get("value") for each in found if isinstance(each.value, dict)]
    if len({str(value) for value in values}) < len(values):
        spot.bad("duplicate value in options")


def groups(spot: Spot) -> None:
    for group in spot.items(limits.OPTION_GROUPS):
        if group.fields("label options"):
            plain(group["label"], limits.GROUP_LABEL)
            options(group["options"], limits.SELECT_OPTIONS, 1, "plain_text")


def identifier(spot: Spot, name: str) -> None:
    for each in spot.get(name):
        each.string(limits.IDENTIFIER)
