"""Rich text: sections, lists, quotes and preformatted text, made of styled pieces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sandbox.slack.validation.spot import Spot

PIECES: Final[Mapping[str, tuple[str, str]]] = {
    "text": ("text", "style"),
    "link": ("url", "text style unsafe"),
    "emoji": ("name", "unicode skin_tone style display_team_id display_url"),
    "user": ("user_id", "style"),
    "usergroup": ("usergroup_id", "style"),
    "channel": ("channel_id", "style"),
    "team": ("team_id", "style"),
    "broadcast": ("range", "style"),
    "date": ("timestamp format", "url fallback style"),
    "color": ("value", "style"),
}
PARTS: Final = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
STYLES: Final = "bold italic strike code underline highlight client_highlight unlink"


def rich_text(spot: Spot) -> None:
    if spot.fields("elements", "block_id"):
        for each in spot["elements"].items():
            _part(each)


def _part(spot: Spot) -> None:
    if spot.kind not in PARTS:
        spot.bad(f"unsupported type: {spot.kind or 'none'}")
        return
    if spot.kind == "rich_text_list":
        if spot.fields("elements style", "indent offset border"):
            spot["style"].one_of("bullet", "ordered")
            for each in spot["elements"].items():
                _part(each) if each.kind == "rich_text_section" else each.bad("must be a rich_text_section")
        return
    if spot.fields("elements", "border language"):
        for each in spot["elements"].items(least=0):
            _piece(each)


def _piece(spot: Spot) -> None:
    if spot.kind not in PIECES:
        spot.bad(f"unsupported type: {spot.kind or 'none'}")
        return
    required, optional = PIECES[spot.kind]
    if spot.fields(required, optional) and spot.kind == "text":
        spot["text"].string()
    for each in spot.get("style"):
        each.fields("", STYLES)
