"""Changes of some fields of one resource, by one request that demands the etag just read; its own fields tell what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tools.approved import Approved
from tools.errors import GiveUp
from tools.plan import (
    Action,
    Applied,
    Draft,
    Effect,
    FieldChange,
    Observation,
    Observed,
    Reread,
)
from tools.remediation.cloud_item import (
    UNSET,
    Item,
    differences,
    item_of,
    looked,
    may_change,
    must_rest,
    send,
)
from tools.remediation.cloud_kinds import kind_of
from tools.spec import Args, Call, Json

A = TypeVar("A", bound=Args)
Seen = Callable[[Item], dict[str, str]]  # the fields that a card shows, as texts

ELSEWHERE = "somebody else changed {} meanwhile to {}: that is theirs, so it is left alone"


def lines(shown: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[FieldChange, ...]:
    """The diff. Raises GiveUp when there is none."""
    found = tuple(
        FieldChange(path=name, before=shown.get(name) or UNSET, after=value or UNSET)
        for name, value in wanted.items()
        if shown.get(name, "") != value
    )
    if not found:
        raise GiveUp("it is so already: there is nothing to change", "oci")
    return found


@dataclass(frozen=True, slots=True)
class Fields:
    """Everything of such an action but its plan, which puts what the fields are to become into `check.params["wanted"]`
    and the way back into `rollback`. `asked` asks Oracle once more what it would make of it, where it can be asked; `back` makes
    the way back from what is there then, where the saved one would take what others set beside it.
    """

    seen: Seen
    asked: Callable[[Call, Draft], Awaitable[str]] | None = None
    back: Callable[[Item, Draft], Json] | None = None

    def action(self, plan: Callable[[Call, A], Awaitable[Draft]], **about: Any) -> Action[A]:
        return Action(
            plan=plan, reread=self.reread, dry_run=self.dry_run, apply=self.apply, effect=self.effect,
            observe=self.observe, roll_back=self.roll_back, observe_rollback=self.observe_rollback,
            needs_kubernetes=(), **about,
        )  # fmt: skip

    async def reread(self, call: Call, draft: Draft) -> Reread:
        found = await item_of(call, kind_of(draft), draft)
        return Reread(differences(draft.shown, self.seen(found)), found.etag)

    async def dry_run(self, call: Call, draft: Draft, precondition: str) -> str:
        del precondition
        may_change(call)
        return await self.asked(call, draft) if self.asked else draft.dry_run

    async def apply(self, call: Call, approved: Approved, precondition: str) -> Applied:
        return await send(call, approved, approved.draft.write, precondition)

    async def effect(self, call: Call, draft: Draft, plan_id: str) -> Effect:
        del plan_id
        now = self.seen(await item_of(call, kind_of(draft), draft))
        if is_so(now, wanted(draft)):
            return Effect.DONE
        return Effect.NONE if is_so(now, was(draft)) else Effect.CANNOT_TELL

    async def observe(self, call: Call, draft: Draft) -> Observation:
        return await looked(lambda: self._held(call, draft, wanted(draft), was(draft)))

    async def observe_rollback(self, call: Call, draft: Draft) -> Observation:
        return await looked(lambda: self._held(call, draft, was(draft), wanted(draft)))

    async def _held(self, call: Call, draft: Draft, hope: Json, other: Json) -> Observation:
        now = self.seen(await item_of(call, kind_of(draft), draft))
        facts = {name: now.get(name) or UNSET for name in hope}
        told = ", ".join(f"{name} {value}" for name, value in facts.items())
        if is_so(now, hope):
            return Observation(Observed.HOLDS, told, facts)
        waits = is_so(now, other)
        return Observation(Observed.NOT_YET if waits else Observed.FAILED, told, facts)

    async def roll_back(self, call: Call, approved: Approved) -> Applied:
        """What somebody else made of it since is theirs, and stays."""
        draft = approved.draft
        if draft.rollback is None:
            raise GiveUp(draft.undo, "oci")
        found = await item_of(call, kind_of(draft), draft)
        must_rest(found)
        now = self.seen(found)
        if is_so(now, was(draft)):
            return Applied("", "it is as it was before")
        if not is_so(now, wanted(draft)):
            told = ", ".join(now.get(name) or UNSET for name in wanted(draft))
            raise GiveUp(ELSEWHERE.format(found.name, told), "oci")
        request = self.back(found, draft) if self.back else draft.rollback
        return await send(call, approved, request, found.etag)


def wanted(draft: Draft) -> Json:
    return dict(draft.check.params["wanted"])


def was(draft: Draft) -> Json:
    """The same fields as the card showed them."""
    return {name: draft.shown.get(name, "") for name in draft.check.params["wanted"]}


def is_so(now: Mapping[str, str], hope: Mapping[str, Any]) -> bool:
    return all(now.get(name, "") == value for name, value in hope.items())
