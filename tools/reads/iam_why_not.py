"""Why may somebody not do this in Oracle Cloud? What is missing, what takes it away, and which groups have it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from pydantic import Field

from tools.access.answering import SURE, TAKEN, Row, Whole
from tools.access.answering import whole as answered
from tools.access.catalogue import Catalogue, catalogue
from tools.access.holders import DYNAMIC, GROUP, Holder
from tools.access.judging import Judge, Judged, Verdict
from tools.access.nearly import Nearly, nearly
from tools.access.people import DynamicGroup, People
from tools.access.question import Question, asked
from tools.oracle.identities import Directory, directory, who_is
from tools.oracle.policies import Book
from tools.oracle.where import text_of
from tools.reads.digest import digest, proved, short
from tools.reads.iam_scope import Asked, plain, scoped, unreadable
from tools.reads.iam_what_can import Args as WhoArgs
from tools.reads.iam_words import entry, evidence, names, quoted
from tools.reads.who_can_words import entry as row_entry
from tools.spec import Call, Json, Result, Scope, Tool

PROVED, SHOWN = 8, 8


class Args(WhoArgs):
    verb: str = Field(
        max_length=80,
        pattern=r"^[A-Za-z][A-Za-z0-9_-]*$",
        description="inspect, read, use, manage; or stop, delete, create ...; or a permission such as INSTANCE_DELETE",
    )
    resource: str | None = Field(
        None,
        max_length=80,
        pattern=r"^[A-Za-z][A-Za-z0-9 _-]*$",
        description="resource type: instances, buckets, all-resources ...",
    )


async def run(call: Call, args: Args) -> Result:
    tables = await asyncio.to_thread(catalogue)
    question = asked(args.verb, args.resource or "", tables)
    place = await scoped(call, args)
    people, found = await asyncio.gather(directory(place.api, place.root, tree=place.tree), place.book())
    holder = await who_is(place.api, place.root, args.who, people)
    return await asyncio.to_thread(lambda: _Answer(place, holder, question, found, people, tables).result())


@dataclass(frozen=True)
class _Answer:
    asked: Asked
    holder: Holder
    ask: Question
    book: Book
    people: Directory
    tables: Catalogue

    def result(self) -> Result:
        mine, others = self._judged()
        near = self._near()
        unseen = (*self.people.missing, *self.book.missing, *unreadable(self.book.unread))
        verdict = _verdict(mine, bool(unseen))
        rows = (*mine.grants, *mine.denies, *mine.ruled_out)
        lines = [*(_line(row) for row in rows), *(f"nearly, but {one.why}: {quoted(one.known.line)}" for one in near if one.missing)]  # fmt: skip
        proof = tuple(dict.fromkeys((*(row.judged.line for row in rows), *(one.known.line for one in near))))
        head = [self._head(verdict, bool(unseen)), self._because(verdict, mine, near), *self._others(others)]
        seen = [f"could not see: {'; '.join(unseen)}"] if unseen else []
        return Result(
            data=self._data(verdict, mine, near, others, not unseen),
            digest=digest([*head, *([f"Note: {self.ask.note}."] if self.ask.note else []), *proved(lines, PROVED), *seen]),
            scope=Scope(compartment=self.asked.target.path, service=self.asked.where.service, since="now"),
            evidence=tuple(evidence(one) for one in proof[:PROVED]),
            could_not_see=unseen,
            untrusted=True,
        )  # fmt: skip

    def _judged(self) -> tuple[Whole, list[str]]:
        """What reaches them, and the groups that others have it through."""
        judge = Judge(self.ask, self.asked.target, self.asked.tree, self.tables)
        found = [one for known in self.book.known if isinstance(one := judge.judge(known.line), Judged)]
        mine = [one for one in found if self.holder.reached(one.statement) and not (one.deny and self.holder.exempt)]  # fmt: skip
        having = [row for row in answered(found, self._known()).grants if row.judged.verdict in SURE and not row.taken]  # fmt: skip
        other = [str(row.who) for row in having if row.judged not in mine and row.who.kind in {GROUP, DYNAMIC}]  # fmt: skip
        return self._whole(mine), list(dict.fromkeys(other))

    def _whole(self, mine: list[Judged]) -> Whole:
        """Every deny here reaches the person: it takes the grants whatever groups they name."""
        found = answered(mine, self._known())
        sure = tuple(one.line.ref for one in mine if one.deny and one.verdict in SURE)
        doubt = tuple(one.line.ref for one in mine if one.deny and one.verdict is Verdict.DEPENDS)
        grants = tuple(Row(row.judged, row.who, row.members, row.rules, sure, doubt) for row in found.grants)
        return Whole(grants, found.denies, found.ruled_out, (), (), ())

    def _known(self) -> People:
        dynamic = {
            text_of(one, "id"): DynamicGroup(text_of(one, "id"), text_of(one, "name"), text_of(one, "matchingRule"))
            for one in self.people.items.get(DYNAMIC, [])
        }  # fmt: skip
        return People(self.people.named(GROUP), dynamic)

    def _near(self) -> list[Nearly]:
        found = [
            one
            for known in self.book.known
            if known.local is not None and self.holder.reached(known.local)
            if (one := nearly(known, self.ask, self.asked.target, self.asked.tree, self.tables)) is not None
            and self.asked.may_see(one.at)
        ]
        return sorted(found, key=lambda one: (one.missing, one.known.line.ref))[:SHOWN]

    def _head(self, verdict: str, doubt: bool) -> str:
        who = f"{self.holder.kind} {plain(self.holder.name)}" if self.holder.name else "any signed-in user"
        words = {"may": "may", "may in part": "may in part", "may not": "may not", "cannot tell": "perhaps may"}[verdict]  # fmt: skip
        said = f"{who} {words} {self.ask.said} in {self.asked.place}."
        return f"{said} This may be incomplete." if doubt else said

    def _because(self, verdict: str, mine: Whole, near: list[Nearly]) -> str:
        taken = [row for row in mine.grants if row.verdict == TAKEN]
        if taken:
            return f"Granted by {names([row.judged.line.policy_name for row in taken], 3)}, and taken away by a deny of {names([row.judged.line.policy_name for row in mine.denies], 3)}."  # fmt: skip
        if verdict != "may not":
            return "What grants it stands below." if mine.grants else "Nothing that I could read grants it, but not everything could be read."  # fmt: skip
        if near:
            return f"No statement that reaches them grants it; the nearest: {near[0].why.partition(' (')[0]}."
        groups = [name for _, name in self.holder.groups]
        through = f" through {names(groups, 8)}" if groups and self.holder.kind == "user" else ""
        return f"No statement that reaches them{through} is about it."

    def _others(self, others: list[str]) -> list[str]:
        return [f"Who has it: {names([one.replace(' ', ':', 1) for one in others], 6)}."] if others else []

    def _data(self, verdict: str, mine: Whole, near: list[Nearly], others: list[str], whole: bool) -> Json:
        return {
            "verdict": verdict,
            "question": self.ask.said,
            "permissions": sorted(self.ask.permissions)[:200],
            "who": {"kind": self.holder.kind, "name": self.holder.name, "id": self.holder.id},
            "groups": [name for _, name in self.holder.groups],
            "compartment": self.asked.target.path,
            "grants": [row_entry(row) for row in mine.grants[:50]],
            "denies": [row_entry(row) for row in mine.denies[:50]],
            "ruled_out": [row_entry(row) for row in mine.ruled_out[:50]],
            "nearly": [entry(one.known.line) | {"missing": one.missing.name.lower(), "why": one.why} for one in near],
            "others": others,
            "complete": whole,
        }  # fmt: skip


def _verdict(mine: Whole, doubt: bool) -> str:
    """The strongest grant that no deny takes; a doubtful deny makes it doubtful, and a sure one ends it, whatever grants."""
    if any(row.judged.verdict is Verdict.GRANTS for row in mine.denies):
        return "may not"
    standing = [row for row in mine.grants if not row.taken and row.judged.verdict is not Verdict.BELOW]
    sure = {row.judged.verdict for row in standing if not row.doubted}
    if Verdict.GRANTS in sure:
        return "may"
    if Verdict.PART in sure:
        return "may in part"
    return "cannot tell" if standing or doubt else "may not"


def _line(row: Row) -> str:
    return f"{row.verdict}: {quoted(row.judged.line)}: {short('; '.join(row.judged.why), 200)}"


IAM_WHY_NOT = Tool(
    name="iam_why_not",
    summary="Why a user or group may not do something in Oracle Cloud: what is missing, which deny or condition stops it, which groups have it.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=(
        "why can't erin delete instances in shop-prod?",
        "why may bob not terminate instances in shop-prod?",
        "why is group Finance not allowed to read buckets?",
    ),
    cache_s=60,
)
