"""Slack as a way out: planned under the notification's name, so that it stands there once however often it is tried."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.notify.ways import Delivery, SlackIsAway
from bot.notify.wording import closing, marked, pictured
from bot.outgoing import LeftToAnotherError, Outgoing, SlackAwayError, SlackRefusesError
from bot.replies.blocks import Message, context, section
from bot.replies.text import Outbound, mention
from storage.triage import TriageRow
from tools.errors import GiveUp, NotYet, TryLater

KIND = "notification"
THREAD = re.compile(r"\d+\.\d+")
PERSON = re.compile(r"[UW][A-Z0-9]{2,20}")
INCIDENT = "incident:"


@dataclass(frozen=True, slots=True)
class SlackWay:
    outgoing: Outgoing
    out: Outbound

    async def send(self, delivery: Delivery) -> str:
        """Where an incident's card stands the card itself tells it: no second message beside it."""
        row, event = delivery.row, delivery.event
        if event.area == "incident" and delivery.where == event.channel:
            return await self._card(row.subject.removeprefix(INCIDENT))
        thread = event.thread if event.channel == delivery.where and THREAD.fullmatch(event.thread) else ""
        try:
            return await self.outgoing.post(
                f"notification:{row.id}", delivery.where, thread, self.message(delivery), kind=KIND
            )
        except SlackRefusesError as error:
            await self.forget(row.id)
            raise GiveUp(f"Slack does not take it there ({error})") from error
        except LeftToAnotherError as error:
            raise TryLater("another process is about to post it") from error
        except SlackAwayError as error:
            raise SlackIsAway(f"Slack does not take it now ({error})") from error

    async def _card(self, incident: str) -> str:
        db = self.outgoing.db
        found: TriageRow | None = await db.read_whole(lambda tx: db.triage.get(tx, incident))
        if found is None:
            raise GiveUp("there is no such incident any more")
        if not found.ts:
            raise NotYet("the incident's card is not posted yet")
        return found.ts

    async def forget(self, name: str) -> None:
        """It is not sent later either."""
        db = self.outgoing.db
        await db.write_whole(lambda tx: db.outbox.forget(tx, f"notification:{name}"))

    def message(self, delivery: Delivery) -> Message:
        event, out = delivery.event, self.out
        head = f"*{marked(event).capitalize()}*: {out.mrkdwn(event.title)}"
        called = f"{mention(delivery.where)} " if PERSON.fullmatch(delivery.where) else ""
        facts = [f"{out.mrkdwn(name)}: {out.mrkdwn(value)}" for name, value in event.facts]
        lines = [*map(out.mrkdwn, event.lines), *facts, *map(out.mrkdwn, pictured(event))]
        end = out.mrkdwn(" ".join(closing(delivery)))
        blocks = [section(head), *([section("\n".join(lines))] if lines else []), context(end)]
        return Message("\n".join((f"{called}{head}", *lines, end)), tuple(blocks))
