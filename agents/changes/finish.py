"""Recording what happened, whatever happens to the record: a write that was sent is never forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agents.changes.ledger import (
    EXECUTING,
    FAILED,
    ROLLBACK_FAILED,
    ROLLED_BACK,
    RUNNING,
    SUCCEEDED,
    UNKNOWN,
    VERIFYING,
    VOID,
    Ledger,
    Move,
)  # fmt: skip
from agents.changes.outcome import outcome_of
from agents.changes.points import Point
from agents.changes.ports import Alarm
from agents.changes.run import APPLY, ClaimLost
from agents.changes.savings import booked
from agents.changes.verify import Tell, Verdict
from agents.gate.spool import SpoolFull
from agents.outcomes import Announcer
from storage.database import Tx
from storage.errors import StoreUnavailable
from storage.plans import PlanRow, PlanState
from tools.plan import Applied, FieldChange

RETRY_S = 0.5
RETRY_MAX_S = 10.0
TELL_EVERY_S = 0.8


def words_for(step: str) -> str:
    number, _, kind = step.rpartition(":")
    text = "written" if kind == APPLY else "roll-back written"
    return f"step {number} {text}" if number else text


class Finish:
    def __init__(self, *, ledger: Ledger, announcer: Announcer, alarm: Alarm, point: Point) -> None:
        self._ledger = ledger
        self._announcer = announcer
        self._alarm = alarm
        self._point = point

    # steps

    async def applied(self, row: PlanRow, step: str, applied: Applied) -> PlanRow:
        """The write was answered: result row and state in one transaction. The plan as stored after it."""
        outcome = outcome_of(row)
        now = self._ledger.clock.now()
        text = words_for(step)
        if applied.detail:
            text += f" ({applied.detail})"
        move = Move(
            VERIFYING, RUNNING, text, upstream_id=applied.upstream_id,
            changes={"verify_from": now.isoformat(), "writes": outcome.writes + 1, "upstream_id": applied.upstream_id},
        )  # fmt: skip
        await self._surely(
            row, move, result=(step, {"upstream_id": applied.upstream_id, "detail": applied.detail})
        )
        await self._announcer.plan_changed(row.id)
        return await self._patiently(row)

    async def step(self, row: PlanRow, key: str, state: str, text: str, *, backing: str = "") -> PlanRow:
        """How a step of a runbook stands now, for the card and for who goes on after a crash. The plan as stored after it."""
        current = await self._again(row)
        before = outcome_of(current)
        told = f"step {key} {state}" + (f": {text}" if text else "")
        outcome = before.told(self._ledger.clock.now(), told, progress=told).step(key, state, text)
        if backing:
            outcome = outcome.model_copy(update={"backing": backing})
        await self._ledger.note_progress(current, outcome)
        await self._announcer.plan_changed(row.id)
        return await self._again(row)

    async def now(self, row: PlanRow) -> PlanRow:
        """The plan as stored. Raises ClaimLost when another process has it by now."""
        return await self._again(row)

    async def kept(self, row: PlanRow, step: str, outcome: Mapping[str, Any]) -> None:
        """What became of a write, beside its intent row."""
        async with self._ledger.db.write() as tx:
            await self._ledger.db.executions.record(tx, row.id, step, outcome)

    async def taken_over(self, row: PlanRow) -> None:
        """People hear of it now: how it ends may take longer."""
        await self._announcer.plan_changed(row.id)

    async def rolling_back(self, row: PlanRow, verdict: Verdict) -> PlanRow:
        current = await self._again(row)
        text = f"verification failed: {verdict.text}; rolling back"
        outcome = outcome_of(current).told(
            self._ledger.clock.now(), text, progress="rolling back", after=dict(verdict.facts)
        )
        await self._ledger.note_progress(current, outcome)
        await self._announcer.plan_changed(row.id)
        return await self._again(row)

    def teller(self, row: PlanRow, prefix: str = "") -> Tell:
        """Writes progress when its words change, not more often than people can read."""
        last_text, last_at = "", float("-inf")

        async def tell(text: str) -> None:
            nonlocal last_text, last_at
            now = asyncio.get_running_loop().time()
            if text == last_text or now - last_at < TELL_EVERY_S:
                return
            last_text, last_at = text, now
            try:
                current = await self._again(row)
                await self._ledger.note_progress(
                    current, outcome_of(current).model_copy(update={"progress": prefix + text})
                )
            except StoreUnavailable:
                return  # progress is for show; the outcome is what must be kept
            await self._announcer.plan_changed(row.id)

        return tell

    def time_left(self, row: PlanRow, deadline_s: float) -> float:
        """Seconds until the criterion's deadline, for a run that was taken over."""
        begun = outcome_of(row).verify_from
        if not begun:
            return deadline_s
        return deadline_s - (self._ledger.clock.now() - datetime.fromisoformat(begun)).total_seconds()

    # ends

    async def void(
        self, row: PlanRow, reason: str, drift: tuple[FieldChange, ...] = (), upstream_id: str = ""
    ) -> None:
        """No write was sent."""
        lines = tuple((d.path, d.before, d.after) for d in drift)
        move = Move(
            VOID, {EXECUTING}, reason, error=reason, upstream_id=upstream_id,
            changes={"detail": reason, "drift": lines, "ended_at": self._ledger.clock.now().isoformat()},
        )  # fmt: skip
        await self._surely(row, move)
        await self._notify(row)

    async def succeeded(self, row: PlanRow, verdict: Verdict, left: dict[str, str] | None = None) -> None:
        await self.settle(row, SUCCEEDED, verdict.text, verdict.facts, left=left)

    async def failed(
        self, row: PlanRow, text: str, upstream_id: str = "", facts: Mapping[str, str] | None = None
    ) -> None:
        await self.settle(row, FAILED, text, facts or {}, upstream_id=upstream_id)

    async def rolled_back(self, row: PlanRow, why: str, verdict: Verdict) -> None:
        await self.settle(row, ROLLED_BACK, f"{why}; rolled back by itself", verdict.facts)

    async def rollback_failed(
        self, row: PlanRow, why: str, problem: str, facts: Mapping[str, str], upstream_id: str = ""
    ) -> None:
        self._alarm.raise_alarm("rollback_failed", f"{row.id} on {row.target_key}: {problem}")
        text = f"{why}; the roll-back failed too: {problem}. A person must look now."
        await self.settle(row, ROLLBACK_FAILED, text, facts, upstream_id=upstream_id)

    async def settle(
        self, row: PlanRow, to: PlanState, text: str, facts: Mapping[str, str], *, upstream_id: str = "",
        left: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        self._point("before_settle", row.id)
        current = await self._patiently(row)
        changes: dict[str, object] = {
            "detail": text, "progress": "", "after": dict(facts), "left": left, "ended_at": self._ledger.clock.now().isoformat(),
        }  # fmt: skip
        if upstream_id:
            changes["upstream_id"] = upstream_id
        words = to.value.replace("_", " ")
        move = Move(
            to, RUNNING, f"{words}: {text}" if text else words, changes=changes, result=to.value,
            error="" if to == SUCCEEDED else text, upstream_id=upstream_id,
            detail=booked(row) if to == SUCCEEDED else None,
        )  # fmt: skip
        await self._surely(current, move)
        await self._notify(row)

    async def cleared_up(
        self, row: PlanRow, to: PlanState, text: str, facts: Mapping[str, str] | None = None
    ) -> None:
        """`unknown` may go once to what was found out later; its history keeps both."""
        move = Move(
            to, {UNKNOWN}, text, changes={"detail": text, "after": dict(facts or {})}, result=to.value,
            error="" if to == SUCCEEDED else text, detail=booked(row) if to == SUCCEEDED else None,
        )  # fmt: skip
        await self._surely(row, move)
        await self._notify(row)

    async def _notify(self, row: PlanRow) -> None:
        self._point("before_notify", row.id)
        await self._announcer.plan_settled(row.id)

    # keeping the record

    async def _surely(
        self, row: PlanRow, move: Move, result: tuple[str, dict[str, str]] | None = None
    ) -> None:
        """State and audit together; if only the audit is away, the state with `unaudited` and the row spooled.

        The write has been sent, so this does not give up: it tries until the store is back or the process ends,
        and a process that starts later reads the truth from the target. Raises ClaimLost when another one has it by now.
        """
        wait = RETRY_S
        happened = self._ledger.clock.now()
        spooled = False
        while not await self._recorded(row, move, result, spooled):
            self._alarm.raise_alarm("outcome_not_recorded", f"{row.id}: {move.text}")
            spooled = spooled or await self._spool(row, move, happened)
            if spooled and await self._recorded(row, move, result, spooled):
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, RETRY_MAX_S)

    async def _recorded(
        self, row: PlanRow, move: Move, result: tuple[str, dict[str, str]] | None, spooled: bool
    ) -> bool:
        """Once a row is spooled the audit is not written again: replaying the spool does that, with its own time."""
        try:
            await (self._unaudited if spooled else self._once)(row, move, result)
        except StoreUnavailable:
            return False
        return True

    async def _once(self, row: PlanRow, move: Move, result: tuple[str, dict[str, str]] | None) -> None:
        async def write(tx: Tx) -> None:
            if result is not None:
                await self._ledger.db.executions.record(tx, row.id, result[0], dict(result[1]))
            if not await self._ledger.move(tx, row, move):
                await self._must_be_ours(tx, row)

        await self._ledger.db.write_whole(write)

    async def _must_be_ours(self, tx: Tx, row: PlanRow) -> None:
        """What was not moved may have been before, by a try whose answer was lost."""
        now = await self._ledger.db.plans.get(tx, row.id)
        if now is None or now.claimed_by != row.claimed_by:
            raise ClaimLost(row.id)

    async def _spool(self, row: PlanRow, move: Move, happened: datetime) -> bool:
        try:
            await self._ledger.trail.spool(self._ledger.event(row, f"plan.{move.to.value}", move), happened)
        except SpoolFull:
            return False
        return True

    async def _unaudited(self, row: PlanRow, move: Move, result: tuple[str, dict[str, str]] | None) -> None:
        outcome = outcome_of(row).told(self._ledger.clock.now(), move.text, **(move.changes or {}))
        async with self._ledger.db.write() as tx:
            if result is not None:
                await self._ledger.db.executions.record(tx, row.id, result[0], dict(result[1]))
            moved = await self._ledger.db.plans.move(
                tx, row.id, to=move.to, allowed_from=move.allowed_from, where_claimed_by=row.claimed_by,
                outcome=outcome.model_dump(mode="json"), unaudited=True, **(move.columns or {}),
            )  # fmt: skip
            if not moved:
                await self._must_be_ours(tx, row)

    async def _again(self, row: PlanRow) -> PlanRow:
        """Raises ClaimLost when another process has it by now."""
        found = await self._ledger.get(row.id)
        if found is None:
            return row
        if found.claimed_by != row.claimed_by:
            raise ClaimLost(row.id)
        return found

    async def _patiently(self, row: PlanRow) -> PlanRow:
        try:
            return await self._again(row)
        except StoreUnavailable:
            return row
