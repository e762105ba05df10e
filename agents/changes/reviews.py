"""What follows a break-glass: an item that stays open until another person, who could have approved, says how it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agents.changes.glass import GLASS
from agents.changes.ledger import Ledger
from agents.changes.outofband import who
from agents.changes.quorum import asked_for, may_approve, who_may_approve
from agents.changes.seal import NotSealed, Plan, open_plan
from agents.people import Actor, Place
from agents.policy import Decision, Policy, PolicyStore
from storage.database import Tx
from storage.errors import StoreUnavailable
from storage.plans import PlanRow
from storage.reviews import ReviewRow

LEAST = 10  # letters and digits of what a reviewer says


@dataclass(frozen=True, slots=True)
class ReviewView:
    """One use of break-glass with the names of people; `row` is the plan as it stands now."""

    plan: PlanRow
    title: str
    broken_by: str
    reason: str
    passed_over: str
    opened_at: str
    closed_by: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """`text` is for the person alone; only `closed` changed something."""

    kind: Literal["closed", "refused", "unknown", "late", "later"]
    text: str
    who_may: tuple[str, ...] = ()
    reference: str = ""


class Reviews:
    def __init__(self, ledger: Ledger, policy: PolicyStore) -> None:
        self._ledger = ledger
        self._policy = policy

    async def waiting(self, workspace: str = "") -> Sequence[ReviewView]:
        """Oldest first. Raises StoreUnavailable."""
        db = self._ledger.db
        async with db.read() as tx:
            rows = await db.reviews.waiting(tx, workspace)
            found = [await self._view(tx, row) for row in rows]
        return [view for view in found if view is not None]

    async def of(self, plan_id: str) -> ReviewView | None:
        """Raises StoreUnavailable."""
        async with self._ledger.db.read() as tx:
            row = await self._ledger.db.reviews.get(tx, plan_id)
            return None if row is None else await self._view(tx, row)

    async def close(self, plan_id: str, actor: Actor, place: Place, words: str) -> Closed:
        """Neither who broke the glass nor who asked for the change closes its review. Never raises."""
        try:
            async with self._ledger.db.write() as tx:
                return await self._close(tx, plan_id, actor, place, words.strip())
        except StoreUnavailable:
            return Closed(
                "later", "The review could not be recorded, so it stays open. Try again in a moment."
            )

    async def _close(self, tx: Tx, plan_id: str, actor: Actor, place: Place, words: str) -> Closed:
        row = await self._ledger.db.plans.get(tx, plan_id)
        review = await self._ledger.db.reviews.get(tx, plan_id)
        if row is None or review is None or row.workspace != place.workspace:
            return Closed("unknown", "There is no review of such a plan.")
        if review.closed_at is not None:
            by = self._name(review.closed_by)
            return Closed("late", f"{by} closed this review already: {review.words}")
        decision = self._may(row, review, actor, place, words)
        seq = await self._record(tx, row, actor, decision, words)
        if not decision.allow:
            text = f"The review stays open: {decision.reason}."
            return Closed("refused", text, decision.who_may, f"audit:{seq}")
        person = self._policy.policy.person_of(actor)
        by = person.id if person else actor.id
        await self._ledger.db.reviews.close(tx, plan_id, by=by, words=words, at=self._ledger.clock.now())
        return Closed("closed", f"Closed: {words}", reference=f"audit:{seq}")

    def _may(self, row: PlanRow, review: ReviewRow, actor: Actor, place: Place, words: str) -> Decision:
        policy, person = self._policy.policy, self._policy.policy.person_of(actor)
        try:
            plan = open_plan(row)
        except NotSealed as problem:
            return Decision(False, "altered", str(problem))
        if place.kind == "cli":  # whoever sits there may say any name, also that of a reviewer
            return Decision(
                False, "review-place", "a review is closed in Slack, where it is known who says it"
            )
        decision = may_approve(policy, plan, actor, place)
        others = self._others(policy, plan, review)
        if person is None or not decision.allow:
            return Decision(False, decision.rule_id, decision.reason, who_may=others)
        if review.opened_by in (person.id, *person.accounts):
            text = "whoever broke the glass does not review it"
            return Decision(False, "four-eyes", text, who_may=others)
        if asked_for(plan, person):
            text = "whoever asked for the change does not review it"
            return Decision(False, "four-eyes", text, who_may=others)
        if sum(letter.isalnum() for letter in words) < LEAST:
            text = f"say in words how it was, at least {LEAST} letters: `reviews close {row.id} ...`"
            return Decision(False, "review-words", text)
        return decision

    def _others(self, policy: Policy, plan: Plan, review: ReviewRow) -> tuple[str, ...]:
        involved = {plan.requester.name, self._name(review.opened_by)}
        return tuple(name for name in who_may_approve(policy, plan) if name not in involved)

    async def _record(self, tx: Tx, row: PlanRow, actor: Actor, decision: Decision, words: str) -> int:
        event = self._ledger.event(
            row, GLASS,
            actor=who(actor), result="reviewed" if decision.allow else "review refused",
            decision={"allow": decision.allow, "rule": decision.rule_id, "reason": decision.reason},
            detail={"break_glass": True, "words": words},
        )  # fmt: skip
        return await self._ledger.trail.record(tx, event)

    async def _view(self, tx: Tx, review: ReviewRow) -> ReviewView | None:
        row = await self._ledger.db.plans.get(tx, review.plan_id)
        if row is None:
            return None
        try:
            title = open_plan(row).draft.title
        except NotSealed:
            title = "a plan that was altered"
        return ReviewView(
            row, title, self._name(review.opened_by), review.reason, review.passed_over,
            review.opened_at.isoformat(), self._name(review.closed_by), review.words,
        )  # fmt: skip

    def _name(self, principal: str) -> str:
        return next((p.name for p in self._policy.policy.people if principal in p.accounts), principal)
