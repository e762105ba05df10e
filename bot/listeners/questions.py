"""Whoever may see a plan asks about it from its card: the window is there at once, the question goes to the plan's thread.

A question is no click that counts: nothing here decides anything about a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from agents.outcomes import Failure, Outcome, Refusal
from bot.core import Core
from bot.intake import Admitted, located, opened_from
from bot.listeners.clicks import GONE, MAY_NOT, at_plan, sees_plan, where
from bot.listeners.windows import View, Windows
from bot.replies.answer import Footer, render
from bot.replies.question import ASK_TITLE, asked, form
from bot.responding import Responding


@dataclass
class Questions:
    core: Core
    windows: Windows
    responding: Responding

    async def __call__(self, work: Admitted) -> None:
        told = await self.windows.show(work, ASK_TITLE, "Reading the plan…", partial(self._form, work))
        if told is not None:
            await self._tell(work, told)

    async def submitted(self, work: Admitted) -> None:
        """The right is judged again; the message comes once, also where the process died meanwhile. Raises StoreUnavailable."""
        said = opened_from(work.payload)
        there = located(work, said)
        question = str((work.payload.get("filled") or {}).get("question", "")).strip()
        view = await self.core.changes.view(said.get("plan", ""))
        if view is None or view.altered or not question or not sees_plan(self.core, there, view):
            text = GONE if view is None else MAY_NOT
            await self._tell(there, Failure(text, "Nothing was asked or changed.", "", work.row_id))
            return
        at = at_plan(there, view)
        message = asked(work.actor.user, view, question, self.windows.out)
        await self.windows.outgoing.post(
            f"question:{work.row_id}", at.channel, at.thread, message, kind="question"
        )

    async def _form(self, work: Admitted) -> View | Outcome:
        plan_id = str(work.payload.get("value", ""))
        view = await self.core.changes.view(plan_id)
        if view is None or view.altered:
            text = GONE if view is None else "This plan was altered: ask whoever runs the bot."
            return Refusal(text, reference=work.row_id)
        if not sees_plan(self.core, work, view):
            return Refusal(MAY_NOT, reference=work.row_id)
        return form(view, self.windows.out, where(work, plan_id))

    async def _tell(self, work: Admitted, outcome: Outcome) -> None:
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        await self.responding.whisper(work, render(outcome, self.windows.out, footer))
