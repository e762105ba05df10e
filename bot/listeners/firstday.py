"""Invited to a channel: one message there, once, however often we are invited and whichever process hears of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from agents.firstday import as_whom, changing, questions
from agents.incidents.rooms import RoomDesk
from agents.people import Actor
from agents.servicemap import Looked
from bot.commands.context import turn_of
from bot.core import Core
from bot.envelope import text_of
from bot.intake import Admitted
from bot.outgoing import Outgoing, SlackRefusesError
from bot.replies.findings import who
from bot.replies.firstday import first_message
from bot.replies.text import Outbound
from bot.telling import Telling

log = structlog.get_logger(__name__)
KIND = "first day"


@dataclass
class FirstDay:
    core: Core
    outgoing: Outgoing
    out: Outbound
    telling: Telling
    rooms: RoomDesk

    async def __call__(self, work: Admitted) -> None:
        """Planned under the channel's key before it is posted: what a killed process planned is sent by whoever comes after."""
        place, policy = work.place, self.core.policy.policy
        if place.shared_externally or policy.channel(place.channel).deny:
            return
        key = f"first day:{place.workspace}:{place.channel}"
        try:
            if await self.outgoing.resend(key) or await self._introduced_by_its_incident(place.channel):
                return
            actor = as_whom(policy, work.actor, place)
            looked = await self._look(work, actor)
            proposal = ""
            if looked.entries and actor is not None:
                kept = await self.core.map.keep(place.workspace, place.channel, actor.id, looked.entries)
                proposal = kept.id
            whose = self._whose(actor) if actor is not None and not looked.refused else ""
            message = first_message(
                looked,
                whose,
                changing(policy, place),
                questions(looked.data),
                proposal=proposal,
                out=self.out,
            )
            await self.outgoing.post(key, place.channel, "", message, kind=KIND)
        except SlackRefusesError as error:  # taken out again meanwhile
            log.info("first_day_refused", channel=place.channel, reason=str(error))

    async def _introduced_by_its_incident(self, channel: str) -> bool:
        """A channel of an incident has an introduction of its own."""
        if not self.rooms.home:
            return False
        about = await self.telling.ask("conversations_info", channel=channel)
        return bool(self.rooms.pattern(text_of(about.get("channel"), "name")))

    async def _look(self, work: Admitted, actor: Actor | None) -> Looked:
        if actor is None:
            return Looked()
        return await self.core.map.look(turn_of(replace(work.request, actor=actor)))

    def _whose(self, actor: Actor) -> str:
        return "my own account for triage" if actor.team == "system" else who(actor.id)
