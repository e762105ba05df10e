"""`incident watch`, `pause`, `resume`, `complete`, `reopen`: what the bot does in a channel that belongs to one incident."""

from __future__ import annotations

from typing import Final

from agents.incidents.declared import Told
from agents.incidents.rooms import RoomDesk, room_id
from agents.outcomes import Outcome, Question, Refusal
from agents.triage.kept import incident_from
from agents.triage.topology import Topology
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from bot.commands.plans import NO_STORE
from bot.commands.plans import resume as resume_changes
from bot.replies.blocks import Message, section
from bot.touched import touched
from storage.errors import StoreUnavailable
from storage.rooms import PAUSED, RoomRow
from tools.spec import Scope

BOTH: Final = "Changes are stopped, and this channel's incident is paused. `incident resume` goes on with the incident; for the changes say `resume` in another channel."


async def watch(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    del parsed
    return _said(ctx, await _desk(ctx).watch(ctx.actor, ctx.place))


async def steer(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    verb = parsed.verb.path[1]
    try:
        scopes = await _scopes(ctx) if verb == "complete" else []
    except StoreUnavailable:
        return NO_STORE
    words = ctx.core.redactor.clean(parsed.word(0)) if parsed.words else ""
    return _said(ctx, await _desk(ctx).steer(ctx.actor, ctx.place, verb, words, scopes))


async def resume(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    """The same word for changes and for a paused incident: what is not in doubt is done."""
    try:
        row = await _room(ctx)
        async with ctx.core.db.read() as tx:
            stopped = (await ctx.core.db.switches.get(tx)).stopped
    except StoreUnavailable:
        return NO_STORE
    if row is None or row.state != PAUSED:
        return await resume_changes(ctx, parsed)
    if stopped:
        return Question(BOTH, ("incident resume",))
    return _said(ctx, await _desk(ctx).steer(ctx.actor, ctx.place, "resume", ""))


def _desk(ctx: Ctx) -> RoomDesk:
    core = ctx.core
    return RoomDesk(core.db, core.trail, core.clock, core.policy)


async def _room(ctx: Ctx) -> RoomRow | None:
    key = room_id(ctx.place.workspace, ctx.place.channel)
    return await ctx.core.db.read_whole(lambda tx: ctx.core.db.rooms.get(tx, key))


async def _scopes(ctx: Ctx) -> list[Scope]:
    """Completing resolves the incident, so it takes the right everywhere that it touches."""
    row, db = await _room(ctx), ctx.core.db
    kept = await db.read_whole(lambda tx: db.triage.get(tx, row.incident)) if row and row.incident else None
    if kept is None:
        return []
    return touched(incident_from(kept, Topology(ctx.core.services.all())), ctx.core.services)


def _said(ctx: Ctx, told: Told) -> Outcome | Message:
    if told.kind == "done":
        said = ctx.out.mrkdwn(told.text)
        return ctx.message(said, [section(said)])
    text = told.text.replace(NOTHING, "").strip()
    if told.kind == "none":
        return Question(text, ("incident",))
    return Refusal(text, told.who_may, ctx.request.id)
