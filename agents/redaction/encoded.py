"""Base64: runs that decode to text are decoded and looked through, so that an encoded token is found as well.

Also those that a tool broke into lines, where a token may begin on one and end on the next.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from agents.redaction.findings import Span

# one group of four characters that stands for three ASCII bytes: the high bit of each byte is zero
GROUP = r"[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"
RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
BREAK = re.compile(r"(?:\n|\\n)[ \t]{0,40}")  # a line feed, or one as JSON and YAML spell it
WRAPPED = re.compile(
    rf"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{{60,76}}{BREAK.pattern})+[A-Za-z0-9+/]{{1,76}}={{0,2}}"
)
SEPARATOR = re.compile(r"[/_+-]")
SHORTEST = 16


class Encoded:
    """`look` says which secrets a decoded text has. It looks into base64 itself, a few levels deep."""

    kind = "base64"
    keywords = ()
    whole = False
    first_stage = rf"(?:{GROUP}){{5}}"

    def __init__(self, look: Callable[[str], list[Span]] | None = None) -> None:
        self._look = look

    def spans(self, text: str, start: int, end: int) -> Iterator[Span]:
        if self._look is None:
            return
        for block in WRAPPED.finditer(text, start, end):
            if found := self._look(decoded(BREAK.sub("", block[0]))):
                yield Span(block.start(), block.end(), found[0].kind)
        for run in RUN.finditer(text, start, end):
            for at in _beginnings(run[0]):
                if found := self._look(decoded(run[0][at:])):
                    yield Span(run.start() + at, run.end(), found[0].kind)
                    break


def _beginnings(run: str) -> Iterator[int]:
    """Where the encoding may begin: at the front, or after what a path or a name put before it."""
    yield 0
    yield from [m.end() for m in SEPARATOR.finditer(run, 0, 200) if len(run) - m.end() >= SHORTEST][:8]


def decoded(run: str) -> str:
    """As text; empty when it is none. Half a group at the end is left out."""
    plain = run.rstrip("=").translate(str.maketrans("-_", "+/"))
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    try:
        raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return ""
    return raw.decode("utf-8", errors="replace") if raw[:12].isascii() else ""
