"""Channels that belong to one incident each: joined, introduced, one card kept current, news said once, a burst of messages as one turn.

One process looks after a room, whoever comes first, and another follows it when it is gone; what is said has a key of its own, so
that nothing is said twice whatever dies in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import structlog

from agents.incidents.rooms import ASKED, RoomDesk
from agents.triage.correlate import Incident
from agents.triage.history import FOUND, History
from agents.triage.kept import incident_from
from bot.core import Core
from bot.directory import Directory
from bot.envelope import text_of
from bot.incidentcards import IncidentCards
from bot.incidentreport import Reports, hand_over
from bot.outgoing import Outgoing, SlackAwayError, SlackRefusesError
from bot.replies.blocks import Message
from bot.replies.incident import services_of
from bot.replies.room import hello, news_message, room_card, summary, summary_alone
from bot.replies.text import Outbound
from bot.roomends import alone, resolved
from bot.roomlines import LENGTH, Keeper, RoomLines
from bot.roomlinks import RoomLinks
from bot.roomnews import News, news_of
from bot.telling import SlackBusyError, SlackLostError, Telling
from storage.database import Tx
from storage.errors import StoreUnavailable
from storage.rooms import COMPLETED, COMPLETING, NEW, OPEN, SHUT, LineRow, RoomRow
from storage.triage import TriageRow

log = structlog.get_logger(__name__)
KIND: Final = "incident channel"
BURST: Final = timedelta(seconds=60)  # so long a burst may last until it is a turn all the same
BACK: Final = timedelta(hours=24)
MOST: Final = 100  # messages of the history
SELDOM: Final = 10  # a completed one is looked at once in so many times
LATELY: Final = timedelta(days=7)  # so long a completed one is looked at


@dataclass(frozen=True, slots=True)
class _Shown:
    row: TriageRow
    incident: Incident
    history: History


@dataclass
class IncidentRooms:
    core: Core
    cards: IncidentCards
    outgoing: Outgoing
    telling: Telling
    reports: Reports
    links: RoomLinks
    rooms: RoomDesk
    lines: RoomLines
    keeper: Keeper
    directory: Directory
    out: Outbound
    channels: frozenset[str] = frozenset()
    looks: int = 0

    # about once a second, in every process

    async def look(self) -> None:
        db, now = self.core.db, self.core.clock.now()
        try:
            rows = await db.read_whole(lambda tx: db.rooms.live(tx, self.outgoing.workspace))
            rows = [row for row in rows if row.state != COMPLETED or now - row.changed_at < LATELY]
            self.channels = frozenset(row.channel for row in rows)
            self.looks += 1
            for row in rows:
                if row.state == COMPLETED and self.looks % SELDOM:
                    continue
                if await self.keeper.ours(row.id):
                    await self._looked_after(row)
        except StoreUnavailable as error:
            log.warning("rooms_put_off", reason=str(error))

    async def _looked_after(self, row: RoomRow) -> None:
        """A channel that Slack does not take anything for holds up no other."""
        if row.state != NEW and await self.directory.shared_externally(row.channel):
            log.warning("room_put_off", room=row.id, reason="people of other companies may read along")
            return
        try:
            await self._step(row)
        except SlackRefusesError as error:
            log.warning("room_shut", room=row.id, reason=str(error))
            await self._shut(row, str(error))
        except SlackAwayError as error:
            log.warning("room_put_off", room=row.id, reason=str(error))

    async def _step(self, row: RoomRow) -> None:
        if row.state == NEW:
            await self._begin(row)
            return
        row = await self._turn(row)
        shown = await self._shown(row)
        row = await self._card(row, shown)
        if row.state == OPEN:
            await self._speak(row, shown)
        elif row.state == COMPLETING:
            await self._complete(row)
        elif row.state == COMPLETED and shown is not None:
            await self._again(row, shown)

    # beginning

    async def _begin(self, row: RoomRow) -> None:
        about = (await self.telling.ask("conversations_info", channel=row.channel)).get("channel") or {}
        name = text_of(about, "name")
        pattern = self.rooms.pattern(name)
        if about.get("is_ext_shared") or about.get("is_shared") or about.get("is_archived"):
            await self._shut(row, "shared with another company, or archived")
            return
        if row.why != ASKED and not pattern:
            await self._shut(row, "its name says nothing of an incident")
            return
        if not about.get("is_member") and not await self._joined(row):
            return
        row = replace(row, name=name, why=row.why or pattern)
        lines = await self._read(row)
        topic = [text_of(about, key, "value") for key in ("topic", "purpose")]
        row = await self._linked(row, [*topic, *(line.text for line in lines)], lines)
        message = hello(row, len(lines), self.out, self.lines.bot_user)
        await self.outgoing.post(f"{row.id}:hello", row.channel, "", message, kind=KIND)
        now = {"state": OPEN, "name": row.name, "why": row.why, "incident": row.incident}
        await self.core.db.write_whole(lambda tx: self.core.db.rooms.move(tx, row.id, (NEW,), **now))

    async def _joined(self, row: RoomRow) -> bool:
        try:
            await self.telling.ask("conversations_join", channel=row.channel)
        except (SlackLostError, SlackBusyError):
            raise
        except SlackAwayError as error:  # no scope, or private: until somebody invites us
            await self._shut(row, str(error))
            return False
        return True

    async def _shut(self, row: RoomRow, why: str) -> None:
        log.info("no_room", room=row.id, reason=why)
        now = {"state": SHUT, "words": why[:LENGTH], "changed_at": self.core.clock.now()}
        await self.core.db.write_whole(
            lambda tx: self.core.db.rooms.move(tx, row.id, (NEW, row.state), **now)
        )

    async def _read(self, row: RoomRow) -> list[LineRow]:
        """What was said before we came."""
        oldest = (self.core.clock.now() - BACK).timestamp()
        found = await self.telling.ask(
            "conversations_history", channel=row.channel, oldest=f"{oldest:.6f}", limit=MOST
        )
        for message in reversed(found.get("messages") or []):
            await self.lines.heard(row.channel, message)
        return await self.core.db.read_whole(lambda tx: self.core.db.rooms.unread(tx, row.id))

    async def _linked(self, row: RoomRow, texts: Sequence[str], lines: Sequence[LineRow]) -> RoomRow:
        """With its incident, where one fits or a service is known; the messages are read with that."""
        incident = row.incident
        if not incident:
            services = await self.links.services(row, texts)
            incident = await self.links.match(row, texts, services)
            if not incident and services:
                incident = await self.links.opened(row, services)
        read = [line.id for line in lines]
        db = self.core.db

        async def write(tx: Tx) -> None:
            await db.rooms.read(tx, read, row.spoken + 1)
            await db.rooms.change(tx, row.id, incident=incident)

        await db.write_whole(write)
        return replace(row, incident=incident)

    # going on

    async def _turn(self, row: RoomRow) -> RoomRow:
        """A burst of messages is one turn: when it was quiet for a while, or has lasted long enough."""
        db, now = self.core.db, self.core.clock.now()
        lines = await db.read_whole(lambda tx: db.rooms.unread(tx, row.id))
        quiet = self.core.policy.policy.file.rooms.quiet
        if not lines or (now - lines[-1].heard < quiet and now - lines[0].heard < BURST):
            return row
        return await self._linked(row, [line.text for line in lines], lines)

    async def _shown(self, row: RoomRow) -> _Shown | None:
        if not row.incident:
            return None
        db = self.core.db
        kept = await db.read_whole(lambda tx: db.triage.get(tx, row.incident))
        if kept is None:
            return None
        notes = await db.read_whole(lambda tx: db.triage_notes.of(tx, (row.incident, row.id)))
        judged = await db.read_whole(lambda tx: db.shadow.judged(tx, row.incident))
        if judged is not None and judged.shadow:  # on probation: what was found is told to its judges alone
            notes = [note for note in notes if note.kind != FOUND]
        return _Shown(kept, incident_from(kept, self.cards.topology()), History.of(notes))

    async def _card(self, row: RoomRow, shown: _Shown | None) -> RoomRow:
        elsewhere = "" if shown else await self.links.elsewhere(row)
        mark = f"{row.incident or elsewhere}:{shown.row.version if shown else 0}:{row.state}:{row.round}:{row.changed_at.isoformat()}"
        if mark == row.shown and row.ts:
            return row
        message = self._drawn(row, shown, elsewhere)
        ts = row.ts
        if ts:
            await self._edited(row, message)
        else:
            ts = await self.outgoing.post(f"{row.id}:card", row.channel, "", message, kind=KIND)
        now = {"shown": mark, "ts": ts}
        await self.core.db.write_whole(lambda tx: self.core.db.rooms.change(tx, row.id, **now))
        return replace(row, ts=ts, shown=mark)

    def _drawn(self, row: RoomRow, shown: _Shown | None, elsewhere: str) -> Message:
        about = (shown.incident, shown.history) if shown else None
        return room_card(row, about, self.core.clock.now(), self.out, elsewhere)

    async def _edited(self, row: RoomRow, message: Message) -> None:
        try:
            await self.outgoing.edit(row.channel, row.ts, message)
        except SlackRefusesError as error:  # somebody deleted it
            log.warning("room_card_gone", room=row.id, reason=str(error))

    async def _speak(self, row: RoomRow, shown: _Shown | None) -> None:
        """All that is new in one message. It is noted as being said first, and said under that number alone."""
        saying = dict(row.saying)
        if not saying:
            news = await self._fresh(row, shown) if shown else ()
            if not news:
                return
            saying = {"keys": [key for key, _ in news], "lines": [line for _, line in news]}
            if not await self._begun(row, saying):
                return
        await self.outgoing.post(f"{row.id}:say:{row.spoken + 1}", row.channel, row.ts, news_message(saying["lines"]), kind=KIND)  # fmt: skip
        told = [*row.told, *saying["keys"]]
        now = {"told": told, "saying": {}, "spoken": row.spoken + 1}
        await self.core.db.write_whole(lambda tx: self.core.db.rooms.change(tx, row.id, **now))

    async def _fresh(self, row: RoomRow, shown: _Shown) -> News:
        news = await news_of(self.core, shown.incident, shown.history, row.opened_at, self.out)
        return tuple((key, line) for key, line in news if key not in row.told)

    async def _begun(self, row: RoomRow, saying: Mapping[str, Any]) -> bool:
        """False: it was paused or completed meanwhile, and nothing is said."""
        values = {"saying": dict(saying)}
        return await self.core.db.write_whole(
            lambda tx: self.core.db.rooms.move(tx, row.id, (OPEN,), **values)
        )

    async def _again(self, row: RoomRow, shown: _Shown) -> None:
        key = f"again:{row.round}"
        later = any(one.firing and one.last > row.changed_at for one in shown.incident.seen.values())
        if not later or key in row.told:
            return
        line = "Something of this incident fires again. Mention me with `reopen` to go on with it."
        await self.outgoing.post(f"{row.id}:{key}", row.channel, row.ts, news_message((line,)), kind=KIND)
        told = [*row.told, key]
        await self.core.db.write_whole(lambda tx: self.core.db.rooms.change(tx, row.id, told=told))

    # ending

    async def _complete(self, row: RoomRow) -> None:
        """Summary and file, once a completion. Each step can be tried again."""
        lines = await self.core.db.read_whole(lambda tx: self.core.db.rooms.lines(tx, row.id, MOST))
        services = await self.links.services(row, [line.text for line in lines])
        shown = await self._shown(row)
        known = services_of(shown.incident) if shown else ()  # what the right to complete it was judged by
        if not row.incident:
            row = replace(row, incident=await self.links.opened(row, services))
            await self.core.db.write_whole(
                lambda tx: self.core.db.rooms.change(tx, row.id, incident=row.incident)
            )
        await self.links.ended(row, services)
        await self.core.db.write_whole(lambda tx: resolved(self.core, tx, row, known))
        if (shown := await self._shown(row)) is not None:
            told = list(hand_over(shown.incident, shown.history, self.core.clock.now(), self.rooms.name))
            where = replace(shown.row, channel=row.channel, ts=row.ts)
            await self.outgoing.post(f"{row.id}:complete:{row.round}", row.channel, "", summary(row, told, self.out), kind=KIND)  # fmt: skip
            await self.reports.hand_out(
                where, shown.incident, shown.history, f"{row.incident}-{row.round}.md"
            )
        else:
            notes = await self.core.db.read_whole(lambda tx: self.core.db.triage_notes.of(tx, (row.id,)))
            told = list(alone(row, notes, len(lines), self.rooms.name))
            end = summary_alone(row, told, await self.links.elsewhere(row), self.out)
            await self.outgoing.post(f"{row.id}:complete:{row.round}", row.channel, "", end, kind=KIND)
        await self.core.db.write_whole(
            lambda tx: self.core.db.rooms.move(tx, row.id, (COMPLETING,), state=COMPLETED)
        )
