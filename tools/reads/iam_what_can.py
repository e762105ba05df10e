"""What may this person, group or dynamic group do in Oracle Cloud? Every statement that reaches them, and what is left after denies."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from pydantic import Field

from tools.access.catalogue import ALL, VERBS, Catalogue, catalogue
from tools.access.effective import Known, Power, power
from tools.access.holders import Holder
from tools.access.places import Standing
from tools.access.syntax import Grant, Verb
from tools.oracle.identities import Directory, directory, who_is
from tools.oracle.policies import Book
from tools.oracle.where import CompartmentArgs
from tools.reads.digest import TABLED, counted, digest, proved, short
from tools.reads.iam_scope import Asked, plain, scoped, unreadable
from tools.reads.iam_words import condition, entry, evidence, names, permissions, quoted, source
from tools.spec import Call, Json, Result, Scope, Table, Tool

ROWS, PROVED, KEPT = 30, 12, 200
COLUMNS = ("what", "where", "through", "condition", "policy", "statement")


class Args(CompartmentArgs):
    who: str = Field(
        min_length=1,
        max_length=255,
        description="user, group or dynamic group: name or OCID; `group X` or `user X` where both exist; any-user",
    )
    compartment: str | None = Field(
        None, max_length=400, description="where: name, path or OCID; left out: the whole tenancy"
    )


@dataclass(frozen=True, slots=True)
class Held:
    """One statement that reaches them, by what, and how it stands to the compartment that is asked about."""

    known: Known
    grant: Grant
    through: str
    standing: Standing

    @property
    def rank(self) -> tuple[bool, int, bool, bool, str]:
        one = self.grant.ability
        strength = VERBS.index(one.verb.low) if isinstance(one, Verb) and one.verb.low in VERBS else 2
        every = isinstance(one, Verb) and one.resource.low == ALL
        return (self.standing is not Standing.HERE, -strength, not every, self.grant.where is not None, self.known.line.text)  # fmt: skip


async def run(call: Call, args: Args) -> Result:
    asked = await scoped(call, args)
    tables = await asyncio.to_thread(catalogue)
    people, found = await asyncio.gather(directory(asked.api, asked.root, tree=asked.tree), asked.book())
    holder = await who_is(asked.api, asked.root, args.who, people)
    return await asyncio.to_thread(lambda: _Answer(asked, holder, found, people, tables).result())


def held(asked: Asked, holder: Holder, found: Book) -> list[Held]:
    """The strongest first. What counts only where the person may not look is left out."""
    rows = []
    for one in found.known:
        grant = one.local
        through = holder.reached(grant) if grant else ""
        if grant is None or not through:
            continue
        where = one.applies(asked.target, asked.tree)
        hidden = where.standing is Standing.BELOW and not asked.may_see(where.at)
        if where.standing is not Standing.ELSEWHERE and not hidden:
            rows.append(Held(one, grant, through, where.standing))
    return sorted(rows, key=lambda row: row.rank)


@dataclass(frozen=True)
class _Answer:
    asked: Asked
    holder: Holder
    book: Book
    people: Directory
    tables: Catalogue

    def result(self) -> Result:
        rows = held(self.asked, self.holder, self.book)
        grants = [row for row in rows if not row.known.deny]
        denies = [row for row in rows if row.known.deny]
        left = self._power(rows)
        unseen = (*self.people.missing, *self.book.missing, *unreadable(self.book.unread))
        told = [self._line(row) for row in (*grants, *denies)]
        head = [self._head(grants, denies, left, bool(unseen)), *self._through(), *self._left(left, denies)]
        seen = [f"could not see: {'; '.join(unseen)}"] if unseen else []
        return Result(
            data=self._data(grants, denies, left, not unseen),
            digest=digest([*head, *proved(told, PROVED), *seen]),
            scope=Scope(compartment=self.asked.target.path, service=self.asked.where.service, since="now"),
            evidence=tuple(evidence(row.known.line) for row in (*grants, *denies)[:PROVED]),
            could_not_see=unseen,
            tables=(
                Table(
                    f"What {self.who} may do in {self.asked.place}", COLUMNS, cells, len(grants) + len(denies)
                ),
            )
            if (cells := tuple(self._cells(row) for row in (*grants, *denies)[:TABLED]))
            else (),
            raw="\n".join(told) if len(told) > ROWS else None,
            untrusted=True,
        )

    @property
    def who(self) -> str:
        return f"{self.holder.kind} {plain(self.holder.name)}" if self.holder.name else "any signed-in user"

    def _power(self, rows: list[Held]) -> Power:
        mine = [row.known for row in rows]
        return power(mine, self.asked.target, self.asked.tree, self.tables, exempt=self.holder.exempt)

    def _head(self, grants: list[Held], denies: list[Held], left: Power, doubt: bool) -> str:
        may = f"{len(left.sure)} permissions surely, {len(left.perhaps)} perhaps" if left else "nothing"
        below = sum(row.standing is Standing.BELOW for row in grants)
        parts = [counted(len(grants), "granting statement"), *([f"{below} of them only below"] if below else [])]  # fmt: skip
        parts += [counted(len(denies), "deny") if len(denies) == 1 else f"{len(denies)} denies"] if denies else []  # fmt: skip
        said = f"{self.who} in {self.asked.place}: {', '.join(parts)}; that leaves {may} there itself."
        return f"{said} This may be incomplete." if doubt else said

    def _through(self) -> list[str]:
        if self.holder.kind == "user":
            groups = [name for _, name in self.holder.groups]
            said = f"In groups {names(groups, 12)}" if groups else "In no group"
            return [f"{said}; federated memberships are not listed to me."]
        return [f"Its rule: {short(self.holder.rule, 200)}"] if self.holder.rule else []

    def _left(self, left: Power, denies: list[Held]) -> list[str]:
        said = [f"Surely, among others: {permissions(left.sure, 12)}."] if left.sure else []
        said += [f"Perhaps, as the request decides: {permissions(left.perhaps)}."] if left.perhaps else []
        said += [f"Not in my tables: {names(sorted(left.unknown))}."] if left.unknown else []
        if denies and self.holder.exempt:
            said.append("No deny reaches the Administrators of the Default domain.")
        return said

    def _line(self, row: Held) -> str:
        word = "denied" if row.known.deny else "may"
        where = {Standing.HERE: "", Standing.BELOW: ", only below"}.get(row.standing, ", where is unclear")
        doubt = f"; only if {short(condition(row.known), 160)}" if row.grant.where else ""
        return f"{word} through {row.through}{where}: {quoted(row.known.line)}{doubt}"

    def _cells(self, row: Held) -> tuple[str, ...]:
        one = row.grant
        place = one.place.text if one.place else ""
        sign = "deny " if row.known.deny else ""
        return (f"{sign}{short(one.ability.text, 80)}", short(place, 80), row.through, short(condition(row.known), 100), source(row.known.line), short(row.known.line.text, 200))  # fmt: skip

    def _data(self, grants: list[Held], denies: list[Held], left: Power, whole: bool) -> Json:
        return {
            "who": {"kind": self.holder.kind, "name": self.holder.name, "id": self.holder.id},
            "groups": [name for _, name in self.holder.groups],
            "compartment": self.asked.target.path,
            "grants": [_json(row) for row in grants[:KEPT]],
            "denies": [_json(row) for row in denies[:KEPT]],
            "total": len(grants) + len(denies),
            "permissions": {
                "sure": sorted(left.sure),
                "perhaps": sorted(left.perhaps),
                "unknown": sorted(left.unknown),
            },
            "complete": whole,
        }


def _json(row: Held) -> Json:
    return entry(row.known.line) | {
        "through": row.through,
        "standing": row.standing.value,
        "condition": condition(row.known),
    }


IAM_WHAT_CAN = Tool(
    name="iam_what_can",
    summary="What a user, group or dynamic group may do in Oracle Cloud by its IAM policies: every statement that reaches them, denies, permissions.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=(
        "what can erin do in shop-prod?",
        "what is group Platform allowed to do in Oracle Cloud?",
        "which permissions does dynamic-group oke-nodes have?",
    ),
    cache_s=60,
)
