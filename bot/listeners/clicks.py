"""Buttons of the card, and the modal for a reason. The clicker is who the signed envelope says, judged when it comes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial

from agents.changes.glass import GLASS
from agents.changes.requests import Click, Decided, PlanView, Word
from agents.digests.seeing import sees
from agents.outcomes import Answer, Failure, Outcome, Refusal
from agents.people import Place
from agents.trail import Trail
from bot.cards import Cards
from bot.commands.context import turn_of
from bot.commands.proposals import proposed
from bot.core import Core
from bot.intake import Admitted, located, opened_from
from bot.listeners.home import Home
from bot.listeners.windows import View, Windows
from bot.metrics import CLICKS
from bot.replies.answer import Footer, render
from bot.replies.card import APPROVE, BREAK, CANCEL, DETAILS, REJECT, UNDO
from bot.replies.countdown import STOP_COUNTDOWN
from bot.replies.modals import (
    DETAILS_TITLE,
    GLASS_TITLE,
    GLASS_VIEW,
    REASON_TITLE,
    REASON_VIEW,
    details,
    glass_form,
    reason_form,
)
from bot.responding import Responding
from storage.errors import StoreUnavailable

WORDS: dict[str, Word] = {APPROVE: "approve", CANCEL: "cancel"}
NOT_COUNTED = {"refused", "late", "expired", "void", "unknown", "later"}
SENT: dict[str, Word] = {REASON_VIEW: "reject", GLASS_VIEW: GLASS}
WINDOWS = {REJECT: REASON_TITLE, DETAILS: DETAILS_TITLE, BREAK: GLASS_TITLE}
GONE = "There is no such plan."
MAY_NOT = "You may not look at this plan."
ACTIONS = frozenset({APPROVE, REJECT, DETAILS, CANCEL, UNDO, BREAK, STOP_COUNTDOWN})
LATER = Failure(
    "The decision could not be recorded, so it does not count.",
    "Nothing was changed.",
    "Click again in a minute.",
    "store",
)


@dataclass
class Clicks:
    core: Core
    windows: Windows
    responding: Responding
    cards: Cards
    home: Home
    trail: Trail

    async def __call__(self, work: Admitted) -> None:
        action, plan_id = str(work.payload.get("action_id", "")), str(work.payload.get("value", ""))
        if action in WORDS:
            await self.decide(work, plan_id, WORDS[action])
        elif action in WINDOWS:
            await self._window(work, plan_id, action)
        elif action == UNDO:
            await self._undo(work, plan_id)
        elif action == STOP_COUNTDOWN:
            await self._stop_countdown(work, plan_id)

    async def submitted(self, work: Admitted) -> None:
        """The reason came: the rejection counts now, not when the form was opened; and so does a break-glass."""
        word = SENT.get(str(work.payload.get("callback_id", "")))
        if word is None:
            return
        said = opened_from(work.payload)
        there = located(work, said)
        await self.decide(there, said.get("plan", ""), word, str(work.payload.get("reason", "")))

    async def decide(self, work: Admitted, plan_id: str, word: Word, reason: str = "") -> None:
        decided, answer = await self._decided(work, plan_id, word, reason)
        if answer is not None:
            await self._tell(work, answer, decided.text)
        elif not work.place.channel:
            await self.home.publish(work)

    async def _decided(
        self, work: Admitted, plan_id: str, word: Word, reason: str = ""
    ) -> tuple[Decided, Outcome | None]:
        """None: everybody sees it on the card."""
        click = Click(plan_id, work.actor, work.place, word, reason[:500], work.row_id)
        decided = await self.core.changes.decide(click)
        CLICKS.labels(word, decided.kind).inc()
        if decided.kind in NOT_COUNTED and decided.plan is not None:
            await self.cards.plan_changed(plan_id)
        if decided.kind in NOT_COUNTED or decided.kind == "recorded":
            return decided, await self._answer(decided, plan_id, word)
        return decided, None

    async def _answer(self, decided: Decided, plan_id: str, word: Word) -> Outcome:
        if decided.kind == "later":
            return LATER
        text = decided.text.replace("Nothing was changed.", "").strip()
        press = "Break glass" if word == GLASS else "Approve"
        how = f" Ask them to press {press} on the card." if decided.who_may else ""
        duty = await self._on_duty(plan_id) if decided.kind == "refused" else ""
        return Refusal(f"{text}{how}{duty}", reference=decided.reference or plan_id)

    async def _on_duty(self, plan_id: str) -> str:
        view = await self.core.changes.view(plan_id)
        if view is None:
            return ""
        target = view.target
        service = self.core.services.of_workload(
            target.cluster, target.namespace, target.kind.lower(), target.name
        )
        return f" On duty for {service.name}: {service.on_call}." if service and service.on_call else ""

    async def _tell(self, work: Admitted, outcome: Outcome, notice: str) -> None:
        """Only the clicker learns it; on the Home tab, where nothing can be whispered, as a line on top."""
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        if work.place.channel:
            await self.responding.whisper(work, render(outcome, self.windows.out, footer))
        else:
            await self.home.publish(work, notice=notice)

    async def _stop_countdown(self, work: Admitted, plan_id: str) -> None:
        try:
            stopped = await self.core.changes.countdowns.stop(plan_id, work.actor, work.place)
        except StoreUnavailable:
            await self._tell(work, LATER, LATER.what)
            return
        if stopped.kind != "recorded":
            reference = stopped.reference or plan_id
            await self._tell(work, Refusal(stopped.text, stopped.who_may, reference), stopped.text)

    async def _window(self, work: Admitted, plan_id: str, action: str) -> None:
        title = WINDOWS[action]
        fill = partial(self._filling, work, plan_id, action)
        told = await self.windows.show(work, title, "Reading the plan…", fill)
        if told is not None:
            await self._tell(work, told, getattr(told, "what", "") or getattr(told, "text", ""))

    async def _filling(self, work: Admitted, plan_id: str, action: str) -> View | Outcome:
        """Whoever may not look at the plan reads nothing of it; who may reject is judged when the form is sent, or at once
        where nothing waits any more. Raises StoreUnavailable.
        """
        view = await self.core.changes.view(plan_id)
        if view is None:
            return Refusal(GONE, reference=work.row_id)
        if action == BREAK:
            return await self._glass(work, view)
        if action == REJECT and not view.can_approve:
            return await self._said(work, plan_id, "reject")
        if not sees_plan(self.core, work, view):
            return Refusal(MAY_NOT, reference=work.row_id)
        if action == DETAILS:
            return details(view, self.windows.out)
        return reason_form(view, self.windows.out, where(work, plan_id))

    async def _glass(self, work: Admitted, view: PlanView) -> View | Outcome:
        """Whoever may not is refused at once, on record; the others are asked why, and judged again when they say it."""
        if view.can_approve and await self.core.changes.may_break(view.id, work.actor, work.place):
            return glass_form(view, self.windows.out, where(work, view.id))
        return await self._said(work, view.id, GLASS)

    async def _said(self, work: Admitted, plan_id: str, word: Word) -> Outcome:
        """A decision without a form, answered in the window."""
        decided, answer = await self._decided(work, plan_id, word)
        return answer or Answer(decided.text, model="no model")

    async def _undo(self, work: Admitted, plan_id: str) -> None:
        try:
            view = await self.core.changes.view(plan_id)
        except StoreUnavailable:
            await self._tell(work, LATER, LATER.what)
            return
        if view is None:
            await self._tell(work, Refusal(GONE, reference=work.row_id), GONE)
            return
        place = at_plan(work, view)
        request = replace(work.request, text=f"undo {plan_id}", place=place)
        outcome = proposed(await self.core.changes.undo(turn_of(request), plan_id))
        plans = getattr(outcome, "plans", ())
        for new in plans:
            await self.cards.plan_changed(new)
        if not plans:
            await self._tell(work, outcome, getattr(outcome, "text", ""))


def where(work: Admitted, plan_id: str) -> str:
    """Where the button stood that opens a form."""
    return json.dumps({"plan": plan_id, "channel": work.place.channel, "thread": work.place.thread})


def at_plan(work: Admitted, view: PlanView) -> Place:
    """Clicks on the Home tab are about the channel of the plan."""
    if work.place.channel:
        return work.place
    return replace(work.place, channel=view.channel, thread=view.thread or view.card_ts, kind="channel")


def sees_plan(core: Core, work: Admitted, view: PlanView) -> bool:
    """By the rights of this moment, where the plan is."""
    return sees(core.policy.policy.reach(work.actor, at_plan(work, view), "remediation:read"), view.target)
