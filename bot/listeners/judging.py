"""Right, partly, wrong; and the button by which a person lets a rule out of the shadow. Each is judged by the clicker's rights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from agents.gate.records import said_by
from agents.outcomes import Failure, Outcome, Refusal
from agents.policy import Permission
from agents.triage.probation import VOTES, Probation
from bot.commands.context import turn_of
from bot.core import Core
from bot.intake import Admitted
from bot.listeners.rights import NOTHING, refused
from bot.replies.answer import Footer, render
from bot.replies.judging import PROMOTE
from bot.replies.text import Outbound
from bot.responding import Responding
from storage.database import Tx
from storage.errors import StoreUnavailable

LATER = Failure("It could not be recorded.", NOTHING, "Click again in a minute.", "store")


@dataclass
class Judging:
    core: Core
    probation: Probation
    responding: Responding
    out: Outbound

    async def __call__(self, work: Admitted) -> None:
        try:
            told = await self._done(work)
        except StoreUnavailable:
            told = LATER
        if told is not None:
            footer = Footer(request=work.row_id, correlation=work.request.correlation)
            await self.responding.whisper(work, render(told, self.out, footer))

    async def _done(self, work: Admitted) -> Outcome | None:
        """None: everybody sees it on the card."""
        action, key = str(work.payload.get("action_id", "")), str(work.payload.get("value", ""))
        if action == PROMOTE:
            return await self._promote(work, key)
        return await self._vote(work, key, action.rpartition(":")[2])

    async def _vote(self, work: Admitted, incident: str, vote: str) -> Outcome | None:
        db = self.core.db
        judged = await db.read_whole(lambda tx: db.shadow.judged(tx, incident))
        row = await db.read_whole(lambda tx: db.triage.get(tx, incident))
        here = (work.place.workspace, work.place.channel)
        if judged is None or row is None or (row.workspace, row.channel) != here or vote not in VOTES:
            return Refusal(f"I know no such incident here. {NOTHING}", reference=work.row_id)
        if refusal := await refused(self.core, work, Permission.MONITORING_WRITE, f"judge {vote}"):
            return refusal

        said, voter = said_by(turn_of(work.request)), self.core.policy.policy.principal(work.actor)

        async def write(tx: Tx) -> None:
            await self.probation.vote(tx, judged, voter, vote, said)
            await db.triage.told(tx, incident)

        await db.write_whole(write)
        return None

    async def _promote(self, work: Admitted, key: str) -> Outcome | None:
        db = self.core.db
        row = await db.read_whole(lambda tx: db.shadow.get(tx, key))
        if row is None or row.workspace != work.place.workspace or row.shadow != work.place.channel:
            return Refusal(f"I know no such rule here. {NOTHING}", reference=work.row_id)
        for channel in (
            work.place.channel,
            row.channel,
        ):  # needed where it is clicked and where the cards will come
            place = replace(work.place, channel=channel)
            if refusal := await refused(self.core, work, Permission.SYSTEM_WRITE, "triage promote", place):
                return refusal
        promote = partial(
            self.probation.promote, channel=row.channel, rule=row.rule, actor=work.actor.id, said=said_by(turn_of(work.request))
        )  # fmt: skip
        why = await db.write_whole(promote)
        return Refusal(f"{why} {NOTHING}", reference=work.row_id) if why else None
