"""Which resources are in the dynamic groups of Oracle Cloud, and what may they do? Rules held against what is really there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from tools.access.conditions import rule
from tools.access.effective import Known
from tools.access.holders import DYNAMIC, Holder
from tools.access.matching import Thing, matches, selectors, whole_compartment
from tools.access.tokens import Unreadable
from tools.errors import AskBack
from tools.oracle.identities import directory
from tools.oracle.policies import Book
from tools.oracle.searching import search
from tools.oracle.where import CompartmentArgs, text_of
from tools.reads.digest import TABLED, digest, proved, short
from tools.reads.iam_scope import Asked, plain, unreadable, whole
from tools.reads.iam_words import entry, names, quoted
from tools.spec import Call, Evidence, Json, Result, Scope, Table, Tool

SHOWN, PROVED, KEPT = 6, 10, 100
COLUMNS = ("dynamic group", "rule", "members", "perhaps", "statements", "note")


class Args(CompartmentArgs):
    name: str | None = Field(
        None, max_length=200, description="part of the dynamic group's name, or its OCID"
    )


@dataclass(frozen=True)
class Matched:
    """`error` says why the rule could not be read; then nobody knows who is in it."""

    holder: Holder
    inside: tuple[Thing, ...]
    perhaps: tuple[Thing, ...]
    statements: tuple[Known, ...]
    error: str = ""
    wide: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        if self.error:
            return f"its rule is not in the language ({self.error.partition(':')[0]})"
        said = ["takes in whatever is made in a compartment"] if self.wide else []
        said += [f"cannot tell: {', '.join(self.unknown)} is not shown to me"] if self.unknown else []
        if not self.inside and not self.perhaps:
            said.append("matches nothing that I see")
        return "; ".join(said)


async def run(call: Call, args: Args) -> Result:
    asked = await whole(call, args)
    people, things, found = await asyncio.gather(
        directory(asked.api, asked.root, (DYNAMIC,), asked.tree), _things(asked), asked.book()
    )
    holders = [
        Holder(DYNAMIC, text_of(one, "id"), text_of(one, "name"), ((text_of(one, "id"), text_of(one, "name")),), text_of(one, "matchingRule"))
        for one in people.items[DYNAMIC]
        if not args.name or args.name.lower() in text_of(one, "name").lower() or args.name == text_of(one, "id")
    ]  # fmt: skip
    if args.name and not holders:
        raise AskBack(f"I see no dynamic group {args.name!r}. Which one?", tuple(text_of(one, "name") for one in people.items[DYNAMIC])[:10])  # fmt: skip
    seen, missing = things
    each = await asyncio.to_thread(lambda: [matched(one, seen, found) for one in holders])
    each.sort(key=lambda one: (not one.wide, -len(one.inside), one.holder.name))
    return _Answer(
        asked, each, found, (*people.missing, *missing, *found.missing, *unreadable(found.unread))
    ).result()


async def _things(asked: Asked) -> tuple[list[Thing], tuple[str, ...]]:
    """All resources that search shows. Raises the three error words: without them no rule matches anything."""
    found = await search(asked.where)
    cut = [f"resources of {one}: there are more than were listed" for one in found.cut]
    return [thing(one) for one in found.items], (*found.parts.could_not_see, *cut)


def thing(item: Json) -> Thing:
    """A record of Resource Search as a rule sees it."""
    tags = item.get("definedTags") or {}
    return Thing(
        text_of(item, "identifier"),
        text_of(item, "resourceType").lower(),
        text_of(item, "compartmentId"),
        text_of(item, "displayName"),
        {(space.lower(), key.lower()): str(value) for space, keys in tags.items() for key, value in (keys or {}).items()},
    )  # fmt: skip


def matched(holder: Holder, things: Sequence[Thing], found: Book) -> Matched:
    statements = tuple(one for one in found.known if one.local and holder.reached(one.local).startswith(DYNAMIC))  # fmt: skip
    try:
        condition = rule(holder.rule).condition
    except Unreadable as error:
        return Matched(holder, (), (), statements, str(error))
    told = [(one, matches(condition, one)) for one in things]
    perhaps = tuple(one for one, fits in told if fits is None)
    known = {"instance.id", "instance.compartment.id", "resource.type", "resource.id", "resource.compartment.id"}  # fmt: skip
    unknown = sorted({one for one in selectors(condition) if one not in known and "tag." not in one})
    return Matched(holder, tuple(one for one, fits in told if fits), perhaps, statements, "", whole_compartment(condition), tuple(unknown))  # fmt: skip


@dataclass(frozen=True)
class _Answer:
    asked: Asked
    each: Sequence[Matched]
    book: Book
    missing: tuple[str, ...]

    def result(self) -> Result:
        lines = [line for one in self.each for line in self._lines(one)]
        heads = [
            f"{plain(one.holder.name)}: {one.note or f'{len(one.inside)} resources'}" for one in self.each
        ]
        seen = [f"could not see: {'; '.join(self.missing)}"] if self.missing else []
        return Result(
            data=self._data(),
            digest=digest([self._head(), *proved(lines, PROVED), *seen]),
            scope=Scope(compartment=self.asked.target.path, since="now"),
            evidence=tuple(_evidence(one) for one in self.each[:PROVED]),
            could_not_see=self.missing,
            tables=(Table("Dynamic groups", COLUMNS, tuple(map(self._cells, self.each[:TABLED])), len(self.each)),) if heads else (),
            untrusted=True,
        )  # fmt: skip

    def _head(self) -> str:
        wide = [plain(one.holder.name) for one in self.each if one.wide]
        empty = [plain(one.holder.name) for one in self.each if not (one.inside or one.perhaps or one.error)]
        loose = [plain(one.holder.name) for one in self.each if not one.statements]
        said = [f"{len(self.each)} dynamic groups." if len(self.each) != 1 else "1 dynamic group."]
        said += [f"Taking in whatever is made in a compartment: {names(wide)}."] if wide else []
        said += [f"Matching nothing that I see: {names(empty)}."] if empty else []
        said += [f"In no statement: {names(loose)}."] if loose else []
        return " ".join([*said, *(["This may be incomplete."] if self.missing else [])])

    def _lines(self, one: Matched) -> list[str]:
        """One line a group: a line is one piece of evidence."""
        inside = names([f"{thing.type}:{thing.name}" for thing in one.inside], SHOWN)
        said = f"{plain(one.holder.name)}: rule {short(one.holder.rule, 200)!r} matches {len(one.inside)} resources{f' ({inside})' if inside else ''}"  # fmt: skip
        said += f", perhaps {len(one.perhaps)} more" if one.perhaps else ""
        may = "; ".join(quoted(known.line) for known in one.statements[:3])
        more = f" and {len(one.statements) - 3} more" if len(one.statements) > 3 else ""
        return [f"{said}; {f'{one.note}; ' if one.note else ''}{f'may: {may}{more}' if may else 'no statement is about it'}"]  # fmt: skip

    def _cells(self, one: Matched) -> tuple[str, ...]:
        inside = names([thing.name for thing in one.inside], SHOWN)
        return (plain(one.holder.name), short(one.holder.rule, 160), f"{len(one.inside)}{f': {inside}' if inside else ''}", str(len(one.perhaps)), str(len(one.statements)), one.note)  # fmt: skip

    def _data(self) -> Json:
        path = self.asked.tree.path
        return {
            "groups": [
                {
                    "name": one.holder.name, "id": one.holder.id, "rule": one.holder.rule, "error": one.error or None,
                    "members": [{"id": t.id, "type": t.type, "name": t.name, "compartment": path(t.compartment)} for t in one.inside[:KEPT]],
                    "total": len(one.inside), "perhaps": len(one.perhaps), "whole_compartment": one.wide,
                    "statements": [entry(known.line) for known in one.statements],
                }
                for one in self.each
            ],
            "complete": not self.missing,
        }  # fmt: skip


def _evidence(one: Matched) -> Evidence:
    return Evidence(f"oci:{one.holder.id}#matchingRule", f"rule of {plain(one.holder.name)}", short(one.holder.rule, 300), untrusted=True)  # fmt: skip


IAM_DYNAMIC_GROUPS = Tool(
    name="iam_dynamic_groups",
    summary="Dynamic groups of Oracle Cloud: their rules held against real resources, who is in them, what they may do, rules that take in too much.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=(
        "which resources are in the dynamic groups?",
        "which instances does dynamic group oke-nodes match?",
        "does any dynamic group match more than it should?",
    ),
    cache_s=60,
)
