"""Is the audit whole? Hashes and heads need the public key alone; macs are checked where the secret key is there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.audit.anchor import AnchorProblem, read_anchor
from storage.audit.chain import GENESIS
from storage.audit.headcheck import Heads, check_heads
from storage.audit.heads import EVERY_ROWS, Head
from storage.audit.raw import Snapshot, Source, snapshot
from storage.audit.seals import Seals
from storage.audit.walk import Problem, Wrong, chained


@dataclass(frozen=True, slots=True)
class Keys:
    """What a verifier has: always the public key, perhaps the secret of the macs; retired ones newest first."""

    public: bytes
    mac: bytes | None = None
    retired_publics: tuple[bytes, ...] = ()
    retired_macs: tuple[bytes, ...] = ()

    @property
    def publics(self) -> tuple[bytes, ...]:
        return (self.public, *self.retired_publics)

    @property
    def seals(self) -> Seals | None:
        return Seals((self.mac, *self.retired_macs)) if self.mac else None


@dataclass(frozen=True, slots=True)
class Report:
    """`problem` is the first thing that is wrong; `notes` are worth a look and no proof of anything."""

    rows: int
    last: int
    heads: int
    anchored: int
    macs: bool
    seconds: float
    problem: Problem | None = None
    notes: tuple[str, ...] = ()
    in_bucket: int | None = None

    @property
    def ok(self) -> bool:
        return self.problem is None

    @property
    def text(self) -> str:
        if self.problem is not None:
            verdict = "cannot be checked" if self.problem.unsure else "tampered"
            return f"{verdict}: row {self.problem.seq}: {self.problem.why}"
        macs = "macs checked" if self.macs else "macs not checked (no secret key)"
        return f"ok: {self.rows} rows, {self.heads} signed heads, {self.anchored} of them in the anchor file, {macs}"


@dataclass(frozen=True, slots=True)
class _Read:
    rows: int
    last: int


def verify_file(
    source: Source,
    keys: Keys,
    *,
    anchor: Path | None = None,
    start: int = 1,
    end: int | None = None,
    bucket: Sequence[Head] | None = None,
) -> Report:
    """Blocking. `bucket`: the heads that a bucket holds, read before the rows are. Raises StoreUnavailable when the rows, AnchorProblem when the anchor cannot be read."""
    begun = time.perf_counter()
    anchored = read_anchor(anchor) if anchor is not None else []
    with snapshot(source) as shot:
        heads = check_heads(shot.heads(), anchored, keys.publics, bucket or ())
        read, problem = _Read(0, start - 1), None
        try:
            read = _rows(shot, heads, keys.seals, (start, end))
            _ends(read.last, heads, end)
        except Wrong as wrong:
            problem = wrong.problem
        notes = _notes(shot, heads, anchored=anchor is None or bool(anchored or bucket))
    within = [found for found in (heads.problem, problem) if found and found.seq <= (end or found.seq)]
    first = min(within, key=lambda found: found.seq, default=None)
    seconds = time.perf_counter() - begun
    macs, inside = keys.mac is not None, None if bucket is None else len(bucket)
    return Report(
        read.rows, read.last, heads.count, len(anchored), macs, seconds, first, notes, in_bucket=inside
    )


def _rows(shot: Snapshot, heads: Heads, seals: Seals | None, limits: tuple[int, int | None]) -> _Read:
    """Raises Wrong at the first row that is not what was written."""
    start, end = limits
    first, before = _beginning(shot, heads, start)
    rows = shot.rows(None if start <= 1 else first, end)
    signed, seq = heads.at, first - 1
    for seq, digest in chained(rows, first, before, seals):
        expected = signed.get(seq)
        if expected is not None and expected != digest:
            raise Wrong(Problem(seq, "is not the row that was signed"))
        if expected is None and seq % EVERY_ROWS == 0:
            raise Wrong(Problem(seq, "has no signed head"))
    return _Read(seq - first + 1, seq)


def _beginning(shot: Snapshot, heads: Heads, start: int) -> tuple[int, bytes]:
    """The first row to look at, and the hash that it must follow."""
    if heads.purged is not None and start <= heads.purged.seq + 1:
        return heads.purged.seq + 1, bytes.fromhex(heads.purged.hash)
    if start <= 1:
        return 1, GENESIS
    before = next(shot.rows(start - 1, start - 1), None)
    if before is None:
        raise Wrong(Problem(start - 1, "is missing"))
    return start, before[3]


def _ends(last: int, heads: Heads, end: int | None) -> None:
    """Raises Wrong when a head knows a row that is not there any more."""
    expected = heads.last if end is None else min(end, heads.last)
    if last < expected:
        raise Wrong(Problem(last + 1, f"is missing: a signed head knows row {heads.last}"))


def _notes(shot: Snapshot, heads: Heads, *, anchored: bool) -> tuple[str, ...]:
    notes = []
    if missing := shot.missing_guards():
        notes.append(f"the database no longer refuses edits: {', '.join(missing)} removed")
    if heads.count and not anchored:
        notes.append("the anchor file is missing or empty: a cut at the end would not be found")
    return tuple(notes)


__all__ = ["AnchorProblem", "Keys", "Problem", "Report", "verify_file"]
