"""`digest add`, `list`, `remove`, `preview`, `now`: what is posted to this channel on a schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from agents.digests.build import reach_of, snapshot_of
from agents.digests.digest import KINDS, NEEDS, Snapshot
from agents.digests.schedule import checked, moments
from agents.digests.standing import by_policy, named
from agents.gate.records import said_by
from agents.gate.turn import Turn
from agents.outcomes import Answer, Outcome, Question, Refusal
from agents.redaction import TurnMemory
from bot.commands.context import Ctx
from bot.commands.digestverbs import DIGEST_VERBS
from bot.commands.grammar import Parsed
from bot.commands.plans import NO_STORE
from bot.digesting import built, worded
from bot.replies.blocks import Message
from bot.replies.digest import digest_message
from storage.audit.events import AuditEvent, EventType
from storage.digests import DigestRow
from storage.errors import StoreUnavailable
from storage.ids import new_id
from storage.tx import Tx
from tools.spec import Table

SINCE = {"cost": timedelta(days=7), "access": timedelta(days=7), "noise": timedelta(days=7)}
DAY = timedelta(days=1)
MOST = 20  # in a channel
SECONDS = 50.0
HERE = Refusal("A digest belongs to a channel; say it there.", (), "digest-channel")
ANYWHERE = ("preview", "now")  # what is read alone needs no channel, where nobody reads along


async def digest(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    """Whoever may not read what a kind is made of hears nothing of it, its schedule included."""
    verb = parsed.verb.path[1]
    if ctx.place.kind != "channel" and not (verb in ANYWHERE and ctx.place.kind in ("cli", "dm")):
        return HERE
    try:
        return await DOES[verb](ctx, parsed)
    except StoreUnavailable:
        return NO_STORE


async def _add(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    kind, cron, now = parsed.word(0), parsed.word(1), ctx.core.clock.now()
    zone = parsed.flags.get("zone") or await _own_zone(ctx)
    if kind not in KINDS:
        return _no_kind(kind)
    if (refusal := await ctx.may(NEEDS[kind], parsed.verb.name)) is not None:
        return refusal
    try:
        ahead = checked(cron, zone, now)
    except ValueError as error:
        return Question(f"No schedule: {error}.", (DIGEST_VERBS[0].example,))
    made = (new_id("dig_"), ctx.place.workspace, ctx.place.channel, kind, cron, zone, ctx.actor.id, now, now)
    row = DigestRow(*made)

    async def write(tx: Tx) -> bool:
        if len(await ctx.core.db.digests.in_channel(tx, row.workspace, row.channel)) >= MOST:
            return False
        await ctx.core.db.digests.add(tx, row)
        await ctx.core.trail.record(tx, _event(ctx, row, "added"))
        return True

    if not await ctx.core.db.write_whole(write):
        return Refusal(f"This channel has {MOST} digests already.", (), ctx.request.id)
    text = f"{row.id}: {KINDS[kind]} comes to this channel by the clock of {zone}, first at {ahead:%F %H:%M} UTC, with what you may see here."
    return Answer(text, model="no model")


async def _own_zone(ctx: Ctx) -> str:
    """The clock that people mean when they name none is their own, where they said which that is."""
    find = partial(ctx.core.db.preferences.get, workspace=ctx.place.workspace, account=ctx.actor.id)
    return (await ctx.core.db.read_whole(find)).zone or "UTC"


async def _list(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    if (refusal := await ctx.may("monitoring:read", parsed.verb.name)) is not None:
        return refusal
    now = ctx.core.clock.now()
    found = [row for row in await _of_channel(ctx) if ctx.holds(NEEDS.get(row.kind, ""))]
    rows = tuple((named(r), r.kind, f"{r.cron} ({r.zone})", _name(ctx, r), _next(r, now)) for r in found)
    text = f"{len(rows)} digests in this channel."
    if not rows:
        text = "Nothing that you may see is posted to this channel on a schedule."
    table = Table("Digests", ("digest", "kind", "schedule", "as", "next"), rows)
    return Answer(text, tables=(table,) if rows else (), model="no model")


async def _remove(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    """By whoever set it up, or an admin; what the policy sets up is its own to end."""
    row = await _here(ctx, parsed.word(0)) or await _only(ctx, parsed.word(0))
    if row is None:
        return _unknown(parsed.word(0))
    needed = "monitoring:read" if row.owner == ctx.actor.id else "system:write"
    if (refusal := await ctx.may(needed, parsed.verb.name)) is not None:
        return refusal
    if by_policy(row):
        return Refusal(f"The policy file sets {named(row)} up: it ends when its line there does.", (), ctx.request.id)  # fmt: skip

    async def write(tx: Tx) -> bool:
        if gone := await ctx.core.db.digests.remove(tx, row.id):
            await ctx.core.trail.record(tx, _event(ctx, row, "removed"))
        return gone

    if not await ctx.core.db.write_whole(write):
        return _unknown(parsed.word(0))
    return Answer(f"{row.id} is removed: {KINDS[row.kind]} comes to this channel no more.", model="no model")


async def _preview(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    """A kind, or one of this channel as it would come next."""
    if (kind := parsed.word(0)) in KINDS:
        return await _said(ctx, parsed, kind, ctx.core.clock.now() - SINCE.get(kind, DAY), None)
    row = await _here(ctx, kind)
    return await _as_next(ctx, parsed, row) if row is not None else _no_kind(kind)


async def _now(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    """With the rights of whoever asks; the schedule goes on as it was."""
    word = parsed.word(0)
    row = await _here(ctx, word)
    if row is None and word in KINDS:
        mine = [one for one in await _of_channel(ctx) if one.kind == word]
        if len(mine) != 1:
            told = await _said(ctx, parsed, word, ctx.core.clock.now() - SINCE.get(word, DAY), None)
            return _loud(told)
        row = mine[0]
    return _loud(await _as_next(ctx, parsed, row)) if row is not None else _unknown(word)


def _loud(told: Outcome | Message) -> Outcome | Message:
    return replace(told, loud=True) if isinstance(told, Message) else told


async def _as_next(ctx: Ctx, parsed: Parsed, row: DigestRow) -> Outcome | Message:
    """Compared with what it told last, where this person may see the same."""
    db, reach = ctx.core.db, reach_of(ctx.policy, ctx.actor, ctx.place)
    kept = await db.read_whole(partial(db.digests.seen, workspace=row.workspace, digest=row.id))
    return await _said(ctx, parsed, row.kind, row.last_at, snapshot_of(kept, reach))


async def _said(
    ctx: Ctx, parsed: Parsed, kind: str, since: datetime, former: Snapshot | None
) -> Outcome | Message:
    if (refusal := await ctx.may(NEEDS[kind], parsed.verb.name)) is not None:
        return refusal
    request = replace(ctx.request, at=ctx.core.clock.now())
    turn = Turn.start(request, now=ctx.turn.deadline - 60.0, memory=TurnMemory(), seconds=SECONDS)
    found = await built(ctx.core, kind, turn, since, former)
    return digest_message(await worded(ctx.core, found, ctx.actor), ctx.out, {})


DOES = {"add": _add, "list": _list, "remove": _remove, "preview": _preview, "now": _now}


async def _of_channel(ctx: Ctx) -> list[DigestRow]:
    find = partial(ctx.core.db.digests.in_channel, workspace=ctx.place.workspace, channel=ctx.place.channel)
    rows: list[DigestRow] = await ctx.core.db.read_whole(find)
    return [row for row in rows if row.kind in KINDS]


async def _here(ctx: Ctx, word: str) -> DigestRow | None:
    """By its id, or by its name in the policy."""
    return next((row for row in await _of_channel(ctx) if word in (row.id, named(row))), None)


async def _only(ctx: Ctx, kind: str) -> DigestRow | None:
    """The one of this kind that still comes, where there is no choice."""
    mine = [row for row in await _of_channel(ctx) if row.kind == kind and not row.stopped]
    return mine[0] if len(mine) == 1 else None


def _name(ctx: Ctx, row: DigestRow) -> str:
    return "the policy" if by_policy(row) else ctx.core.enrolment.name(row.owner)


def _next(row: DigestRow, now: datetime) -> str:
    if row.stopped:
        return f"stopped: {row.stopped}"
    try:
        ahead = next(moments(row.cron, row.zone, now), None)
    except ValueError as error:  # written by a version that knew this zone
        return f"never: {error}"
    return f"{ahead:%F %H:%M} UTC" if ahead else "never"


def _no_kind(kind: str) -> Question:
    text = f"There is no digest called {kind[:40]!r}: {', '.join(KINDS)}."
    return Question(text, tuple(f"digest preview {name}" for name in KINDS))


def _unknown(digest: str) -> Question:
    return Question(f"This channel has no digest {digest[:40]!r}.", ("digest list",))


def _event(ctx: Ctx, row: DigestRow, result: str) -> AuditEvent:
    kept = {"id": row.id, "kind": row.kind, "cron": row.cron, "zone": row.zone, "owner": row.owner}
    return AuditEvent(
        type=EventType.CONFIG_CHANGED, **said_by(ctx.turn), result=result, detail={"what": "digest", **kept}
    )
