"""After the write: watching it, and taking it back when what was promised does not come true."""

from __future__ import annotations

import asyncio

from agents.changes.finish import Finish
from agents.changes.ledger import UNKNOWN
from agents.changes.points import Point
from agents.changes.run import APPLY, LOOK_SECONDS, Hands, Run
from agents.changes.verify import POLL_S, Verdict, watch
from tools.approved import ROLLBACK
from tools.errors import NotYet, ToolError
from tools.plan import Applied, Observation, Observed

RESUMED_SECONDS = 10.0  # a run taken over late still gets a fair look
ROLLBACK_HOLD_S = 5.0


class Judge:
    def __init__(self, *, hands: Hands, finish: Finish, point: Point) -> None:
        self._hands = hands
        self._finish = finish
        self._point = point

    async def applied(self, run: Run, applied: Applied) -> None:
        """The write was answered, or found in place: record that, then watch."""
        self._point("before_result", run.row.id)
        row = await self._finish.applied(run.row, APPLY, applied)
        self._point("after_result", run.row.id)
        await self._verify(run.at(row), run.plan.draft.check.deadline_s)

    async def resume(self, run: Run) -> None:
        """A run found in `verifying`: go on where it was. A way back that arrived is not sent again."""
        back = await self._hands.intent(run.row.id, ROLLBACK)
        if back is None:
            deadline = run.plan.draft.check.deadline_s
            left = self._finish.time_left(run.row, deadline)
            await self._verify(run, max(left, min(RESUMED_SECONDS, deadline)))
        elif back.outcome is not None:
            await self._verify_rollback(run, "verification failed")
        elif await self._is_back(run):
            row = await self._finish.applied(run.row, ROLLBACK, Applied("", "found in place after a restart"))
            await self._verify_rollback(run.at(row), "verification failed")
        else:
            await self._send_back(run, "verification failed")

    async def holds(self, run: Run) -> Observation | None:
        """The criterion, looked at once: the observation when it holds, else nothing."""
        try:
            seen = await run.action.observe(self._hands.call(run, LOOK_SECONDS), run.plan.draft)
        except ToolError:
            return None
        return seen if seen.state is Observed.HOLDS else None

    async def _verify(self, run: Run, within: float) -> None:
        async def look() -> Observation:
            self._point("during_verify", run.row.id)
            return await run.action.observe(self._hands.call(run, LOOK_SECONDS), run.plan.draft)

        tell = self._finish.teller(run.row)
        verdict = await watch(look, deadline_s=within, hold_s=run.plan.draft.check.hold_s, tell=tell)
        if verdict.kind == "held":
            await self._finish.succeeded(run.row, verdict, await self._hands.left(run))
        elif verdict.kind == "unreadable":
            text = f"the result cannot be read: {verdict.text}; a roll-back is offered"
            await self._finish.settle(run.row, UNKNOWN, text, verdict.facts)
        else:
            await self._roll_back(run, verdict)

    async def _roll_back(self, run: Run, verdict: Verdict) -> None:
        draft = run.plan.draft
        if not draft.reversible or draft.rollback is None:
            changed = "; ".join(f"{c.path}: {c.before} -> {c.after}" for c in draft.changes)
            text = f"verification failed ({verdict.text}) and it cannot be undone. Changed: {changed or draft.title}"
            await self._finish.failed(run.row, text, facts=verdict.facts)
            return
        row = await self._finish.rolling_back(run.row, verdict)
        await self._hands.intend(run.at(row), ROLLBACK)
        await self._send_back(run.at(row), verdict.text)

    async def _send_back(self, run: Run, why: str) -> None:
        self._point("before_rollback", run.row.id)
        try:
            applied = await self._put_back(run)
        except ToolError as error:
            if isinstance(error, NotYet) or not await self._is_back(run):
                await self._finish.rollback_failed(run.row, why, error.reason, {}, error.upstream_id)
                return
            applied = Applied(error.upstream_id, "the answer was lost, the state is restored")
        self._point("after_rollback", run.row.id)
        row = await self._finish.applied(run.row, ROLLBACK, applied)
        await self._verify_rollback(run.at(row), why)

    async def _put_back(self, run: Run) -> Applied:
        """Sent once. What is still on its way there has to come to rest first, and has as long as the way there."""
        loop, tell = asyncio.get_running_loop(), self._finish.teller(run.row, "rolling back: ")
        ends = loop.time() + run.plan.draft.check.deadline_s
        while True:
            self._hands.must_stand()
            try:
                return await run.action.roll_back(self._hands.call(run), run.approved(ROLLBACK))
            except NotYet as error:
                if loop.time() >= ends:
                    raise
                await tell(error.reason)
                await asyncio.sleep(POLL_S)

    async def _is_back(self, run: Run) -> bool:
        try:
            seen = await run.action.observe_rollback(self._hands.call(run), run.plan.draft)
        except ToolError:
            return False
        return seen.state in {Observed.HOLDS, Observed.NOT_YET}

    async def _verify_rollback(self, run: Run, why: str) -> None:
        check = run.plan.draft.check

        async def look() -> Observation:
            return await run.action.observe_rollback(self._hands.call(run, LOOK_SECONDS), run.plan.draft)

        tell = self._finish.teller(run.row, "rolling back: ")
        hold = min(check.hold_s, ROLLBACK_HOLD_S)
        verdict = await watch(look, deadline_s=check.deadline_s, hold_s=hold, tell=tell)
        if verdict.kind == "held":
            await self._finish.rolled_back(run.row, f"verification failed: {why}", verdict)
        else:
            await self._finish.rollback_failed(run.row, why, verdict.text, verdict.facts)
