"""Which policies are there in Oracle Cloud, and what do their statements say? Those that cross tenancies, and those nobody can read, too."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from tools.access import shown
from tools.access.crossing import Crossing, crossing
from tools.access.effective import Known
from tools.access.judging import Line
from tools.access.places import Standing
from tools.access.syntax import Definition
from tools.oracle.policies import Book
from tools.oracle.where import CompartmentArgs
from tools.reads.digest import TABLED, counted, digest, proved, short
from tools.reads.iam_scope import Asked, plain, scoped, unreadable
from tools.reads.iam_words import entry, evidence, names, quoted, source
from tools.spec import Call, Json, Result, Scope, Table, Tool

ROWS, PROVED = 40, 12
COLUMNS = ("policy", "in", "number", "kind", "statement")


class Args(CompartmentArgs):
    policy: str | None = Field(None, max_length=200, description="part of the policy's name, or its OCID")
    text: str | None = Field(
        None, max_length=200, description="part of the statement: a group, a resource type, a compartment"
    )
    kind: Literal["all", "allow", "deny", "cross-tenancy", "unreadable"] = Field(
        "all", description="which statements; cross-tenancy: define, endorse, admit"
    )
    limit: int = Field(60, ge=1, le=500)


async def run(call: Call, args: Args) -> Result:
    asked = await scoped(call, args)
    found = await asked.book()
    return await asyncio.to_thread(lambda: _Answer(asked, args, found).result())


@dataclass(frozen=True)
class _Answer:
    asked: Asked
    args: Args
    book: Book

    def result(self) -> Result:
        kinds, open_ = self._kinds(), self._open()
        found = [one for one in self.book.all if one.ref in open_ and self._wanted(one, kinds[one.ref])]
        crossed = [one for one in crossing(self.book.known) if one.known.line in found]
        unseen = (*self.book.missing, *unreadable(self.book.unread))
        lines = [f"{kinds[one.ref]}: {quoted(one)}" for one in found[: self.args.limit]]
        seen = [f"could not see: {'; '.join(unseen)}"] if unseen else []
        return Result(
            data=self._data(found, kinds, crossed, not unseen),
            digest=digest([self._head(found, kinds), *_crossed(crossed), *proved(lines, PROVED), *seen]),
            scope=Scope(compartment=self.asked.target.path, service=self.asked.where.service, since="now"),
            evidence=tuple(evidence(one) for one in found[:PROVED]),
            could_not_see=unseen,
            tables=(Table(f"Statements in {self.asked.place}", COLUMNS, tuple(_cells(one, kinds[one.ref]) for one in found[:TABLED]), len(found)),) if found else (),
            raw="\n".join(f"{kinds[one.ref]}: {one.text} ({source(one)})" for one in found) if len(found) > ROWS else None,
            untrusted=True,
        )  # fmt: skip

    def _open(self) -> frozenset[str]:
        """What counts at the compartment, or stands in a policy of one that they may see."""
        here = {one.ref for one in self.book.all if self.asked.may_see(one.attached) and one.attached in self.asked.inside}  # fmt: skip
        for one in self.book.known:
            where = one.applies(self.asked.target, self.asked.tree) if one.local else None
            if where and where.at and where.standing is not Standing.ELSEWHERE and (where.standing is Standing.HERE or self.asked.may_see(where.at)):  # fmt: skip
                here.add(one.line.ref)
        return frozenset(here)

    def _kinds(self) -> dict[str, str]:
        kinds = {one.line.ref: _kind(one) for one in self.book.known}
        return kinds | {one.line.ref: "unreadable" for one in self.book.unread}

    def _wanted(self, one: Line, kind: str) -> bool:
        crosses = kind not in {"allow", "deny", "unreadable"}
        if self.args.kind not in {"all", "cross-tenancy" if crosses else kind}:
            return False
        named = (self.args.policy or "").lower()
        return (named in one.policy_name.lower() or named == one.policy.lower()) and (self.args.text or "").lower() in one.text.lower()  # fmt: skip

    def _head(self, found: list[Line], kinds: dict[str, str]) -> str:
        by = Counter(kinds[one.ref] for one in found)
        said = ", ".join(f"{count} {kind}" for kind, count in by.most_common())
        policies = len({one.policy for one in found})
        fit = " that fit" if self._narrowed else ""
        told = f"{counted(len(found), 'statement')}{fit} in {policies} {'policy' if policies == 1 else 'policies'} that count in {self.asked.place}"  # fmt: skip
        more = f" Showing {self.args.limit}." if len(found) > self.args.limit else ""
        return f"{told}{f': {said}' if said else ''}.{more}"

    @property
    def _narrowed(self) -> bool:
        return bool(self.args.policy or self.args.text or self.args.kind != "all")

    def _data(self, found: list[Line], kinds: dict[str, str], crossed: list[Crossing], whole: bool) -> Json:
        parsed = {one.line.ref: shown.statement(one.statement) for one in self.book.known}
        errors = {one.line.ref: one.error for one in self.book.unread}
        return {
            "statements": [
                entry(one) | {"kind": kinds[one.ref], "parsed": parsed.get(one.ref), "error": errors.get(one.ref)}
                for one in found[: self.args.limit]
            ],
            "total": len(found),
            "policies": len({one.policy for one in found}),
            "crossing": [
                {"ref": one.known.line.ref, "kind": one.kind, "defined": dict(one.defined), "undefined": list(one.undefined)}
                for one in crossed
            ],
            "complete": whole,
        }  # fmt: skip


def _kind(one: Known) -> str:
    return "define" if isinstance(one.statement, Definition) else one.statement.kind


def _crossed(found: list[Crossing]) -> list[str]:
    if not found:
        return []
    tenancies = sorted({plain(name) for one in found for name, _ in one.defined})
    said = [f"{counted(len(found), 'statement')} cross tenancies{f' ({names(tenancies)})' if tenancies else ''}; the other tenancy's half is not visible to me."]  # fmt: skip
    loose = sorted({plain(name) for one in found for name in one.undefined})
    return [*said, *([f"Names that no `define` of the same policy explains: {names(loose)}."] if loose else [])]  # fmt: skip


def _cells(one: Line, kind: str) -> tuple[str, ...]:
    return short(one.policy_name, 60), one.attached.path, str(one.number + 1), kind, short(one.text, 200)


IAM_STATEMENTS = Tool(
    name="iam_statements",
    summary="Oracle Cloud's IAM policies and their statements, by policy, text or kind; cross-tenancy (define, endorse, admit), denies, unreadable ones.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=(
        "which policies are there in Oracle Cloud?",
        "show the policy statements that mention group Platform",
        "which policy statements reach other tenancies?",
    ),
    cache_s=60,
)
