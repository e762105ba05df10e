"""Watching one step come true, and its way back."""

from __future__ import annotations

from agents.changes.finish import Finish
from agents.changes.judge import RESUMED_SECONDS, ROLLBACK_HOLD_S
from agents.changes.points import Point
from agents.changes.run import LOOK_SECONDS, Hands, Run
from agents.changes.verify import Verdict, watch
from tools.errors import ToolError
from tools.plan import Observation, Observed


class Looking:
    def __init__(self, hands: Hands, finish: Finish, point: Point) -> None:
        self._hands = hands
        self._finish = finish
        self._point = point

    async def forward(self, staged: Run, *, resumed: bool) -> Verdict:
        check = staged.plan.draft.check
        within = check.deadline_s
        if resumed:
            within = max(self._finish.time_left(staged.row, within), min(RESUMED_SECONDS, check.deadline_s))

        async def look() -> Observation:
            self._point("during_verify", staged.mark)
            return await staged.action.observe(self._hands.call(staged, LOOK_SECONDS), staged.plan.draft)

        tell = self._finish.teller(staged.row, f"step {staged.step}: ")
        return await watch(look, deadline_s=within, hold_s=check.hold_s, tell=tell)

    async def back(self, staged: Run) -> Verdict:
        check = staged.plan.draft.check

        async def look() -> Observation:
            call = self._hands.call(staged, LOOK_SECONDS)
            return await staged.action.observe_rollback(call, staged.plan.draft)

        tell = self._finish.teller(staged.row, f"rolling back step {staged.step}: ")
        hold = min(check.hold_s, ROLLBACK_HOLD_S)
        return await watch(look, deadline_s=check.deadline_s, hold_s=hold, tell=tell)

    async def is_back(self, staged: Run) -> bool:
        try:
            seen = await staged.action.observe_rollback(self._hands.call(staged), staged.plan.draft)
        except ToolError:
            return False
        return seen.state in {Observed.HOLDS, Observed.NOT_YET}
