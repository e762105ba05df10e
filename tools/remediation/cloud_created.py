"""Changes that make something new. It bears the mark of its plan, so that it is found again, taken back, and made once."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from tools.approved import Approved
from tools.errors import GiveUp
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.plan import Action, Applied, Draft, Effect, Observation, Observed, Reread
from tools.remediation.cloud_item import Kind, differences, looked, may_change, must_rest, read, send
from tools.spec import Args, Call, Json

A = TypeVar("A", bound=Args)
MARK: Final = "cloudops-change"  # a freeform tag
GONE: Final = frozenset({"DELETED", "TERMINATED"})
NOWHERE: Final = "not there"


@dataclass(frozen=True, slots=True)
class Making:
    """How what was made is listed and told from others, and when it is whole."""

    kind: Kind
    listing: str
    narrowed: Json
    whole: frozenset[str]
    broken: frozenset[str] = frozenset()


def mark_of(call: Call, about: str) -> str:
    return hashlib.sha256(f"{call.request} {call.now.isoformat()} {about}".encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Created:
    """Everything of such an action but its plan, which puts the mark into `check.params["mark"]`.

    `shown` reads again what the card shows, `asked` asks Oracle once more what it would make of it, where it can be asked.
    """

    making: Callable[[Draft], Making]
    shown: Callable[[Call, Draft, Where], Awaitable[Mapping[str, str]]]
    asked: Callable[[Call, Draft, Where], Awaitable[str]] | None = None

    def action(self, plan: Callable[[Call, A], Awaitable[Draft]], **about: Any) -> Action[A]:
        return Action(
            plan=plan, reread=self.reread, dry_run=self.dry_run, apply=self.apply, effect=self.effect,
            observe=self.observe, roll_back=self.roll_back, observe_rollback=self.observe_rollback,
            needs_kubernetes=(), **about,
        )  # fmt: skip

    async def reread(self, call: Call, draft: Draft) -> Reread:
        """There is nothing yet whose version could be demanded; the token keeps the write single."""
        now = await self.shown(call, draft, await where_of(call, draft))
        return Reread(differences(draft.shown, now), "")

    async def dry_run(self, call: Call, draft: Draft, precondition: str) -> str:
        del precondition
        may_change(call)
        return await self.asked(call, draft, await where_of(call, draft)) if self.asked else draft.dry_run

    async def apply(self, call: Call, approved: Approved, precondition: str) -> Applied:
        del precondition
        return await send(call, approved, approved.draft.write)

    async def effect(self, call: Call, draft: Draft, plan_id: str) -> Effect:
        """Should a list lag, the step is sent with the same token again, which Oracle does not carry out twice."""
        del plan_id
        return Effect.DONE if await self._made(call, draft) else Effect.NONE

    async def observe(self, call: Call, draft: Draft) -> Observation:
        return await looked(lambda: self._observed(call, draft))

    async def observe_rollback(self, call: Call, draft: Draft) -> Observation:
        return await looked(lambda: self._back(call, draft))

    async def roll_back(self, call: Call, approved: Approved) -> Applied:
        draft = approved.draft
        if draft.rollback is None:
            raise GiveUp(draft.undo, "oci")
        how, where = self.making(draft), await where_of(call, draft)
        done = Applied("", "there is nothing of it")
        for one in await self._made(call, draft):
            fresh = await read(where, how.kind, text_of(one, "id"), draft.target.region)
            must_rest(fresh)
            request = {**draft.rollback, "arguments": {how.kind.ident: fresh.id}}
            done = await send(call, approved, request, fresh.etag)
        return done

    async def _made(self, call: Call, draft: Draft) -> list[Json]:
        """What bears the mark and is not gone."""
        how, where = self.making(draft), await where_of(call, draft)
        listing = await where.api.listing(
            how.kind.service, how.listing, region=draft.target.region, **how.narrowed
        )
        mark = draft.check.params["mark"]
        marked = [one for one in listing.items if (one.get("freeformTags") or {}).get(MARK) == mark]
        return [one for one in marked if text_of(one, "lifecycleState") not in GONE]

    async def _observed(self, call: Call, draft: Draft) -> Observation:
        how, found = self.making(draft), await self._made(call, draft)
        if not found:
            return Observation(Observed.NOT_YET, "Oracle does not list it", {"state": NOWHERE})
        state = text_of(found[0], "lifecycleState")
        if state in how.whole:
            return Observation(Observed.HOLDS, f"it is {state}", {"state": state})
        broken = state in how.broken
        return Observation(
            Observed.FAILED if broken else Observed.NOT_YET, f"it is {state}", {"state": state}
        )

    async def _back(self, call: Call, draft: Draft) -> Observation:
        found = await self._made(call, draft)
        if not found:
            return Observation(Observed.HOLDS, "it is gone", {"state": NOWHERE})
        state = text_of(found[0], "lifecycleState")
        return Observation(Observed.NOT_YET, f"it is {state}", {"state": state})


async def where_of(call: Call, draft: Draft) -> Where:
    target = draft.target
    return await find(call, CloudArgs(compartment=target.compartment or None, region=target.region))
