"""Digests on their schedule: each scheduled moment once, as whoever set it up, with the rights of this moment.

What is posted is planned under the digest and the scheduled moment before it is sent, so that a restart, another process or a
clock that was put back posts nothing twice. What was missed while no process ran is made up once, or said to be missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from agents.digests.build import reach_of, snapshot_of, stored
from agents.digests.digest import KINDS, NEEDS, Digest
from agents.digests.schedule import Due, due
from agents.digests.standing import ACTOR, by_policy, named, wanted
from agents.outlive import outlived
from agents.people import Actor, Place
from bot.core import Core
from bot.digesting import built, turn_for, worded
from bot.directory import Directory
from bot.lending import lent
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
AT_ONCE = 8  # digests that are built at the same time
HELD_S = 5.0  # so long one that takes long keeps another waiting
LONGEST_S = 90.0  # of one, whatever hangs; its reads have half of that
log = structlog.get_logger(__name__)


@dataclass
class Digests:
    core: Core
    outgoing: Outgoing
    directory: Directory
    out: Outbound
    held_s: float = HELD_S
    _links: dict[tuple[str, str], str] = field(default_factory=dict)
    _at_work: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _policy: str = ""

    async def look(self) -> None:
        """As `begin`, until what it began has ended."""
        tasks = await self.begin()
        try:
            await asyncio.gather(*tasks)
        except asyncio.CancelledError:
            for task in tasks:
                task.cancel()
            raise

    async def begin(self) -> list[asyncio.Task[None]]:
        """Every few seconds, in every process. One whose reads hang holds up no other. A store that is away is waited for."""
        db = self.core.db
        try:
            await self._as_the_policy_says()
            rows = await db.read_whole(partial(db.digests.running, workspace=self.outgoing.workspace))
        except StoreUnavailable as error:
            log.warning("digests_put_off", reason=str(error))
            return []
        return [self._begun(row) for row in rows if row.id not in self._at_work]

    def stop(self) -> None:
        for task in self._at_work.values():
            task.cancel()

    def _begun(self, row: DigestRow) -> asyncio.Task[None]:
        task = asyncio.create_task(self._alone(row), name=f"digest {row.id}")
        self._at_work[row.id] = task
        task.add_done_callback(lambda _: self._at_work.pop(row.id, None))
        return task

    async def _as_the_policy_says(self) -> None:
        """Once for each policy that comes into force: those it names are there, those it names no more are not."""
        policy, db, workspace = self.core.policy.policy, self.core.db, self.outgoing.workspace
        if self._policy == policy.hash:
            return
        rows = wanted(policy, workspace, self.core.clock.now())

        async def write(tx: Tx) -> None:
            known = await db.digests.of(tx, workspace, ACTOR.id)
            for row in known:
                if row.id not in {one.id for one in rows} and await db.digests.remove(tx, row.id):
                    await self.core.trail.record(tx, self._event(row, "removed", "the policy names it no more"))  # fmt: skip
            for row in rows:
                if await db.digests.put(tx, row):
                    await self.core.trail.record(tx, self._event(row, "added", "the policy names it"))

        await db.write_whole(write)
        self._policy = policy.hash

    async def _alone(self, row: DigestRow) -> None:
        """A zone that this version does not know, or a bug in one kind, costs that digest alone."""
        async with lent(self._room, self.held_s):
            error = await outlived(partial(self._in_time, row))
        if error is not None:
            log.warning("digest_failed", digest=row.id, error=type(error).__name__, reason=str(error))

    async def _in_time(self, row: DigestRow) -> None:
        async with asyncio.timeout(LONGEST_S):
            await self._one(row)

    async def _one(self, row: DigestRow) -> None:
        found = due(row.cron, row.zone, row.last_at, self.core.clock.now())
        if found is None:
            return
        actor = ACTOR if by_policy(row) else await self.core.relays.accounts.actor(row.owner)
        if actor.standing == "unknown":  # Slack does not say now; that is neither a yes nor a no
            return
        shared = await self.directory.shared_externally(row.channel)
        place = Place(row.workspace, row.channel, "", shared_externally=shared)
        decision = self.core.policy.policy.decide(actor, place, NEEDS[row.kind])
        if not decision.allow and shared and not self.directory.knows(row.channel):
            return  # Slack does not say who reads along; that ends nothing for good
        if not decision.allow:
            await self._post(row, found, self._over(row), stopped=decision.reason)
        elif found.too_late:
            await self._post(row, found, self._missing(row, found))
        else:
            reach = reach_of(self.core.policy.policy, actor, place)
            digest = await self._built(row, found, actor, place, reach)
            saw = stored(digest.seen, reach) if digest.seen else {}
            await self._post(row, found, await self._message(row, found, actor, digest), saw)

    async def _built(self, row: DigestRow, found: Due, actor: Actor, place: Place, reach: str) -> Digest:
        db = self.core.db
        kept = await db.read_whole(partial(db.digests.seen, workspace=row.workspace, digest=row.id))
        turn = turn_for(self.core, slot(row, found), actor, place)
        former = snapshot_of(kept, reach)
        return await worded(self.core, await built(self.core, row.kind, turn, row.last_at, former), actor)

    def _over(self, row: DigestRow) -> Message:
        """Said without a word of what it would have shown."""
        again = "The policy names it as it was" if by_policy(row) else "`digest add` sets up a new one"
        text = f"*{KINDS[row.kind]}*: no more of these come, {GONE}. {again}."
        return Message(text, (section(text),))

    def _missing(self, row: DigestRow, found: Due) -> Message:
        text = f"*{KINDS[row.kind]}*: the one of {found.at:%F %H:%M} UTC is missing{_more(found)}; no process ran then. `digest now {named(row)}` makes one."
        return Message(text, (section(text),))

    async def _message(self, row: DigestRow, found: Due, actor: Actor, digest: Digest) -> Message:
        missed = [f"{found.told} before this one were missed while no process ran."] if found.missed else []
        notes = (*missed, f"{named(row)}, set up by {actor.name or 'somebody'}")
        links = await self.led(digest)
        return digest_message(digest, self.out, links, *notes, judged=f"digest:{row.kind}:{slot(row, found)}")

    async def led(self, digest: Digest) -> dict[tuple[str, str], str]:
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

    async def _post(
        self,
        row: DigestRow,
        found: Due,
        message: Message,
        saw: Mapping[str, Any] | None = None,
        stopped: str = "",
    ) -> None:
        """That it was posted, what it told and that the moment is dealt with is noted in one transaction."""
        key = f"digest:{slot(row, found)}"
        try:
            async with self.outgoing.posting(key, row.channel, "", message, kind=KIND) as posted:
                posted.beside.append(partial(self._dealt, row=row, found=found, saw=saw or {}, stopped=stopped))  # fmt: skip
        except SlackRefusesError as error:
            await self._ended(row, found, f"Slack does not take it here: {error}")
        except (SlackAwayError, StoreUnavailable) as error:
            log.warning("digest_unsent", digest=row.id, reason=str(error))  # fmt: skip

    async def _dealt(self, tx: Tx, row: DigestRow, found: Due, saw: Mapping[str, Any], stopped: str) -> None:
        """Whoever was first notes it: the other one told the same."""
        digests = self.core.db.digests
        if not await digests.dealt_with(tx, row.id, found.at, stopped and GONE):
            return
        if saw:
            await digests.saw(tx, row, found.at, saw)
        if stopped:
            await self.core.trail.record(tx, self._event(row, "stopped", stopped))

    async def _ended(self, row: DigestRow, found: Due, why: str) -> None:
        """An archived channel, or one that we were removed from: trying again every few seconds helps nobody."""

        async def end(tx: Tx) -> None:
            if await self.core.db.digests.dealt_with(tx, row.id, found.at, why):
                await self.core.trail.record(tx, self._event(row, "stopped", why))

        await self.core.db.write_whole(end)
        log.warning("digest_stopped", digest=row.id, reason=why)

    def _event(self, row: DigestRow, result: str, why: str) -> AuditEvent:
        return AuditEvent(
            type=EventType.CONFIG_CHANGED, workspace=row.workspace, channel=row.channel, result=result,
            detail={"what": "digest", "id": row.id, "kind": row.kind, "owner": row.owner, "why": why},
        )  # fmt: skip


def slot(row: DigestRow, found: Due) -> str:
    """The digest and its scheduled moment."""
    return f"{row.id}:{found.at:%Y%m%dT%H%M%SZ}"


def _more(found: Due) -> str:
    return f", as are {found.told} before it" if found.missed else ""
