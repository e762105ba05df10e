"""Cursors: a list in parts, as every listing method gives it."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from sandbox.slack.api.registry import Call
from sandbox.slack.core.errors import SlackError


def paged(call: Call, found: list[Any], default: int = 100, most: int = 1000) -> tuple[list[Any], str]:
    """The part that was asked for, and the cursor of the next one, empty at the end."""
    limit = max(1, call.args.number("limit", default, most))
    start = _position(call.args.text("cursor"))
    rest = start + limit
    return found[start:rest], _cursor(rest) if rest < len(found) else ""


def _cursor(position: int) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise SlackError("invalid_cursor") from error
    if word != "next" or not number.isdigit():
        raise SlackError("invalid_cursor")
    return int(number)
