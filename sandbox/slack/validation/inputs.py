"""Elements that people type into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sandbox.slack.validation import limits
from sandbox.slack.validation.spot import Spot
from sandbox.slack.validation.texts import identifier, plain

TYPED: Final = "action_id initial_value placeholder focus_on_load dispatch_action_config"


def plain_text(spot: Spot) -> None:
    spot.fields("", f"{TYPED} multiline min_length max_length")
    for each in spot.get("initial_value"):
        each.string(limits.INPUT_LENGTH, 0)
    for each in spot.get("min_length"):
        each.number(0, limits.INPUT_LENGTH)
    for each in spot.get("max_length"):
        each.number(1, limits.INPUT_LENGTH)
    _rest(spot)


def typed(spot: Spot) -> None:
    """E-mail and web addresses, rich text."""
    spot.fields("", TYPED)
    _rest(spot)


def number(spot: Spot) -> None:
    spot.fields("is_decimal_allowed", f"{TYPED} min_value max_value")
    _rest(spot)


def file(spot: Spot) -> None:
    spot.fields("", "action_id filetypes max_files")
    for each in spot.get("max_files"):
        each.number(1, limits.FILES_IN_INPUT)
    _rest(spot)


def _rest(spot: Spot) -> None:
    identifier(spot, "action_id")
    for each in spot.get("placeholder"):
        plain(each, limits.PLACEHOLDER)


INPUTS: Final[Mapping[str, Callable[[Spot], None]]] = {
    "plain_text_input": plain_text,
    "email_text_input": typed,
    "url_text_input": typed,
    "rich_text_input": typed,
    "number_input": number,
    "file_input": file,
}
