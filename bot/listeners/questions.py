"""Whoever may see a plan asks about it from its card: the window is there at once, the question goes to the plan's thread.

A question is no click that counts: nothing here decides anything about a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agents.changes.requests import PlanView
from agents.digests.seeing import sees
from agents.outcomes import Failure
from agents.people import Place
from bot.core import Core
from bot.intake import Admitted, located, opened_from
from bot.listeners.clicks import at_plan, where
from bot.outgoing import Outgoing
from bot.replies.answer import Footer, render
from bot.replies.question import asked, closed, form, opening
from bot.replies.text import Outbound
from bot.responding import Responding
from storage.errors import StoreUnavailable

GONE = "There is no such plan."
MAY_NOT = "You may not look at this plan."
LATER = "The plan could not be read just now. Close this and click again in a minute."


@dataclass
class Questions:
    core: Core
    outgoing: Outgoing
    responding: Responding
    out: Outbound

    async def __call__(self, work: Admitted) -> None:
        """Nothing is read before the window is open."""
        window = await self.outgoing.open_window(str(work.payload.get("trigger_id", "")), opening())
        if not window:
            text = "The window could not be opened in time."
            await self._tell(work, Failure(text, "Nothing was changed.", "Click once more.", work.row_id))
            return
        await self.outgoing.fill_window(window, await self._filled(work))

    async def submitted(self, work: Admitted) -> None:
        """The right is judged again; the message comes once, also where the process died meanwhile. Raises StoreUnavailable."""
        said = opened_from(work.payload)
        there = located(work, said)
        question = str((work.payload.get("filled") or {}).get("question", "")).strip()
        view = await self.core.changes.view(said.get("plan", ""))
        if view is None or view.altered or not question or not self._may(there, view):
            text = GONE if view is None else MAY_NOT
            await self._tell(there, Failure(text, "Nothing was asked or changed.", "", work.row_id))
            return
        at = at_plan(there, view)
        message = asked(work.actor.user, view, question, self.out)
        await self.outgoing.post(f"question:{work.row_id}", at.channel, at.thread, message, kind="question")

    async def _filled(self, work: Admitted) -> dict[str, Any]:
        plan_id = str(work.payload.get("value", ""))
        try:
            view = await self.core.changes.view(plan_id)
        except StoreUnavailable:
            return closed(LATER, self.out)
        if view is None or view.altered:
            return closed(
                GONE if view is None else "This plan was altered: ask whoever runs the bot.", self.out
            )
        if not self._may(work, view):
            return closed(MAY_NOT, self.out)
        return form(view, self.out, where(work, plan_id))

    def _may(self, work: Admitted, view: PlanView) -> bool:
        at: Place = at_plan(work, view)
        return sees(self.core.policy.policy.reach(work.actor, at, "remediation:read"), view.target)

    async def _tell(self, work: Admitted, failure: Failure) -> None:
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        await self.responding.whisper(work, render(failure, self.out, footer))
