"""Buttons under an answer: those that send their words, and the full result behind "Show raw"."""

from __future__ import annotations

from dataclasses import dataclass

from agents.outcomes import Failure, Refusal
from bot.core import Core
from bot.intake import Admitted
from bot.outgoing import Outgoing
from bot.replies.answer import Footer, render
from bot.replies.modals import raw_result
from bot.replies.text import Outbound
from bot.responding import Responding
from storage.artifacts import ArtifactRow


@dataclass
class Raw:
    core: Core
    outgoing: Outgoing
    responding: Responding
    out: Outbound

    async def __call__(self, work: Admitted) -> None:
        async with self.core.db.read() as tx:
            found = await self.core.db.artifacts.get(tx, str(work.payload.get("value", "")))
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        if found is None or not self._may(work, found):
            text = "This result was read with the rights of whoever asked. Ask the same question yourself."
            await self.responding.whisper(
                work, render(Refusal(text, reference=work.row_id), self.out, footer)
            )
            return
        view = raw_result(found.title, found.text, self.out)
        if not await self.outgoing.open_modal(str(work.payload.get("trigger_id", "")), view):
            late = Failure(
                "The window could not be opened in time.",
                "Nothing was changed.",
                "Click once more.",
                work.row_id,
            )
            await self.responding.whisper(work, render(late, self.out, footer))

    def _may(self, work: Admitted, found: ArtifactRow) -> bool:
        """Whose rights it was read with: the same person, through whichever of their accounts."""
        person = self.core.policy.policy.person_of(work.actor)
        accounts = person.accounts if person is not None else (work.actor.id,)
        return found.owner in accounts and found.workspace == work.place.workspace
