"""Each incident's card in Slack follows what is stored: posted once, edited in place, whichever process does it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from agents.triage.correlate import Incident
from agents.triage.history import POSTED, SNOOZED, WOKEN, History
from agents.triage.kept import incident_from
from agents.triage.principal import PRINCIPAL
from agents.triage.topology import Topology
from bot.core import Core
from bot.outgoing import Outgoing, SlackAwayError, SlackRefusesError
from bot.replies.blocks import Message
from bot.replies.incident import card, severity
from bot.replies.text import Outbound
from bot.shadowcards import ShadowCards
from storage.database import Tx
from storage.errors import StoreUnavailable
from storage.triage import KEEP, TriageRow
from storage.triagenotes import NoteRow

log = structlog.get_logger(__name__)
KIND = "incident"
HOUR: Final = timedelta(hours=1)
OVER: Final = ":over"


@dataclass
class IncidentCards:
    core: Core
    outgoing: Outgoing
    out: Outbound
    shadows: ShadowCards
    _held: dict[str, str] = field(default_factory=dict)  # by key of the line: what it says

    async def look(self) -> None:
        """About once a second, in every process. One edit an incident and look, so that a storm is one message that changes."""
        db = self.core.db
        try:
            for row in await db.read_whole(db.triage.behind):
                await self._show(row)
            await self._begin(await db.read_whole(db.triage.unposted))
            await self._wake()
        except StoreUnavailable as error:
            log.warning("incidents_put_off", reason=str(error))

    async def _begin(self, rows: list[TriageRow]) -> None:
        """The worst first, as many as the hour has room for; the rest is counted in one line and posted when there is room."""
        topology = self.topology()
        known = [(row, incident_from(row, topology)) for row in rows]
        for row, one in known:
            if not one.firing and self._late(row):
                await self._pass_over(row)
        waiting = [(row, one) for row, one in known if one.firing or not self._late(row)]
        for channel in dict.fromkeys(row.channel for row, _ in waiting):
            mine = [pair for pair in waiting if pair[0].channel == channel]
            room = await self._room(channel)
            ranked = sorted(mine, key=lambda pair: (severity(pair[1]), pair[0].began))
            for row, _ in ranked[:room]:
                await self._show(row)
            if held := ranked[room:]:
                await self._tell_held(channel, [one for _, one in held])
                for real, loud in (await self.shadows.held(held)).items():
                    await self._tell_held(real, loud)

    def _late(self, row: TriageRow) -> bool:
        """Held back, and not just slow to be posted."""
        return self.core.clock.now() - row.began > timedelta(seconds=30)

    async def _pass_over(self, row: TriageRow) -> None:
        """It was over before there was room: a relapse shows it."""
        await self.core.db.write_whole(lambda tx: self.core.db.triage.shown(tx, row.id, row.version, ""))

    async def _room(self, channel: str) -> int:
        since = self.core.clock.now() - HOUR
        notes = self.core.db.triage_notes
        posted = await self.core.db.read_whole(lambda tx: notes.count(tx, channel, POSTED, since))
        return max(0, self.core.policy.policy.limits.incidents_per_channel_hour - posted)

    async def _tell_held(self, channel: str, held: list[Incident]) -> None:
        """One line a channel and hour; its count follows."""
        now = self.core.clock.now()
        key, text = f"held:{channel}:{now:%Y%m%d%H}", held_line(held, self.out)
        if self._held.get(key) == text:
            return
        message = Message(text)
        try:
            ts = await self.outgoing.post(key, channel, "", message, kind=KIND)
            if key in self._held:
                await self.outgoing.edit(channel, ts, message)
        except SlackAwayError as error:
            log.warning("held_back_not_told", reason=str(error))
            return
        self._held = {key: text} | {k: v for k, v in self._held.items() if k != key and k.endswith(key[-10:])}

    async def _show(self, row: TriageRow) -> None:
        incident = incident_from(row, self.topology())
        notes = await self.core.db.read_whole(lambda tx: self.core.db.triage_notes.of(tx, (row.id,)))
        history, judged = History.of(notes), await self.shadows.judged(row.id)
        message = card(incident, self.core.clock.now(), self.out, history)
        message = await self.shadows.asking(judged, incident, history, message)
        ts = row.ts
        try:
            if ts:
                await self.outgoing.edit(row.channel, ts, message)
            else:
                ts = await self.outgoing.post(f"incident:{row.id}", row.channel, "", message, kind=KIND)
            await self.shadows.tell(judged, row, incident)
        except SlackRefusesError as error:
            log.warning("incident_not_shown", incident=row.id, reason=str(error))
            if not ts:
                return
            # Somebody deleted the card, or the channel: what there is to show is shown nowhere, and not tried every second.
        except SlackAwayError as error:
            log.warning("incident_not_shown", incident=row.id, reason=str(error))
            return
        await self.core.db.write_whole(lambda tx: self._shown(tx, row, ts, self.core.clock.now()))

    async def _shown(self, tx: Tx, row: TriageRow, ts: str, now: datetime) -> None:
        await self.core.db.triage.shown(tx, row.id, row.version, ts)
        if not row.ts:
            note = NoteRow(f"{row.id}:posted", row.workspace, row.id, row.channel, now, POSTED, PRINCIPAL)
            await self.core.db.triage_notes.add(tx, note)

    async def _wake(self) -> None:
        """A snooze that ended is said once, in the thread, while it still fires: noted as said after it was."""
        db, now = self.core.db, self.core.clock.now()
        snoozed = partial(db.triage_notes.open, workspace=self.outgoing.workspace, kind=SNOOZED, since=now - KEEP, ended=OVER)  # fmt: skip
        for note in await db.read_whole(snoozed):
            if datetime.fromisoformat(note.detail["until"]) > now:
                continue
            woken = replace(note, id=f"{note.id}{OVER}", at=now, kind=WOKEN, actor=PRINCIPAL, detail={})
            if await self._reminded(woken):
                await db.write_whole(partial(self._woken, woken=woken))

    async def _woken(self, tx: Tx, woken: NoteRow) -> None:
        if await self.core.db.triage_notes.add(tx, woken):
            await self.core.db.triage.told(tx, woken.incident)

    async def _reminded(self, woken: NoteRow) -> bool:
        """Whether nothing is left to say."""
        db = self.core.db
        row = await db.read_whole(lambda tx: db.triage.get(tx, woken.incident))
        history = History.of(await db.read_whole(lambda tx: db.triage_notes.of(tx, (woken.incident,))))
        if row is None or not (incident := incident_from(row, self.topology())).firing:
            return True
        if history.resolved(incident) or history.snoozed(woken.at):
            return True
        text = "The snooze is over, and it still fires."
        try:
            await self.outgoing.post(f"woken:{woken.id}", row.channel, row.ts, Message(text), kind=KIND)
        except SlackRefusesError as error:
            log.warning("snooze_end_not_told", incident=row.id, reason=str(error))
        except SlackAwayError as error:
            log.warning("snooze_end_not_told", incident=row.id, reason=str(error))
            return False
        return True

    def topology(self) -> Topology:
        return Topology(self.core.services.all())


def held_line(held: list[Incident], out: Outbound) -> str:
    """How many wait for room, and which are the worst."""
    names = list(dict.fromkeys(next(iter(one.seen.values())).alert.name for one in held))
    more = f" and {len(names) - 3} more kinds" if len(names) > 3 else ""
    which = out.mrkdwn(", ".join(names[:3]), 200)
    counted = "1 more incident is" if len(held) == 1 else f"{len(held)} more incidents are"
    return f"{counted} held back, as this hour's limit of cards here is reached: {which}{more}. Each is posted once there is room."
