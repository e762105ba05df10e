"""Cards that are judged: the question on them, one line in the real channel where nothing may be hidden, and what trust was earned or lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from agents.triage.correlate import Incident
from agents.triage.history import FOUND, History
from agents.triage.probation import FALLEN, TRUSTED, Probation, loud
from bot.core import Core
from bot.outgoing import Outgoing, SlackAwayError, SlackRefusesError
from bot.replies.blocks import Message
from bot.replies.incident import about
from bot.replies.judging import fallen_message, judging, line, trust_message, with_judging
from bot.replies.text import Outbound
from storage.errors import StoreUnavailable
from storage.shadow import JudgedRow, TrustRow
from storage.triage import TriageRow

log = structlog.get_logger(__name__)
KIND = "triage trust"


@dataclass
class ShadowCards:
    core: Core
    outgoing: Outgoing
    out: Outbound
    probation: Probation

    async def judged(self, incident: str) -> JudgedRow | None:
        """None for what never was on probation. What was keeps its line, also where the policy has no shadow any more."""
        return await self.core.db.read_whole(lambda tx: self.core.db.shadow.judged(tx, incident))

    async def asking(
        self, judged: JudgedRow | None, incident: Incident, history: History, message: Message
    ) -> Message:
        """The card with the question, once there is something to judge."""
        if not self.probation.on or judged is None or (incident.firing and history.last(FOUND) is None):
            return message
        votes = await self.core.db.read_whole(lambda tx: self.core.db.shadow.votes(tx, (judged.incident,)))
        return with_judging(message, *judging(judged, votes))

    async def trusted(self, channel: str) -> frozenset[str]:
        """Rules that are told in the real channel."""
        rows = await self.core.db.read_whole(partial(self.core.db.shadow.all, workspace=self.outgoing.workspace))  # fmt: skip
        return frozenset(one.rule for one in rows if one.channel == channel and one.state == TRUSTED)

    async def tell(self, judged: JudgedRow | None, row: TriageRow, incident: Incident) -> None:
        """One line an incident where the card is not, edited as it ends. Raises SlackAwayError."""
        if judged is None or not judged.shadow:
            return
        key = f"shadow-line:{row.id}"
        before = await self.core.db.read_whole(lambda tx: self.core.db.outbox.get(tx, key))
        if before is None and not (self.probation.on and loud(incident, await self.trusted(judged.channel))):
            return
        message = line(judged, about(incident), firing=incident.firing, out=self.out)
        try:
            ts = await self.outgoing.post(key, judged.channel, "", message, kind=KIND)
            if before is not None:
                await self.outgoing.edit(judged.channel, ts, message)
        except SlackRefusesError as error:  # nobody invited us there: the card goes on without it
            log.warning("shadow_line_refused", channel=judged.channel, reason=str(error))

    async def held(self, waiting: Sequence[tuple[TriageRow, Incident]]) -> dict[str, list[Incident]]:
        """Of cards that wait for room: what real channels must hear of all the same."""
        found: dict[str, list[Incident]] = {}
        for row, incident in waiting if self.probation.on else ():
            judged = await self.judged(row.id)
            if judged and judged.shadow and loud(incident, await self.trusted(judged.channel)):
                found.setdefault(judged.channel, []).append(incident)
        return found

    async def look(self) -> None:
        """About once a second, in every process."""
        db = self.core.db
        try:
            for row in await db.read_whole(partial(db.shadow.untold, workspace=self.outgoing.workspace)):
                await self._say(row)
        except StoreUnavailable as error:
            log.warning("trust_put_off", reason=str(error))

    async def _say(self, row: TrustRow) -> None:
        try:
            if row.state == FALLEN:
                key = f"trust-fallen:{row.id}:{row.since.isoformat()}"
                await self.outgoing.post(key, row.channel, "", fallen_message(row, self.out), kind=KIND)
            else:
                message = trust_message(row, self.out)
                key = f"trust:{row.id}:{row.counted.isoformat()}"
                ts = await self.outgoing.post(key, row.shadow, "", message, kind=KIND)
                await self.outgoing.edit(row.shadow, ts, message)
        except SlackRefusesError as error:
            log.warning("trust_not_told", rule=row.id, reason=str(error))
        except SlackAwayError as error:
            log.warning("trust_not_told", rule=row.id, reason=str(error))
            return
        await self.core.db.write_whole(lambda tx: self.core.db.shadow.told(tx, row.id, row.version))
