"""Buttons under an answer: those that send their words, and the full result behind "Show raw"."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from agents.outcomes import Outcome, Refusal
from bot.core import Core
from bot.intake import Admitted
from bot.listeners.windows import View, Windows
from bot.replies.answer import Footer, render
from bot.replies.modals import RAW_TITLE, raw_result
from bot.responding import Responding
from storage.artifacts import ArtifactRow

OTHERS = "This result was read with the rights of whoever asked. Ask the same question yourself."


@dataclass
class Raw:
    core: Core
    windows: Windows
    responding: Responding

    async def __call__(self, work: Admitted) -> None:
        told = await self.windows.show(work, RAW_TITLE, "Reading the result…", partial(self._result, work))
        if told is not None:
            footer = Footer(request=work.row_id, correlation=work.request.correlation)
            await self.responding.whisper(work, render(told, self.windows.out, footer))

    async def _result(self, work: Admitted) -> View | Outcome:
        async with self.core.db.read() as tx:
            found = await self.core.db.artifacts.get(tx, str(work.payload.get("value", "")))
        if found is None or not self._may(work, found):
            return Refusal(OTHERS, reference=work.row_id)
        return raw_result(found.title, found.text, self.windows.out)

    def _may(self, work: Admitted, found: ArtifactRow) -> bool:
        """Whose rights it was read with: the same person, through whichever of their accounts."""
        person = self.core.policy.policy.person_of(work.actor)
        accounts = person.accounts if person is not None else (work.actor.id,)
        return found.owner in accounts and found.workspace == work.place.workspace
