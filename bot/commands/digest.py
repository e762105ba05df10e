"""`digest add`, `list`, `remove`, `preview`, `now`: what is posted to this channel on a schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from agents.digests.compose import KINDS
from agents.digests.schedule import checked, moments
from agents.digests.seeing import READ
from agents.gate.records import said_by
from agents.outcomes import Answer, Outcome, Question, Refusal
from bot.commands.context import Ctx
from bot.commands.digestverbs import DIGEST_VERBS
from bot.commands.grammar import Parsed
from bot.commands.plans import NO_STORE
from bot.digests import built
from bot.replies.blocks import Message
from bot.replies.digest import digest_message
from storage.audit.events import AuditEvent, EventType
from storage.digests import DigestRow
from storage.errors import StoreUnavailable
from storage.ids import new_id
from storage.tx import Tx
from tools.spec import Table

DAY = timedelta(days=1)
MOST = 20  # in a channel
HERE = Refusal("A digest belongs to a channel; say it there.", (), "digest-channel")


async def digest(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    """Every one of them asks the same first: may this person read plans in this channel?"""
    if (refusal := await ctx.may(READ, parsed.verb.name)) is not None:
        return refusal
    if ctx.place.kind != "channel":
        return HERE
    try:
        return await DOES[parsed.verb.path[1]](ctx, parsed)
    except StoreUnavailable:
        return NO_STORE


async def _add(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    kind, cron, zone, now = (
        parsed.word(0),
        parsed.word(1),
        parsed.flags.get("zone", "UTC"),
        ctx.core.clock.now(),
    )
    if kind not in KINDS:
        return _no_kind(kind)
    try:
        ahead = checked(cron, zone, now)
    except ValueError as error:
        return Question(f"No schedule: {error}.", (DIGEST_VERBS[0].example,))
    row = DigestRow(
        new_id("dig_"), ctx.place.workspace, ctx.place.channel, kind, cron, zone, ctx.actor.id, now, now
    )

    async def write(tx: Tx) -> bool:
        if len(await ctx.core.db.digests.in_channel(tx, row.workspace, row.channel)) >= MOST:
            return False
        await ctx.core.db.digests.add(tx, row)
        await ctx.core.trail.record(tx, _event(ctx, row, "added"))
        return True

    if not await ctx.core.db.write_whole(write):
        return Refusal(f"This channel has {MOST} digests already.", (), ctx.request.id)
    return Answer(
        f"{row.id}: {KINDS[kind]} comes to this channel, first at {ahead:%F %H:%M} UTC.", model="no model"
    )


async def _list(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    del parsed
    find = partial(ctx.core.db.digests.in_channel, workspace=ctx.place.workspace, channel=ctx.place.channel)
    found = await ctx.core.db.read_whole(find)
    now = ctx.core.clock.now()
    rows = tuple((r.id, r.kind, f"{r.cron} ({r.zone})", _name(ctx, r.owner), _next(r, now)) for r in found)
    text = (
        f"{len(rows)} digests in this channel."
        if rows
        else "Nothing is posted to this channel on a schedule."
    )
    table = Table("Digests", ("digest", "kind", "schedule", "as", "next"), rows)
    return Answer(text, tables=(table,) if rows else (), model="no model")


async def _remove(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    """By whoever set it up, or an admin."""
    row = await _here(ctx, parsed.word(0))
    if row is None:
        return _unknown(parsed.word(0))
    if row.owner != ctx.actor.id and (refusal := await ctx.may("system:write", "digest remove")) is not None:
        return refusal

    async def write(tx: Tx) -> None:
        if await ctx.core.db.digests.remove(tx, row.id):
            await ctx.core.trail.record(tx, _event(ctx, row, "removed"))

    await ctx.core.db.write_whole(write)
    return Answer(f"{row.id} is removed: {KINDS[row.kind]} comes to this channel no more.", model="no model")


async def _preview(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    if parsed.word(0) not in KINDS:
        return _no_kind(parsed.word(0))
    return await _said(ctx, parsed.word(0), ctx.core.clock.now() - DAY)


async def _now(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    """With the rights of whoever asks; the schedule goes on as it was."""
    row = await _here(ctx, parsed.word(0))
    if row is None:
        return _unknown(parsed.word(0))
    return replace(await _said(ctx, row.kind, row.last_at), loud=True)


async def _said(ctx: Ctx, kind: str, since: datetime) -> Message:
    found = await built(ctx.core, kind, ctx.actor, ctx.place, since)
    return digest_message(found, ctx.out, {})


DOES = {"add": _add, "list": _list, "remove": _remove, "preview": _preview, "now": _now}


async def _here(ctx: Ctx, digest: str) -> DigestRow | None:
    get = partial(ctx.core.db.digests.get, workspace=ctx.place.workspace, digest=digest)
    row: DigestRow | None = await ctx.core.db.read_whole(get)
    return row if row is not None and row.channel == ctx.place.channel else None


def _name(ctx: Ctx, account: str) -> str:
    return ctx.core.enrolment.name(account)


def _next(row: DigestRow, now: datetime) -> str:
    if row.stopped:
        return f"stopped: {row.stopped}"
    ahead = next(moments(row.cron, row.zone, now), None)
    return f"{ahead:%F %H:%M} UTC" if ahead else "never"


def _no_kind(kind: str) -> Question:
    return Question(
        f"There is no digest called {kind[:40]!r}: {', '.join(KINDS)}.", ("digest preview handover",)
    )


def _unknown(digest: str) -> Question:
    return Question(f"This channel has no digest {digest[:40]!r}.", ("digest list",))


def _event(ctx: Ctx, row: DigestRow, result: str) -> AuditEvent:
    detail = {
        "what": "digest",
        "id": row.id,
        "kind": row.kind,
        "cron": row.cron,
        "zone": row.zone,
        "owner": row.owner,
    }
    return AuditEvent(type=EventType.CONFIG_CHANGED, **said_by(ctx.turn), result=result, detail=detail)
