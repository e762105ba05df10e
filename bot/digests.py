"""Digests on their schedule: each scheduled moment once, as the person who set it up, with the rights of this moment.

What is posted is planned under the digest and the scheduled moment before it is sent, so that a restart, another process or a
clock that was put back posts nothing twice. What was missed while no process ran is made up once, or said to be missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog
from slack_sdk.errors import SlackApiError

from agents.digests.compose import KINDS, Digest, compose
from agents.digests.schedule import Due, due
from agents.digests.seeing import READ, Eyes
from agents.people import Actor, Place
from bot.core import Core
from bot.directory import Directory
from bot.outgoing import Outgoing, SlackAwayError, SlackRefusesError
from bot.replies.blocks import Message, section
from bot.replies.digest import digest_message
from bot.replies.text import Outbound
from bot.slackclient import AWAY
from storage.audit.events import AuditEvent, EventType
from storage.digests import DigestRow
from storage.errors import StoreUnavailable
from storage.tx import Tx

KIND = "digest"
GONE = "whoever set it up may not read this here any more"
log = structlog.get_logger(__name__)


async def built(core: Core, kind: str, actor: Actor, place: Place, since: datetime) -> Digest:
    """What `actor` may see in `place` now. Raises StoreUnavailable."""
    eyes = Eyes(core.db, core.changes, core.duty, core.policy.policy)
    return compose(kind, await eyes.seen(actor, place, since, core.clock.now()))


@dataclass
class Digests:
    core: Core
    outgoing: Outgoing
    directory: Directory
    out: Outbound
    _links: dict[tuple[str, str], str] = field(default_factory=dict)

    async def look(self) -> None:
        """Every few seconds, in every process. A store or a Slack that is away is waited for."""
        db = self.core.db
        try:
            for row in await db.read_whole(partial(db.digests.running, workspace=self.outgoing.workspace)):
                await self._alone(row)
        except StoreUnavailable as error:
            log.warning("digests_put_off", reason=str(error))

    async def _alone(self, row: DigestRow) -> None:
        """A zone or a kind that this version does not know costs that digest alone."""
        try:
            await self._one(row)
        except (KeyError, ValueError) as error:
            log.warning("digest_failed", digest=row.id, error=type(error).__name__, reason=str(error))

    async def _one(self, row: DigestRow) -> None:
        found = due(row.cron, row.zone, row.last_at, self.core.clock.now())
        if found is None:
            return
        actor = await self.core.relays.accounts.actor(row.owner)
        if actor.standing == "unknown":  # Slack does not say now; that is neither a yes nor a no
            return
        shared = await self.directory.shared_externally(row.channel)
        place = Place(row.workspace, row.channel, "", shared_externally=shared)
        decision = self.core.policy.policy.decide(actor, place, READ)
        if not decision.allow and shared and not self.directory.knows(row.channel):
            return  # Slack does not say who reads along; that ends nothing for good
        message = await self._message(row, found, actor, place) if decision.allow else self._over(row)
        await self._post(row, found.at, message, stopped="" if decision.allow else decision.reason)

    def _over(self, row: DigestRow) -> Message:
        """Said without a word of what it would have shown."""
        text = f"*{KINDS[row.kind]}*: no more of these come, {GONE}. `digest add` sets up a new one."
        return Message(text, (section(text),))

    async def _message(self, row: DigestRow, found: Due, actor: Actor, place: Place) -> Message:
        if found.too_late:
            text = f"*{KINDS[row.kind]}*: the one of {found.at:%F %H:%M} UTC is missing{_more(found)}; no process ran then. `digest now {row.id}` makes one."
            return Message(text, (section(text),))
        digest = await built(self.core, row.kind, actor, place, row.last_at)
        missed = [f"{found.missed} before this one were missed while no process ran."] if found.missed else []
        return digest_message(
            digest, self.out, await self._led(digest), *missed, f"{row.id}, set up by {actor.name}"
        )

    async def _led(self, digest: Digest) -> dict[tuple[str, str], str]:
        """Addresses of the messages that the lines lead to; without those that Slack does not say now."""
        for item in (item for part in digest.parts for item in part.items):
            if item.channel and item.ts and (item.channel, item.ts) not in self._links:
                try:
                    ask = self.outgoing.client.chat_getPermalink
                    found = await ask(channel=item.channel, message_ts=item.ts)
                except (SlackApiError, *AWAY):
                    continue
                self._links[item.channel, item.ts] = str(found.get("permalink") or "")
        return self._links

    async def _post(self, row: DigestRow, at: datetime, message: Message, stopped: str) -> None:
        """That it was posted and that it is dealt with is noted in one transaction."""
        db, key = self.core.db, f"digest:{row.id}:{at:%Y%m%dT%H%M%SZ}"
        try:
            async with self.outgoing.posting(key, row.channel, "", message, kind=KIND) as posted:
                posted.beside.append(
                    partial(db.digests.dealt_with, digest=row.id, at=at, stopped=stopped and GONE)
                )
                if stopped:
                    posted.beside.append(partial(self.core.trail.record, event=self._stopped(row, stopped)))
        except SlackRefusesError as error:
            await self._ended(row, at, f"Slack does not take it here: {error}")
        except SlackAwayError as error:
            log.warning("digest_unsent", digest=row.id, reason=str(error))

    async def _ended(self, row: DigestRow, at: datetime, why: str) -> None:
        """An archived channel, or one that we were removed from: trying again every few seconds helps nobody."""

        async def end(tx: Tx) -> None:
            if await self.core.db.digests.dealt_with(tx, row.id, at, why):
                await self.core.trail.record(tx, self._stopped(row, why))

        await self.core.db.write_whole(end)
        log.warning("digest_stopped", digest=row.id, reason=why)

    def _stopped(self, row: DigestRow, why: str) -> AuditEvent:
        return AuditEvent(
            type=EventType.CONFIG_CHANGED, workspace=row.workspace, channel=row.channel, result="stopped",
            detail={"what": "digest", "id": row.id, "kind": row.kind, "owner": row.owner, "why": why},
        )  # fmt: skip


def _more(found: Due) -> str:
    return f", as are {found.missed} before it" if found.missed else ""
