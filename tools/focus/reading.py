"""From bytes to records of CSV: gzip or plain, piece by piece, so that no report is ever in memory as a whole."""

from __future__ import annotations

import codecs
import csv
import itertools
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from tools.errors import GiveUp

GZIP: Final = b"\x1f\x8b"
PIECE: Final = 1 << 18  # of what comes out of gzip at once
LINE: Final = 1 << 20  # characters of one line
SHORTEST: Final = 64  # bytes of a line that tells a charge
Record = tuple[int, list[str]]  # the line on which it ends, its fields


def records(chunks: Iterable[bytes], name: str, most: int | None = None) -> Iterator[Record]:
    """The header first. Raises GiveUp, which names `name` and the line, for what is no CSV from there on.

    `most`: bytes that it may be unpacked; a small file of a stranger can hold a day's work.
    """
    reader = csv.reader(_lines(_bounded(_plain(chunks, name), name, most), name))
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise GiveUp(f"{name} is no CSV from line {reader.line_num} on: {error}", "focus") from error
        if fields:
            yield reader.line_num, fields


def _bounded(pieces: Iterable[bytes], name: str, most: int | None) -> Iterator[bytes]:
    """Lines count, too: a report of nothing but line ends is read for minutes."""
    seen = lines = 0
    for piece in pieces:
        seen, lines = seen + len(piece), lines + piece.count(b"\n")
        if most is not None and seen > most:
            raise GiveUp(f"{name} is more than {most >> 20} MiB when it is unpacked", "focus")
        if most is not None and lines > most // SHORTEST:
            raise GiveUp(f"{name} has more than {most // SHORTEST} lines", "focus")
        yield piece


def _plain(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """As it is, or unpacked; several parts of gzip behind one another are one file."""
    rest = iter(chunks)
    head = b""
    while len(head) < len(GZIP) and (chunk := next(rest, None)) is not None:
        head += chunk
    whole = itertools.chain((head,), rest)
    return _unpacked(whole, name) if head.startswith(GZIP) else whole


def _unpacked(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    unpack = _unpacker()
    for chunk in chunks:
        left = chunk
        while left:
            if unpack.eof:
                unpack = _unpacker()
            try:
                yield unpack.decompress(left, PIECE)
            except zlib.error as error:
                raise GiveUp(f"{name} is not whole: it cannot be unpacked", "focus") from error
            left = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
    if not unpack.eof:
        raise GiveUp(f"{name} is not whole: it ends within its packed data", "focus")


def _unpacker() -> zlib._Decompress:
    return zlib.decompressobj(wbits=31)


def _lines(pieces: Iterable[bytes], name: str) -> Iterator[str]:
    decode = codecs.getincrementaldecoder("utf-8-sig")()
    kept = ""
    try:
        for piece in pieces:
            kept += decode.decode(piece)
            *whole, kept = _cut(kept)
            yield from whole
            if len(kept) > LINE:
                raise GiveUp(f"{name} is no CSV: a line of it is longer than {LINE} characters", "focus")
        kept += decode.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise GiveUp(f"{name} is no text in UTF-8", "focus") from error
    if kept:
        yield kept


def _cut(text: str) -> list[str]:
    """The whole lines and what is left of the last, which may be nothing."""
    at = text.rfind("\n") + 1
    return [*(f"{line}\n" for line in text[:at].split("\n")[:-1]), text[at:]]
