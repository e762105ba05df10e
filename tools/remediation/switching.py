"""One field of one object that is true or false: set, judged, put back. Where it is false the API leaves it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tools.approved import Approved
from tools.cluster.objects import spec, stamp
from tools.plan import Applied, Check, Draft, Effect, Observation, Observed, Reread
from tools.remediation import single
from tools.remediation.single import Single
from tools.remediation.writing import MERGE, patch
from tools.spec import Call, Json

WHOLE: Final = "*"  # what has no namespace touches all of them: who changes it must be allowed all of them
HOLD_S: Final = 3.0
DEADLINE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Switch:
    """`field` of the spec becomes `wanted`; `what` is its word in sentences."""

    field: str
    wanted: bool
    what: str

    def is_on(self, item: Json) -> bool:
        return bool(spec(item).get(self.field))

    def shown(self, item: Json) -> dict[str, str]:
        return {f"spec.{self.field}": word(on=self.is_on(item))}

    def write(self, found: Single, *, on: bool) -> Json:
        return patch(found.path, MERGE, {"spec": {self.field: True if on else None}})

    def check(self, call: Call, found: Single, criterion: str, *, hold_s: float = HOLD_S) -> Check:
        params = {"since": stamp(call.now), "mark": found.mark}
        return Check(criterion=criterion, deadline_s=DEADLINE_S, hold_s=hold_s, params=params)

    async def reread(self, call: Call, draft: Draft) -> Reread:
        return await single.reread(call, draft, self.shown)

    async def effect(self, call: Call, draft: Draft, plan_id: str) -> Effect:
        return await single.effect(call, draft, plan_id, self.shown)

    async def observe(self, call: Call, draft: Draft) -> Observation:
        return await self._judged(
            call, draft, on=self.wanted, wrong=lambda f: single.reverted(f, draft, self.what)
        )

    async def roll_back(self, call: Call, approved: Approved) -> Applied:
        write = patch(
            approved.draft.write["path"], MERGE, {"spec": {self.field: None if self.wanted else True}}
        )
        return await single.put_back(call, approved, write, lambda _: True)

    async def observe_rollback(self, call: Call, draft: Draft) -> Observation:
        return await self._judged(
            call, draft, on=not self.wanted, wrong=lambda _: f"{self.what} was not put back"
        )

    async def _judged(
        self, call: Call, draft: Draft, *, on: bool, wrong: Callable[[Single], str]
    ) -> Observation:
        async def judge(found: Single) -> Observation:
            now = word(on=self.is_on(found.item))
            if self.is_on(found.item) is on:
                return Observation(Observed.HOLDS, f"{self.what} is {now}", {self.what: now})
            return Observation(Observed.FAILED, wrong(found), {self.what: now})

        return await single.look(call, draft, judge)


def word(*, on: bool) -> str:
    return "true" if on else "false"
