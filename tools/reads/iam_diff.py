"""What would this policy change newly allow in Oracle Cloud, and what would it take away? Nothing is changed by asking."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field, field_validator

from tools.access.catalogue import Catalogue, catalogue
from tools.access.changing import Change, Delta, crossing, deltas, holders
from tools.access.effective import Known
from tools.access.findings.table import RULES
from tools.access.findings.world import World, check
from tools.access.holders import DYNAMIC, GROUP, SERVICE, USER, Holder
from tools.access.judging import Line
from tools.access.people import ORIGIN
from tools.access.statements import parse
from tools.access.tokens import Unreadable
from tools.errors import AskBack, ToolError
from tools.oracle.identities import Directory, directory
from tools.oracle.policies import Book
from tools.oracle.where import CompartmentArgs, text_of
from tools.oracle.worlds import dynamic
from tools.reads.digest import TABLED, counted, digest, listed, proved, short
from tools.reads.iam_scope import Asked, plain, scoped, unreadable
from tools.reads.iam_words import evidence, names, permissions
from tools.spec import Call, Json, Result, Scope, Table, Tool

MEMBERS = 25  # users of whom it is said whether they have it already
PROVED, KEPT = 12, 300
NEW = "proposed"  # stands for the OCID that a new policy does not have yet
COLUMNS = ("who", "where", "gains", "perhaps gains", "loses", "resource types")


class Args(CompartmentArgs):
    add: tuple[str, ...] = Field((), max_length=50, description="statements that would be added, each whole")
    remove: tuple[str, ...] = Field(
        (), max_length=50, description="statements that would be removed, each whole"
    )
    policy: str | None = Field(
        None, max_length=200, description="name or OCID of the policy that is edited; left out: a new one"
    )
    replace: bool = Field(False, description="the policy's statements become exactly those of `add`")
    compartment: str | None = Field(
        None,
        max_length=400,
        description="where the policy is attached: name, path or OCID; left out: the root",
    )

    @field_validator("add", "remove", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


async def run(call: Call, args: Args) -> Result:
    if not args.add and not args.remove and not args.replace:
        raise AskBack("Which statement would be added or removed? Write it whole, as in a policy")
    asked = await scoped(call, args)
    tables = await asyncio.to_thread(catalogue)
    people, found = await asyncio.gather(
        directory(asked.api, asked.root, (GROUP, DYNAMIC), asked.tree), _book(asked)
    )
    change = _change(asked, args, found)
    members, missing = await _members(asked, change, people)
    unseen = (*people.missing, *found.missing, *unreadable(found.unread), *missing)
    return await asyncio.to_thread(lambda: _Answer(asked, change, people, tables, members, unseen).result())


async def _book(asked: Asked) -> Book:
    """Every policy: what a statement adds depends on what there is anywhere."""
    whole = replace(asked, target=asked.tree.root, where=replace(asked.where, compartments=asked.tree.all))
    return await whole.book()


def _change(asked: Asked, args: Args, found: Book) -> Change:
    """Raises AskBack for what is no statement, no policy, or not there to be removed."""
    policy, attached, gone = _edited(asked, args, found)
    old = {_same(one.line.text): one for one in found.known if policy in {"", one.line.policy}}
    for text in args.remove:
        if _same(text) not in old:
            near = [one.line.text for one in old.values() if asked.may_see(one.line.attached)]
            raise AskBack(f"I see no statement {short(text, 120)!r} to remove. Which one?", tuple(near[:8]))
        gone = (*gone, old[_same(text)])
    added = tuple(_added(text, number, policy or NEW, args.policy or NEW, attached) for number, text in enumerate(args.add))  # fmt: skip
    after = (*(one for one in found.known if one not in gone), *added)
    kept = {_same(one.line.text) for one in gone} & {_same(one.line.text) for one in added}
    differing = [one for one in (*gone, *added) if _same(one.line.text) not in kept]
    return Change(found.known, after, differing)


def _edited(asked: Asked, args: Args, found: Book) -> tuple[str, Any, tuple[Known, ...]]:
    """The policy's OCID (empty for a new one), where it is attached, and what of it goes."""
    if not args.policy:
        if args.replace:
            raise AskBack("Which policy would have these statements?")
        return "", asked.target, ()
    low = args.policy.lower()
    mine = [one for one in found.known if low in {one.line.policy_name.lower(), one.line.policy.lower()} and asked.may_see(one.line.attached)]  # fmt: skip
    policies = {one.line.policy: one.line for one in mine}
    if len(policies) != 1:
        options = sorted({one.policy_name for one in found.all if asked.may_see(one.attached)})
        said = f"Several policies are called {args.policy!r}; name one by its OCID" if policies else f"I see no policy {args.policy!r}. Which one?"  # fmt: skip
        raise AskBack(said, tuple(policies) or tuple(options[:10]))
    ((ident, line),) = policies.items()
    return ident, line.attached, tuple(mine) if args.replace else ()


