"""Answers that are a list of things: each with its words, evidence, row and JSON, those with a problem first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tools.reads.digest import TABLED, digest, proved
from tools.spec import Evidence, Json, Result, Scope, Table

PROVED = 8
KEPT = 300  # things in the data


@dataclass(frozen=True, slots=True)
class Thing:
    """`rank` 0 is worst. `value` is what the evidence says; `data` its JSON."""

    label: str
    words: str
    ref: str
    row: tuple[str, ...]
    data: Json
    rank: int = 9
    value: str = ""
    untrusted: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands around the things. `notes` come behind them, `more` joins the data."""

    head: str
    caption: str
    columns: tuple[str, ...]
    key: str
    scope: Scope
    limit: int
    unseen: Sequence[str] = ()
    notes: Sequence[str] = ()
    more: Json = field(default_factory=dict)
    untrusted: bool = False


def told(answer: Answer, things: Iterable[Thing]) -> Result:
    every = sorted(things, key=lambda one: (one.rank, one.label))
    shown = every[: answer.limit]
    rest = [f"showing {len(shown)} of {len(every)}"] if len(every) > len(shown) else []
    gaps = [f"could not see: {'; '.join(answer.unseen)}"] if answer.unseen else []
    lines = proved((f"{one.label}: {one.words}" for one in shown), PROVED)
    return Result(
        data={answer.key: [one.data for one in every[:KEPT]], "total": len(every), **answer.more},
        digest=digest([answer.head, *lines, *rest, *answer.notes, *gaps]),
        scope=answer.scope,
        evidence=tuple(
            Evidence(one.ref, one.label, one.value or one.words, untrusted=one.untrusted)
            for one in shown[:PROVED]
        ),
        could_not_see=tuple(answer.unseen),
        tables=(Table(answer.caption, answer.columns, tuple(one.row for one in every[:TABLED]), len(every)),)
        if shown
        else (),
        untrusted=answer.untrusted,
    )
