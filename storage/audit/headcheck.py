"""Whether the signed heads in the database and in the anchor file are all there, ours, and agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.audit.heads import PURGED, Head, head_of
from storage.audit.keys import PublicKey, public_id
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

    def wrong(self, seq: int, why: str, *, unsure: bool = False) -> None:
        if self.problem is None or seq < self.problem.seq:
            self.problem = Problem(seq, why, unsure)

    def learn(self, head: Head) -> None:
        if head.kind == PURGED:
            if self.purged is None or head.seq > self.purged.seq:
                self.purged = head
            return
        digest = bytes.fromhex(head.hash)
        if self.at.setdefault(head.seq, digest) != digest:
            self.wrong(head.seq, "has two signed heads that contradict each other")
        self.last = max(self.last, head.seq)


def check_heads(
    stored: Sequence[tuple[Any, ...]],
    anchored: Sequence[Head],
    publics: Sequence[bytes],
    bucket: Sequence[Head] = (),
) -> Heads:
    """`anchored` is the file. `bucket` may have lost old ones, when its retention rule let them go; never know more."""
    heads = Heads(count=len(stored))
    ours, signed = {public_id(public): PublicKey(public) for public in publics}, dict[str, bool]()
    known: list[Head] = []
    for row in stored:
        try:
            known.append(head_of(dict(zip(FIELDS, row, strict=True))))
        except ValueError:
            heads.wrong(0, "a signed head in the database is not of the form that we write")
    for head in (*known, *anchored, *bucket):
        if head.signature not in signed:
            signed[head.signature] = head.key_id in ours and head.signed_by(ours[head.key_id])
        if signed[head.signature]:
            heads.learn(head)
        else:
            _not_ours(heads, head, known_key=head.key_id in ours)
    _in_turn(heads, known, list(ours))
    _whole(heads, known, "the database")
    _agree(heads, known, anchored)
    _lost(heads, known, bucket, "the bucket")
    return heads


def _not_ours(heads: Heads, head: Head, *, known_key: bool) -> None:
    if known_key:
        heads.wrong(head.seq, "has a head that our key did not sign")
    else:
        why = f"has a head signed with key {head.key_id}, which is not in the key file"
        heads.wrong(head.seq, why, unsure=True)


def _in_turn(heads: Heads, known: Sequence[Head], newest_first: Sequence[str]) -> None:
    """A key that was retired signs nothing any more."""
    turns = {key: -number for number, key in enumerate(newest_first)}
    turn = -len(turns)
    for head in known:
        if turns.get(head.key_id, turn) < turn:
            heads.wrong(head.seq, "has a head signed with a key that was retired before")
        turn = max(turn, turns.get(head.key_id, turn))


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
    _lost(heads, known, anchored, "the anchor file")
    outside = {head.signature for head in anchored}
    newest = max((head.n for head in anchored), default=0)
    for head in known:
        if head.n <= newest and head.signature not in outside:
            heads.wrong(head.seq, "has a signed head in the database that the anchor file has lost")


def _lost(heads: Heads, known: Sequence[Head], outside: Sequence[Head], where: str) -> None:
    stored = {head.signature for head in known}
    for head in outside:
        if head.signature not in stored:
            heads.wrong(head.seq, f"has a signed head in {where} that the database has lost")
