"""Pages of a list: `limit`, an opaque `page`, and `opc-next-page` while there is more."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from sandbox.oci.errors import bad_parameter

USUAL: Final = 100
MOST: Final = 1000
_MARK: Final = "page:"


def page(data: Any, query: Mapping[str, str], usual: int = USUAL) -> tuple[Any, dict[str, str]]:
    """The asked part of a list or of a collection's items, and the headers that go with it."""
    items = data["items"] if isinstance(data, dict) else data
    start, size = _start(query.get("page")), _size(query.get("limit"), usual)
    part, more = items[start : start + size], start + size < len(items)
    headers = {"opc-next-page": _token(start + size)} if more else {}
    return ({**data, "items": part} if isinstance(data, dict) else part), headers


def paged(data: Any) -> bool:
    return isinstance(data, list) or (isinstance(data, dict) and isinstance(data.get("items"), list))


def _size(text: str | None, usual: int) -> int:
    if text is None:
        return usual
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise bad_parameter(f"limit must be between 1 and {MOST}, not {text}")
    return int(text)


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"{_MARK}{start}".encode()).decode().rstrip("=")


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise bad_parameter("page is no token that this list gave out") from None
    if not text.startswith(_MARK) or not text.removeprefix(_MARK).isdecimal():
        raise bad_parameter("page is no token that this list gave out")
    return int(text.removeprefix(_MARK))