def _added(text: str, number: int, policy: str, name: str, attached: Any) -> Known:
    try:
        return Known(Line(policy, name, attached, number, text), parse(text))
    except Unreadable as error:
        raise AskBack(f"{short(text, 160)!r} is not a statement: {error}") from None


def _same(text: str) -> str:
    return " ".join(text.split()).lower()


async def _members(asked: Asked, change: Change, people: Directory) -> tuple[list[Holder], tuple[str, ...]]:
    """The users of the groups concerned, each with all groups: for whom it is new, and who has it already."""
    named = people.named(GROUP)
    wanted = [one.id for one in holders(change.differing, {GROUP: named}) if one.kind == GROUP and one.id in named]  # fmt: skip
    far = {text_of(one, "id") for one in people.items.get(GROUP, []) if ORIGIN in one}
    alone = (
        ("members of groups of other identity domains: not looked at one by one",)
        if far & set(wanted)
        else ()
    )
    wanted = [one for one in wanted if one not in far]
    if not wanted:
        return [], alone
    try:
        every = {text_of(one, "id"): text_of(one, "name") for one in (await directory(asked.api, asked.root, (USER,))).items[USER]}  # fmt: skip
        lists = await asyncio.gather(*(_of(asked, group_id=one) for one in wanted[:MEMBERS]))
        users = list(dict.fromkeys(text_of(one, "userId") for found in lists for one in found))
        groups = await asyncio.gather(*(_of(asked, user_id=one) for one in users[:MEMBERS]))
    except ToolError as error:
        return [], (*alone, f"members: {error.reason}")
    made = [
        Holder(USER, user, every.get(user, user), tuple((ident, named.get(ident, ident)) for one in mine for ident in [text_of(one, "groupId")]))
        for user, mine in zip(users, groups, strict=False)
    ]  # fmt: skip
    more = len(users) - MEMBERS
    return made, (*alone, *((f"{more} more users of these groups: not looked at",) if more > 0 else ()))


async def _of(asked: Asked, **more: Any) -> list[Json]:
    found = await asked.api.listing("identity", "list_user_group_memberships", compartment_id=asked.root, **more)  # fmt: skip
    return found.items


