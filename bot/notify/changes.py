"""Changes worth a notification: those that did not end well, those that nobody decides about, and broken glass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from agents.changes.requests import PlanView
from agents.notifications.event import Event
from agents.policy.destinations import Severity
from bot.core import Core
from bot.escalation import STEPS
from bot.replies.states import words_of
from storage.plans import PlanRow
from storage.states import PlanState

SINCE: Final = timedelta(hours=24)
WAITS: Final = STEPS[-1]  # by then whoever is on duty was told twice
BAD: Final[Mapping[PlanState, Severity]] = {
    PlanState.FAILED: "warning",
    PlanState.ROLLED_BACK: "warning",
    PlanState.ROLLBACK_FAILED: "critical",
    PlanState.UNKNOWN: "critical",
}


@dataclass(frozen=True)
class ChangeEvents:
    core: Core
    workspace: str

    async def found(self, known: frozenset[str]) -> list[Event]:
        """Those whose key is not `known`."""
        return [
            *await self._ended(known),
            *await self._waiting(known),
            *await self._decided(),
            *await self._glass(known),
        ]

    async def _ended(self, known: frozenset[str]) -> list[Event]:
        db, since = self.core.db, self.core.clock.now() - SINCE
        rows = await db.read_whole(lambda tx: db.plans.ended(tx, self.workspace, tuple(BAD), since))
        new = [row for row in rows if f"change:{row.id}:{row.state}" not in known]
        return [self._bad(row, view) for row in new if (view := await self._view(row)) is not None]

    def _bad(self, row: PlanRow, view: PlanView) -> Event:
        headline, words = words_of(view)
        return Event(
            key=f"change:{row.id}:{row.state}", subject=f"change:{row.id}", area="change", severity=BAD[row.state],
            action="trigger", at=self.core.clock.now(), title=f"{headline}: {view.title}", lines=(words,),
            facts=_facts(row, view), channel=row.channel, thread=_thread(row), person=view.requester,
        )  # fmt: skip

    async def _waiting(self, known: frozenset[str]) -> list[Event]:
        db, now = self.core.db, self.core.clock.now()
        rows = await db.read_whole(partial(db.plans.pending_for, workspace=self.workspace))
        late = [row for row in rows if now - row.created_at >= WAITS and now < row.expires_at]
        new = [row for row in late if f"approval:{row.id}:waits" not in known]
        return [self._waits(row, view) for row in new if (view := await self._view(row)) is not None]

    def _waits(self, row: PlanRow, view: PlanView) -> Event:
        minutes = int(WAITS.total_seconds() // 60)
        lines = (
            f"Nobody has decided about it for {minutes} minutes. It expires at {row.expires_at:%H:%M} UTC.",
        )
        return Event(
            key=f"approval:{row.id}:waits", subject=f"approval:{row.id}", area="approval", severity="warning",
            action="trigger", at=self.core.clock.now(), title=f"A plan waits for approval: {view.title}", lines=lines,
            facts=(*_facts(row, view), ("May decide", ", ".join(view.who_may) or "nobody")),
            channel=row.channel, thread=_thread(row), person=view.requester,
        )  # fmt: skip

    async def _decided(self) -> list[Event]:
        """The end of what was told to wait."""
        db, now = self.core.db, self.core.clock.now()
        find = partial(
            db.notifications.open, workspace=self.workspace, kinds=("approval", "glass"), since=now - SINCE
        )
        events = []
        for subject in await db.read_whole(find):
            kind, _, plan = subject.partition(":")
            row = await db.read_whole(partial(db.plans.get, plan_id=plan))
            if kind == "approval" and row is not None and row.state != PlanState.PENDING:
                events.append(self._over(row, subject, f"It is {row.state.replace('_', ' ')}."))
            review = await db.read_whole(partial(db.reviews.get, plan_id=plan))
            if kind == "glass" and row is not None and review is not None and review.closed_at is not None:
                events.append(self._over(row, subject, "Somebody else reviewed it.", "access"))
        return events

    def _over(self, row: PlanRow, subject: str, line: str, area: str = "approval") -> Event:
        now = self.core.clock.now()
        return Event(
            key=f"{subject}:over", subject=subject, area="access" if area == "access" else "approval", severity="warning",
            action="resolve", at=now, title=f"Plan {row.id} waits no more", lines=(line,), channel=row.channel, thread=_thread(row),
        )  # fmt: skip

    async def _glass(self, known: frozenset[str]) -> list[Event]:
        db, since = self.core.db, self.core.clock.now() - SINCE
        rows = await db.read_whole(partial(db.reviews.waiting, workspace=self.workspace))
        events = []
        for review in rows:
            key = f"glass:{review.plan_id}"
            row = await db.read_whole(partial(db.plans.get, plan_id=review.plan_id))
            if (
                key in known
                or review.opened_at < since
                or row is None
                or (view := await self._view(row)) is None
            ):
                continue
            who = self.core.enrolment.name(review.opened_by)
            events.append(
                Event(
                    key=key, subject=key, area="access", severity="critical", action="trigger", at=review.opened_at,
                    title=f"{who} broke the glass: {view.title}",
                    lines=(f"Reason: {review.reason}", f"It did not hold: {review.passed_over}", "Somebody else must review it."),
                    facts=_facts(row, view), channel=row.channel, thread=_thread(row), person=who,
                )
            )  # fmt: skip
        return events

    async def _view(self, row: PlanRow) -> PlanView | None:
        return await self.core.changes.view(row.id)


def _facts(row: PlanRow, view: PlanView) -> tuple[tuple[str, str], ...]:
    return (
        ("Plan", row.id),
        ("Asked by", view.requester),
        ("Environment", row.environment),
        ("Risk", row.risk),
    )


def _thread(row: PlanRow) -> str:
    return row.thread or row.card_ts or ""
