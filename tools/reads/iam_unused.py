"""Which grants in Oracle Cloud did nobody use? Statements held against the audit of some days, with what that cannot show."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import Field

from tools.access.catalogue import catalogue
from tools.access.people import named_in
from tools.access.usage import Deed, Usage, Used, usage
from tools.oracle.auditing import deeds
from tools.oracle.principals import people
from tools.oracle.where import CompartmentArgs
from tools.reads.digest import TABLED, counted, digest, proved
from tools.reads.iam_scope import Asked, scoped, unreadable
from tools.reads.iam_words import entry, evidence, names, permissions, quoted, source, what
from tools.spec import Call, Json, Result, Scope, Table, Tool

PROVED, KEPT = 12, 200
COLUMNS = ("verdict", "statement", "policy", "who", "used of what it gives")
ORDER = list(Used)


class Args(CompartmentArgs):
    days: int = Field(30, ge=1, le=365, description="so many days of the audit are read")
    group: str | None = Field(
        None, max_length=200, description="part of a group's name; left out: all groups"
    )


async def run(call: Call, args: Args) -> Result:
    asked = await scoped(call, args)
    tables = await asyncio.to_thread(catalogue)
    found, (done, parts) = await asyncio.gather(
        asked.book(),
        deeds(asked.where, call.now - timedelta(days=args.days), call.now, lambda deed: deed.worked),
    )
    named = [one for known in found.known if known.local for one in named_in(known.local, "group")]
    who = await people(asked.api, asked.tree, named, ())
    did = [Deed(one.who, one.name, one.compartment) for one in done]
    wanted = (args.group or "").lower()

    def judged() -> list[Usage]:
        each = (
            usage(one, did, who, asked.tree, tables) for one in found.known if _about(one.line.text, wanted)
        )
        return sorted(
            (one for one in each if one and _open(asked, one)),
            key=lambda one: (ORDER.index(one.verdict), -one.given),
        )

    rows = await asyncio.to_thread(judged)
    audit = tuple(f"audit of {one}" for one in parts.could_not_see)
    return _Answer(
        asked, args, rows, len(did), (*audit, *found.missing, *who.missing, *unreadable(found.unread))
    ).result()


def _about(text: str, wanted: str) -> bool:
    return wanted in text.lower()


def _open(asked: Asked, one: Usage) -> bool:
    """Whether all that the statement reaches was looked through: else nothing can be said of it."""
    at = one.known.applies(asked.tree.root, asked.tree).at
    return at is None or {below.id for below in asked.tree.below(at)} <= {one.id for one in asked.inside}


@dataclass(frozen=True)
class _Answer:
    asked: Asked
    args: Args
    rows: Sequence[Usage]
    did: int
    missing: tuple[str, ...]

    def result(self) -> Result:
        lines = [self._line(one) for one in self.rows]
        seen = [f"could not see: {'; '.join(self.missing)}"] if self.missing else []
        return Result(
            data=self._data(),
            digest=digest([self._head(), self._honest(), *proved(lines, PROVED), *seen]),
            scope=Scope(compartment=self.asked.target.path, service=self.asked.where.service, since=f"{self.args.days}d"),
            evidence=tuple(evidence(one.known.line) for one in self.rows[:PROVED]),
            could_not_see=self.missing,
            tables=(Table(f"Grants against the audit of {counted(self.args.days, 'day')}", COLUMNS, tuple(map(self._cells, self.rows[:TABLED])), len(self.rows)),) if self.rows else (),
            untrusted=True,
        )  # fmt: skip

    def _said(self, one: Usage) -> str:
        """What did not show in a part of the audit may stand in the rest."""
        return (
            "unused as far as I could see"
            if one.verdict is Used.UNUSED and self.missing
            else one.verdict.value
        )

    def _head(self) -> str:
        by = Counter(one.verdict for one in self.rows)
        said = ", ".join(f"{by[one]} {one}" for one in Used if by[one])
        return f"{counted(len(self.rows), 'statement')} let groups change something in {self.asked.place}; by {counted(self.did, 'change')} in the audit of the last {counted(self.args.days, 'day')}: {said or 'none to judge'}."  # fmt: skip

    def _honest(self) -> str:
        return f"What is needed more rarely than every {self.args.days} days looks unused; reads, dynamic groups, services and denies are not judged; Oracle keeps its audit for 365 days."  # fmt: skip

    def _line(self, one: Usage) -> str:
        who = f" (members: {names(one.people, 4)})" if one.people else ""
        used = f"; of {one.given} permissions beyond looking it used {permissions(one.permissions)}" if one.permissions else ""  # fmt: skip
        return f"{self._said(one)}: {quoted(one.known.line)}{who}{used}{f'; {one.why}' if one.why else ''}"

    def _cells(self, one: Usage) -> tuple[str, ...]:
        grant = one.known.local
        return (self._said(one), what(grant) if grant else "", source(one.known.line), names(one.people, 4), f"{len(one.permissions)} of {one.given}")  # fmt: skip

    def _data(self) -> Json:
        return {
            "grants": [
                entry(one.known.line) | {"verdict": one.verdict.value, "people": list(one.people), "used": list(one.permissions), "given": one.given, "why": one.why}
                for one in self.rows[:KEPT]
            ],
            "total": len(self.rows),
            "changes": self.did,
            "days": self.args.days,
            "complete": not self.missing,
        }  # fmt: skip


IAM_UNUSED = Tool(
    name="iam_unused",
    summary="Unused grants of OCI policies: statements whose permissions nobody used in some days, and how little of a wide one is needed.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=(
        "which grants in Oracle Cloud are not used?",
        "which permissions did group DataScience not use in 30 days?",
        "can we narrow our OCI policies by what is used?",
    ),
    deadline_s=40.0,
    cache_s=300,
)