@dataclass(frozen=True)
class _Answer:
    asked: Asked
    change: Change
    people: Directory
    tables: Catalogue
    members: Sequence[Holder]
    unseen: tuple[str, ...]

    def result(self) -> Result:
        found, hidden = self._deltas()
        unseen = (*self.unseen, *(["what it changes in compartments that you may not see"] if hidden else []))
        lines = [self._line(one) for one in found]
        seen = [f"could not see: {'; '.join(unseen)}"] if unseen else []
        new, already = self._users() if any(one.gains for one in found) else ([], [])
        risks = self._risks()
        gone = [one for one in self.change.differing if one not in self.change.after]
        added = [one for one in self.change.differing if one in self.change.after]
        statements = [*proved((f"removed: {_quoted(one)}" for one in gone), PROVED), *(f"added: {_quoted(one)}" for one in added)]  # fmt: skip
        return Result(
            data=self._data(found, new, already, risks, not unseen),
            digest=digest([self._head(found, unseen), *self._said(new, already), *(f"It would newly break {one}." for one in risks), *self._foreign(), *statements, *lines, *seen]),
            scope=Scope(compartment=self.asked.target.path, service=self.asked.where.service, since="now"),
            evidence=tuple(evidence(one.line) for one in (*gone, *self._held(gone))[:PROVED]),
            could_not_see=unseen,
            tables=(Table("What would change", COLUMNS, tuple(self._cells(one) for one in found[:TABLED]), len(found)),) if found else (),
            untrusted=True,
        )  # fmt: skip

    def _held(self, gone: Sequence[Known]) -> list[Known]:
        """What the same hold already by statements that may be seen: what is new is new against these."""
        kinds = {GROUP: self.people.named(GROUP), DYNAMIC: self.people.named(DYNAMIC), SERVICE: {}}
        whom = {(one.kind, one.id or one.name) for one in holders(self.change.differing, kinds)}
        return [
            one
            for one in self.change.before
            if one not in gone
            and self.asked.may_see(one.line.attached)
            and whom & {(each.kind, each.id or each.name) for each in holders([one], kinds)}
        ]

    def _deltas(self) -> tuple[list[Delta], bool]:
        kinds = {GROUP: self.people.named(GROUP), DYNAMIC: self.people.named(DYNAMIC), SERVICE: {}}
        every = [
            delta
            for holder in holders(self.change.differing, kinds)
            for delta in deltas(self.change, holder, self.asked.tree, self.tables)
        ]
        mine = [one for one in every if self.asked.may_see(one.at)]
        return mine, len(mine) < len(every)

    def _users(self) -> tuple[list[str], list[str]]:
        """Users who would gain something, and those who have all of it through other groups."""
        new: list[str] = []
        already: list[str] = []
        for one in self.members:
            found = deltas(self.change, one, self.asked.tree, self.tables)
            (new if any(delta.gains for delta in found) else already).append(one.name)
        return new, already

    def _risks(self) -> list[str]:
        """Rules that hold before and not after."""
        was, will = self._broken(self.change.before), self._broken(self.change.after)
        return [f"{rule}: {says}" for rule, says in will if (rule, says) not in was]

    def _broken(self, known: Sequence[Known]) -> list[tuple[str, str]]:
        world = World(self.asked.tree, self.tables, self.asked.call.now, known, (), self.people.named(GROUP), dynamic(self.people))  # fmt: skip
        return [(one.rule.id, found.says) for one in check(RULES, world) for found in one.findings]

    def _head(self, found: Sequence[Delta], unseen: Sequence[str]) -> str:
        gains = len({name for one in found for name in one.gains.sure})
        perhaps = len({name for one in found for name in one.gains.perhaps})
        loses = len({name for one in found for name in one.loses.sure | one.loses.perhaps})
        doubt = " This may be incomplete." if unseen else ""
        if not found:
            return f"Nothing would change in what anybody may do: what it says is there already, or is in no table.{doubt}"  # fmt: skip
        who = listed([_who(one) for one in {str(d.holder): d.holder for d in found}.values()], 4)
        return f"For {who}: {counted(gains, 'permission')} newly allowed, {perhaps} perhaps, {loses} taken away. Nothing was changed.{doubt}"  # fmt: skip

    def _said(self, new: Sequence[str], already: Sequence[str]) -> list[str]:
        said = [f"Users who would gain something: {names(new)}."] if new else []
        return [*said, *([f"Users who would gain nothing new: {names(already)}."] if already else [])]

    def _foreign(self) -> list[str]:
        found = crossing(self.change.differing)
        return [f"{counted(len(found), 'statement')} of these crosses tenancies: what it allows depends on the other tenancy, which I cannot see."] if found else []  # fmt: skip

    def _line(self, one: Delta) -> str:
        parts = [f"newly may {permissions(one.gains.sure)}"] if one.gains.sure else []
        parts += [f"perhaps may {permissions(one.gains.perhaps)} (the request decides)"] if one.gains.perhaps else []  # fmt: skip
        parts += (
            [f"cannot tell: {names(sorted(one.gains.unknown))} is in no table"] if one.gains.unknown else []
        )
        parts += [f"no longer surely may {permissions(one.loses.sure)}"] if one.loses.sure else []
        parts += [f"no longer perhaps may {permissions(one.loses.perhaps)}"] if one.loses.perhaps else []
        return f"{_who(one.holder)} in {self._place(one)} and below: {'; '.join(parts)}; on {listed(self._types(one), 6)}"  # fmt: skip

    def _place(self, one: Delta) -> str:
        return "the tenancy" if one.at is self.asked.tree.root else one.at.path

    def _types(self, one: Delta) -> list[str]:
        touched = one.gains.sure | one.gains.perhaps | one.loses.sure | one.loses.perhaps
        return sorted({kind for name in touched for kind in self.tables.holders.get(name, ("types in no table",))})  # fmt: skip

    def _cells(self, one: Delta) -> tuple[str, ...]:
        return (
            _who(one.holder), self._place(one), permissions(one.gains.sure, 4), permissions(one.gains.perhaps, 4),
            permissions(one.loses.sure | one.loses.perhaps, 4), listed(self._types(one), 4),
        )  # fmt: skip

    def _data(self, found: Sequence[Delta], new: Iterable[str], already: Iterable[str], risks: Sequence[str], whole: bool) -> Json:  # fmt: skip
        return {
            "changes": [
                {
                    "who": {"kind": one.holder.kind, "name": one.holder.name, "id": one.holder.id}, "compartment": one.at.path,
                    "gains": sorted(one.gains.sure)[:KEPT], "perhaps": sorted(one.gains.perhaps)[:KEPT],
                    "loses": sorted(one.loses.sure)[:KEPT], "loses_perhaps": sorted(one.loses.perhaps)[:KEPT], "unknown": sorted(one.gains.unknown),
                    "types": self._types(one)[:KEPT],
                }
                for one in found
            ],
            "added": [one.line.text for one in self.change.differing if one in self.change.after],
            "removed": [one.line.text for one in self.change.differing if one not in self.change.after],
            "users": {"gaining": list(new), "already": list(already)},
            "breaks": list(risks),
            "crossing": len(crossing(self.change.differing)),
            "complete": whole,
        }  # fmt: skip


def _quoted(one: Known) -> str:
    return repr(short(one.line.text, 240))


def _who(one: Holder) -> str:
    return f"{one.kind} {plain(one.name)}" if one.name else "anybody who is signed in"


IAM_DIFF = Tool(
    name="iam_diff",
    summary="What an OCI policy change would newly allow or take away before it is made: for whom, where, which permissions, which rules it breaks.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=(
        "what would `Allow group Platform to manage instances in compartment shop` newly allow?",
        "what changes if we remove `Allow group DataScience to manage all-resources in tenancy`?",
        "what would this policy statement add?",
    ),
    deadline_s=30.0,
)
