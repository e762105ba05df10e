"""Images, videos, remote files and calls."""

from __future__ import annotations

from sandbox.slack.validation import limits
from sandbox.slack.validation.spot import Spot
from sandbox.slack.validation.texts import plain, text


def image(spot: Spot) -> None:
    if spot.fields("alt_text", "block_id image_url slack_file title"):
        spot["alt_text"].string(limits.ALT_TEXT)
    if spot.has("image_url") == spot.has("slack_file"):
        spot.bad("must have one of image_url and slack_file")
    for each in spot.get("image_url"):
        each.string(limits.IMAGE_URL)
    for each in spot.get("title"):
        plain(each, limits.IMAGE_TITLE)


def video(spot: Spot) -> None:
    optional = "block_id author_name description provider_icon_url provider_name title_url"
    if spot.fields("alt_text title thumbnail_url video_url", optional):
        spot["alt_text"].string(limits.ALT_TEXT)
        plain(spot["title"], limits.VIDEO_TITLE)
        for name in ("thumbnail_url", "video_url"):
            spot[name].string(limits.IMAGE_URL)
    for each in spot.get("author_name"):
        each.string(limits.VIDEO_AUTHOR)
    for each in spot.get("description"):
        text(each, limits.VIDEO_TITLE)


def file(spot: Spot) -> None:
    if spot.fields("external_id source", "block_id"):
        spot["source"].one_of("remote")


def call(spot: Spot) -> None:
    spot.fields("call_id", "block_id")
