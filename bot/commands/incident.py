"""`incident`, `incident declare`, `incident close`, `incident budget`: bound to the channel in which they are said."""

from __future__ import annotations

from dataclasses import replace

from agents.incidents.declared import Told
from agents.incidents.rooms import STATES, RoomDesk, room_id
from agents.outcomes import Answer, Outcome, Question, Refusal
from agents.policy import Permission
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from bot.commands.plans import NO_STORE
from bot.replies.answer import ACTION_ASK
from bot.replies.blocks import Block, Message, actions, button, section
from storage.errors import StoreUnavailable

READ = "remediation:read"


async def incident(ctx: Ctx, parsed: Parsed) -> Outcome:
    del parsed
    try:
        followed = await _followed(ctx)
    except StoreUnavailable:
        return NO_STORE
    if followed and not ctx.holds(READ):
        return Answer(followed, model="no model")
    refusal = await ctx.may(READ, "incident")
    if refusal is not None:
        return refusal
    try:
        row = await ctx.core.incidents.open_in(ctx.place.workspace, ctx.place.channel)
    except StoreUnavailable:
        return NO_STORE
    if row is None:
        return Answer(followed or "No incident is open in this channel.", model="no model")
    duty = await ctx.core.duty.on_duty(ctx.place.channel, ctx.core.clock.now())
    who = ", ".join(person.name for person in duty.people) or "nobody as far as the policy says"
    budget = "raised" if row.raised_at else "as always"
    text = (
        f"Open since {row.declared_at:%H:%M} UTC: {row.title}. On duty: {who}. Budget of changes: {budget}."
        f"{' ' if followed else ''}{followed}"
    )
    return Answer(text, notes=duty.problems, model="no model")


async def _followed(ctx: Ctx) -> str:
    """How it stands where the channel belongs to an incident, for those who may read in it or in `home`; else empty. Raises StoreUnavailable."""
    key, rooms = room_id(ctx.place.workspace, ctx.place.channel), ctx.core.db.rooms
    row = await ctx.core.db.read_whole(lambda tx: rooms.get(tx, key))
    core = ctx.core
    desk = RoomDesk(core.db, core.trail, core.clock, core.policy)
    may = desk.may(ctx.actor, ctx.place, Permission.MONITORING_READ).allow
    if row is None or row.state not in STATES or not may:
        return ""
    about = f"incident {row.incident}" if row.incident else "no incident that I know of yet"
    by = ctx.core.enrolment.name(row.changed_by)
    return f"I follow {about} here; it is {STATES[row.state]} since {row.changed_at:%H:%M} UTC, by {by}."


async def declare(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    """With the button that an approver presses for more room; whoever presses it commands it in their own name."""
    raising = button("Raise the hourly budget of changes", f"{ACTION_ASK}:0", "incident budget")
    told = await ctx.core.incidents.declare(ctx.actor, ctx.place, parsed.word(0))
    return _said(ctx, told, actions("incident", [raising]))


async def close(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    return _said(ctx, await ctx.core.incidents.close(ctx.actor, ctx.place, parsed.word(0)))


async def budget(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    del parsed
    return _said(ctx, await ctx.core.incidents.raise_budget(ctx.actor, ctx.place))


def _said(ctx: Ctx, told: Told, *more: Block) -> Outcome | Message:
    text = told.text.replace(NOTHING, "").strip()
    if told.kind == "done":
        said = ctx.out.mrkdwn(text)
        return replace(ctx.message(said, [section(f"*{said}*"), *more]), loud=True)
    if told.kind == "none":
        return Question(text, ("incident",))
    return Refusal(text, told.who_may, ctx.request.id)
