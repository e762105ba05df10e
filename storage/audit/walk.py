"""Walking the chain: each row against the one before it. What verifies and what signs use the same steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from storage.audit.raw import Row
from storage.audit.seals import Seals


@dataclass(frozen=True, slots=True)
class Problem:
    """The first row that is not as it was, and what is wrong with it. `unsure`: a key is missing that could tell."""

    seq: int
    why: str
    unsure: bool = False


class Wrong(Exception):
    """Ends a walk."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def chained(rows: Iterable[Row], seq: int, prev: bytes, seals: Seals | None) -> Iterator[tuple[int, bytes]]:
    """Each row that is as it was written, with its hash, from `seq` on. Raises Wrong at the first that is not."""
    for row in rows:
        number, body, before, digest, mac = row
        if number != seq:
            raise Wrong(
                Problem(seq, "is missing") if number > seq else Problem(number, "does not belong there")
            )
        try:
            if before != prev:
                raise Wrong(Problem(seq, "does not follow the row before it"))
            if sha256(prev + seq.to_bytes(8, "big") + body).digest() != digest:
                raise Wrong(Problem(seq, "was edited"))
        except TypeError:
            raise Wrong(Problem(seq, "is not of the form that we write")) from None
        if seals is not None and not seals.fits(digest, mac):
            raise Wrong(Problem(seq, *seals.why_not(body)))
        yield seq, digest
        prev = digest
        seq += 1
