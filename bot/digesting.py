"""One digest, built now as somebody: for a schedule, a command or the command line."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from agents.digests.build import Builder
from agents.digests.digest import Digest, Snapshot
from agents.digests.reading import SECONDS
from agents.digests.seeing import Eyes
from agents.digests.wording import holds, told
from agents.gate.turn import Turn
from agents.people import Actor, Place, Request
from agents.redaction import TurnMemory
from bot.core import Core


def turn_for(core: Core, name: str, actor: Actor, place: Place) -> Turn:
    """Its reads are on record under the digest's own name."""
    request = Request(f"digest:{name}", f"digest:{name}", actor, place, "", core.clock.now())
    now = asyncio.get_running_loop().time()
    return Turn.start(request, now=now, memory=TurnMemory(), seconds=SECONDS)


async def built(core: Core, kind: str, turn: Turn, since: datetime, former: Snapshot | None) -> Digest:
    """What whoever asks may see now. Raises StoreUnavailable."""
    eyes = Eyes(core.db, core.changes, core.duty, core.policy.policy)
    return await Builder(eyes, core.gate, core.clients, core.changes).build(kind, turn, since, former)


async def worded(core: Core, digest: Digest, actor: Actor) -> Digest:
    """As a model puts it, where one is set up, answers in time and makes up no figure; else as code put it."""
    if digest.nothing:
        return digest
    said = await core.relays.wording.word(core.redactor.clean(told(digest)), actor)
    if said is None or not holds(said.text, told(digest)):
        return digest
    return replace(digest, text=said.text, worded_by=said.model, counted=digest.text)
