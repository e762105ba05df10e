"""Whether the signed heads in the database and in the anchor file are all there, ours, and agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.audit.heads import PURGED, Head, head_of
from storage.audit.keys import PublicKey
from storage.audit.walk import Problem

FIELDS = ("n", "seq", "hash", "time", "key_id", "prev", "signature", "kind", "workspace")


@dataclass(slots=True)
class Heads:
    """What signed heads say about rows: the hash at a seq, how far the chain went, what was purged."""

    at: dict[int, bytes] = field(default_factory=dict)
    count: int = 0
    last: int = 0
    purged: Head | None = None
    problem: Problem | None = None

    def wrong(self, seq: int, why: str) -> None:
        if self.problem is None or seq < self.problem.seq:
            self.problem = Problem(seq, why)

    def learn(self, head: Head) -> None:
        if head.kind == PURGED:
            if self.purged is None or head.seq > self.purged.seq:
                self.purged = head
            return
        digest = bytes.fromhex(head.hash)
        if self.at.setdefault(head.seq, digest) != digest:
            self.wrong(head.seq, "has two signed heads that contradict each other")
        self.last = max(self.last, head.seq)


def check_heads(stored: Sequence[tuple[Any, ...]], anchored: Sequence[Head], public: bytes) -> Heads:
    heads = Heads(count=len(stored))
    ours, signed = PublicKey(public), dict[str, bool]()
    known: list[Head] = []
    for row in stored:
        try:
            known.append(head_of(dict(zip(FIELDS, row, strict=True))))
        except ValueError:
            heads.wrong(0, "a signed head in the database is not of the form that we write")
    for head in (*known, *anchored):
        if head.signature not in signed:
            signed[head.signature] = head.signed_by(ours)
        if signed[head.signature]:
            heads.learn(head)
        else:
            heads.wrong(head.seq, "has a head that our key did not sign")
    _whole(heads, known, "the database")
    _agree(heads, known, anchored)
    return heads


def _whole(heads: Heads, known: Sequence[Head], where: str) -> None:
    """Numbered without a gap, each naming the one before."""
    before = ""
    for number, head in enumerate(known, 1):
        if head.n != number or head.prev != before:
            heads.wrong(head.seq, f"has a head in {where} that does not follow the one before it")
            return
        before = head.signature


def _agree(heads: Heads, known: Sequence[Head], anchored: Sequence[Head]) -> None:
    """The anchor may lag behind after a crash; it can never know more, or something else."""
    stored = {head.signature for head in known}
    outside = {head.signature for head in anchored}
    for head in anchored:
        if head.signature not in stored:
            heads.wrong(head.seq, "has a signed head in the anchor file that the database has lost")
    newest = max((head.n for head in anchored), default=0)
    for head in known:
        if head.n <= newest and head.signature not in outside:
            heads.wrong(head.seq, "has a signed head in the database that the anchor file has lost")
