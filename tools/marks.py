"""Marks in a digest: `[#2]` stands at what the second piece of evidence of the same result proves."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARK = re.compile(r" ?\[#(\d{1,3})\]")


def mark(number: int) -> str:
    """` [#2]`, to stand after what evidence 2 proves. Whoever shows the digest puts a number or an address there."""
    return f" [#{number}]"


def spelled(text: str, words: Sequence[str] = ()) -> str:
    """The text with each mark replaced by its word; a mark without a word goes."""

    def word(found: re.Match[str]) -> str:
        at = int(found.group(1)) - 1
        return f" {words[at]}" if 0 <= at < len(words) else ""

    return _MARK.sub(word, text)
