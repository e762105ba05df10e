"""Who may do this in Oracle Cloud? The statements that grant it, each with its proof, and those that take it away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import Field

from tools.access.answering import Whole, whole
from tools.access.catalogue import catalogue
from tools.access.judging import Judge, Judged, Line, Unread, Verdict
from tools.access.people import named_in
from tools.access.question import Question, asked
from tools.errors import AskBack
from tools.oracle.compartments import Compartment
from tools.oracle.parts import Parts
from tools.oracle.principals import lines, people
from tools.oracle.where import CompartmentArgs, Where, find
from tools.reads.digest import TABLED, counted, digest, listed, proved, short, token
from tools.reads.who_can_words import (
    cells,
    entry,
    evidence,
    line,
    refused,
    ruled_out,
    safe,
    sorted_,
    source,
    unreadable,
)
from tools.spec import Call, Json, Result, Scope, Table, Tool

ANSWERING_S = 2.0  # kept back, so that what is slow costs its part and not the answer
PROVED = 12  # statements that are evidence
ROWS = 30
KEPT = 200  # statements of each sort in the data
SHOWN = 10  # statements that are named one by one where they could not be read, or are ruled out
COLUMNS = ("verdict", "who", "statement", "policy", "why", "members")


class Args(CompartmentArgs):
    verb: str = Field(
        max_length=80,
        pattern=r"^[A-Za-z][A-Za-z0-9_-]*$",
        description="inspect, read, use, manage; or stop, delete, create ...; or a permission such as INSTANCE_DELETE",
    )
    resource: str | None = Field(
        None,
        max_length=80,
        pattern=r"^[A-Za-z][A-Za-z0-9 _-]*$",
        description="resource type: instances, instance-family, buckets, all-resources ...",
    )
    compartment: str | None = Field(
        None, max_length=400, description="where: name, path or OCID; left out: the whole tenancy"
    )


async def run(call: Call, args: Args) -> Result:
    tables = await asyncio.to_thread(catalogue)
    ask = asked(args.verb, args.resource or "", tables)
    where = await find(call, args)
    target = _target(call, where)
    above = where.tenancy.compartments.above(target)
    api = replace(where.api, ends=where.api.ends - ANSWERING_S)
    read = await lines(api, above)
    judge = Judge(ask, target, where.tenancy.compartments, tables)
    found = await asyncio.to_thread(
        lambda: [judge.judge(one) for part in read.found.values() for one in part]
    )
    judged = [one for one in found if isinstance(one, Judged) and _shown(call, one)]
    unread = [one for one in found if isinstance(one, Unread)]
    groups = [named for one in judged for named in named_in(one.statement, "group")]
    dynamic = [named for one in judged for named in named_in(one.statement, "dynamic-group")]
    known = await people(api, where.tenancy.compartments, groups, dynamic)

    def answer() -> Result:
        return _Answer(call, where, target, ask, read, whole(judged, known), unread, known.missing).result()

    return await asyncio.to_thread(answer)


def _target(call: Call, where: Where) -> Compartment:
    """Raises AskBack where the whole tenancy is not theirs to ask about."""
    if call.reach.compartment(where.top.path):
        return where.top
    raise AskBack("In which compartment?", tuple(one.path for one in where.compartments[:10]))


def _shown(call: Call, one: Judged) -> bool:
    """What applies to the compartment is the answer; what applies below it is shown where they may look."""
    return one.at is None or one.verdict is not Verdict.BELOW or call.reach.compartment(one.at.path)


@dataclass(frozen=True)
class _Answer:
    call: Call
    where: Where
    target: Compartment
    ask: Question
    read: Parts[list[Line]]
    whole: Whole
    unread: Sequence[Unread]
    missing: Sequence[str]

    def result(self) -> Result:
        rows = (*self.whole.grants, *self.whole.denies)
        told = [*map(line, rows), *map(line, self.whole.ruled_out)]
        unseen = self._unseen()
        notes = [self._looked(), *([f"Note: {self.ask.note}."] if self.ask.note else [])]
        return Result(
            data=self._data(),
            digest=digest([self._head(), *notes, *proved(told, PROVED), *([f"could not see: {'; '.join(unseen)}"] if unseen else [])]),
            scope=Scope(compartment=self.target.path, service=self.where.service, since="now"),
            evidence=tuple(evidence(row) for row in (*rows, *self.whole.ruled_out)[:PROVED]),
            ruled_out=tuple(map(ruled_out, self.whole.ruled_out[:SHOWN])),
            could_not_see=unseen,
            tables=(Table(f"Who can {self.ask.said} in {self.place}", COLUMNS, table, self._found()),) if (table := self._rows()) else (),
            raw="\n".join(told) if len(told) > ROWS else None,
            untrusted=True,
        )  # fmt: skip

    def _head(self) -> str:
        """Written by code alone: names that have room for a sentence are not repeated."""
        parts = [
            f"{len(found)} {says} ({listed([safe(one) for one in found], 4)})"
            for says, found in sorted_(self.whole)
        ]
        users = [
            f"{says}: {listed([token(one, 'a user with an unusual name') for one in found], 6)}."
            for says, found in self._users()
            if found
        ]
        doubt = ["This may be incomplete."] if self._unseen() else []
        told = f"{'; '.join(parts)}." if parts else "no statement grants it."
        return " ".join([f"{self.ask.said.capitalize()} in {self.place}, by statement: {told}", *users, *doubt])  # fmt: skip

    @property
    def place(self) -> str:
        return "the tenancy" if self.target is self.where.tenancy.compartments.root else self.target.path

    def _users(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        whole = self.whole
        return ("Users who may", whole.sure), ("Users who perhaps may", whole.perhaps), ("Users from whom a deny takes it", whole.denied)  # fmt: skip

    def _looked(self) -> str:
        count = sum(map(len, self.read.found.values()))
        return f"Looked through {counted(count, 'statement')} of the policies in {listed(list(self.read.found))}; policies in compartments below were not read, they only count there."  # fmt: skip

    def _unseen(self) -> tuple[str, ...]:
        tree = self.where.tenancy.compartments
        above = tree.above(self.target)
        broken = (
            []
            if above[-1] is tree.root
            else [f"what is above {above[-1].path} is not visible to me: its policies were not read"]
        )
        policies = [f"policies of {one}" for one in self.read.could_not_see]
        more = len(self.unread) - SHOWN
        return (
            *broken, *policies, *self.missing, *(refused(one) for one in self.unread[:SHOWN]),
            *([f"{more} more statements that are not in the language"] if more > 0 else []),
        )  # fmt: skip

    def _rows(self) -> tuple[tuple[str, ...], ...]:
        """What could not be read comes last; its text is for who may look at the compartment of its policy."""
        told = [*self.whole.grants, *self.whole.denies, *self.whole.ruled_out]
        return (*map(cells, told[:TABLED]), *map(self._unread, self.unread[: max(0, TABLED - len(told))]))

    def _found(self) -> int:
        whole = self.whole
        return len(whole.grants) + len(whole.denies) + len(whole.ruled_out) + len(self.unread)

    def _unread(self, one: Unread) -> tuple[str, ...]:
        text = short(one.line.text, 200) if self.call.reach.compartment(one.line.attached.path) else ""
        return "could not be read", "", text, source(one.line), one.error, ""

    def _data(self) -> Json:
        whole = self.whole
        return {
            "question": self.ask.said,
            "permissions": sorted(self.ask.permissions)[:KEPT],
            "note": self.ask.note,
            "compartment": self.target.path,
            "grants": [entry(row) for row in whole.grants[:KEPT]],
            "denies": [entry(row) for row in whole.denies[:KEPT]],
            "ruled_out": [entry(row) for row in whole.ruled_out[:KEPT]],
            "total": len(whole.grants) + len(whole.denies) + len(whole.ruled_out),
            "users": {"sure": list(whole.sure), "perhaps": list(whole.perhaps), "denied": list(whole.denied)},
            "unread": [unreadable(one) for one in self.unread[:KEPT]],
            "complete": not self._unseen(),
        }


IAM_WHO_CAN = Tool(
    name="iam_who_can",
    summary="Who may do something in Oracle Cloud by its IAM policies (OCI permissions): the statements that grant it, conditions, denies, members.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=(
        "who can manage buckets in compartment shop?",
        "who may delete volumes in shop/shop-prod?",
        "who can manage all-resources in the tenancy?",
    ),
    cache_s=60,
)
