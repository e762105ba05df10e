"""What the tools on Oracle's policies share: which compartment is asked about, and which policies count there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tools.access.judging import Unread
from tools.access.syntax import Grant
from tools.errors import AskBack, NotAllowed
from tools.oracle.api import Api
from tools.oracle.compartments import Compartment, Tree
from tools.oracle.policies import Book, book
from tools.oracle.where import CompartmentArgs, Where, find
from tools.reads.digest import token
from tools.reads.who_can_words import refused
from tools.spec import Call

ANSWERING_S = 2.0  # kept back, so that what is slow costs its part and not the answer
NAMED = 10  # statements that are named one by one where they could not be read


@dataclass(frozen=True)
class Asked:
    """`target` is the compartment that is asked about, `inside` what the person may see at and below it."""

    call: Call
    where: Where
    target: Compartment
    api: Api

    @property
    def tree(self) -> Tree:
        return self.where.tenancy.compartments

    @property
    def root(self) -> str:
        return self.where.tenancy.id

    @property
    def inside(self) -> tuple[Compartment, ...]:
        return self.where.compartments

    @property
    def place(self) -> str:
        return "the tenancy" if self.target is self.tree.root else self.target.path

    async def book(self, *, below: bool = True) -> Book:
        """The policies that count at the compartment: its own, those above, and those below it that may be seen."""
        wanted = dict.fromkeys((*self.tree.above(self.target), *(self.inside if below else ())))
        found = await book(self.api, tuple(wanted))
        return replace(found, missing=(*self.cut(), *found.missing))

    def cut(self) -> tuple[str, ...]:
        top = self.tree.above(self.target)[-1]
        if top is self.tree.root:
            return ()
        return (f"what is above {top.path} is not visible to me: its policies were not read",)

    def may_see(self, one: Compartment | None) -> bool:
        return one is None or self.call.reach.compartment(one.path)


async def scoped(call: Call, args: CompartmentArgs) -> Asked:
    """Raises AskBack where the whole tenancy is not theirs to ask about, and what `find` raises."""
    where = await find(call, args)
    if not call.reach.compartment(where.top.path):
        raise AskBack("In which compartment?", tuple(one.path for one in where.compartments[:10]))
    return Asked(call, where, where.top, replace(where.api, ends=where.api.ends - ANSWERING_S))


async def whole(call: Call, args: CompartmentArgs) -> Asked:
    """For what belongs to the tenancy as a whole: people and their credentials.

    Raises NotAllowed for those who may see a part of it alone, and what `find` raises.
    """
    where = await find(call, args)
    if not call.reach.compartment(where.tenancy.compartments.root.path):
        raise NotAllowed("users and their credentials belong to the whole tenancy, which is not open to you here", needs="compartment root")  # fmt: skip
    return Asked(call, where, where.top, replace(where.api, ends=where.api.ends - ANSWERING_S))


def unreadable(found: Sequence[Unread]) -> tuple[str, ...]:
    """Statements that are not in the language, for "could not see"."""
    more = len(found) - NAMED
    return (
        *(refused(one) for one in found[:NAMED]),
        *([f"{more} more statements that are not in the language"] if more > 0 else []),
    )


def plain(name: str) -> str:
    """A name that somebody gave, for a sentence that code writes."""
    return token(name, "one with an unusual name")


def placed(grant: Grant) -> str:
    return grant.place.text.removeprefix("in ") if grant.place else ""
