"""`notifications`: the history, an acknowledgement, another try of a dead letter, a test of a route."""

from __future__ import annotations

from functools import partial

from agents.gate.records import said_by
from agents.notifications.event import Event
from agents.outcomes import Answer, Outcome, Question, Refusal
from agents.policy.routes import named
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from bot.commands.near import nearest
from bot.commands.notifyverbs import ADMIN, SEND
from bot.commands.plans import NO_STORE
from bot.commands.verb import AUDIT
from bot.notify.dispatch import Dispatch
from storage.audit.events import AuditEvent, EventType
from storage.errors import StoreUnavailable
from storage.ids import new_id
from storage.notifications import DEAD, STATES, NotificationRow
from storage.tx import Tx
from tools.spec import Table

SHOWN = 20
ROW = tuple[str, ...]


async def notifications(ctx: Ctx, parsed: Parsed) -> Outcome:
    if (refusal := await ctx.may(NEEDS[parsed.verb.name], parsed.verb.name)) is not None:
        return refusal
    try:
        return await DOES[parsed.verb.name](ctx, parsed)
    except StoreUnavailable:
        return NO_STORE


async def _list(ctx: Ctx, parsed: Parsed) -> Outcome:
    state, db, workspace = (parsed.words[0] if parsed.words else ""), ctx.core.db, ctx.place.workspace
    if state and state not in STATES:
        return Question(f"There is no state {state[:40]!r}: {', '.join(STATES)}.", ("notifications dead",))
    counts = await db.read_whole(partial(db.notifications.counts, workspace=workspace))
    rows = await db.read_whole(
        partial(db.notifications.history, workspace=workspace, state=state, most=SHOWN)
    )
    if not counts:
        return Answer("Nothing was notified yet.", model="no model")
    text = f"Notifications: {', '.join(f'{counts[name]} {name}' for name in STATES if name in counts)}."
    if sum(counts.get(name, 0) for name in ([state] if state else STATES)) > len(rows):
        text += f" The newest {len(rows)} are shown."
    heads = ("notification", "state", "what", "to", "tries", "when (UTC)", "why")
    table = Table("Notifications", heads, tuple(_cells(row) for row in rows))
    return Answer(text, tables=(table,) if rows else (), model="no model")


def _cells(row: NotificationRow) -> ROW:
    when = row.sent_at or row.due_at
    why = row.held if row.state == "waiting" and row.attempts == 0 else row.error
    if row.seen_by:
        why = f"{why + ', ' if why else ''}seen: {row.seen_by}"
    what = f"{row.severity} {row.action}: {row.content.get('title', '')}"
    return row.id, row.state, what, row.destination, str(row.attempts), f"{when:%m-%d %H:%M:%S}", why


async def _ack(ctx: Ctx, parsed: Parsed) -> Outcome:
    db, row = ctx.core.db, await _one(ctx, parsed)
    if row is None:
        return _unknown(parsed)
    now = ctx.core.clock.now()
    event = Event.of(row.content)
    told = Event(
        key=f"{row.subject}:ack:{ctx.request.id}", subject=row.subject, area=event.area, severity=event.severity,
        action="acknowledge", at=now, title=event.title, channel=event.channel, person=ctx.actor.name,
    )  # fmt: skip
    if row.seen_by:
        return Answer(f"{row.seen_by} said so before.", model="no model")
    await _dispatch(ctx).tell(told)
    await db.write_whole(partial(ctx.core.trail.record, event=_event(ctx, row, "acknowledged")))
    return Answer(f"{ctx.actor.name} is on it: nobody else is called about it.", model="no model")


async def _retry(ctx: Ctx, parsed: Parsed) -> Outcome:
    db, row = ctx.core.db, await _one(ctx, parsed)
    if row is None:
        return _unknown(parsed)

    async def write(tx: Tx) -> bool:
        if not await db.notifications.retry(tx, row.workspace, row.id, ctx.core.clock.now()):
            return False
        await ctx.core.trail.record(tx, _event(ctx, row, "tried anew"))
        return True

    if not await db.write_whole(write):
        state = "is no dead letter" if row.state != DEAD else "was taken up meanwhile"
        return Refusal(f"{row.id} {state}. {NOTHING}", (), ctx.request.id)
    return Answer(f"{row.id} is tried anew, to {row.destination}.", model="no model")


async def _test(ctx: Ctx, parsed: Parsed) -> Outcome:
    route = " ".join(parsed.words)
    known = named(ctx.policy.file.notifications)
    if route not in known:
        near = nearest(route, tuple(known))
        text = f"There is no route {route[:60]!r}: {', '.join(known) or 'the policy has none'}."
        return Question(text, tuple(f"notifications test {name}" for name in near))
    db, dispatch, now = ctx.core.db, _dispatch(ctx), ctx.core.clock.now()
    name = new_id("test_")
    event = Event(
        key=name, subject=name, area="bot", severity="info", action="trigger", at=now,
        title=f"Test of the route {route}", lines=(f"{ctx.actor.name} asked for it. Nothing is wrong.",),
    )  # fmt: skip
    router = await dispatch.router("")

    async def write(tx: Tx) -> int:
        found = await dispatch.add(tx, event, router.along(route, event, now), now, singly=True)
        detail = {"what": "notification", "route": route, "deliveries": found}
        test = AuditEvent(type=EventType.CONFIG_CHANGED, **said_by(ctx.turn), result="tested", detail=detail)
        await ctx.core.trail.record(tx, test)
        return found

    count = await db.write_whole(write)
    if not count:
        return Answer(f"{route} leads nowhere now: nobody is on duty.", model="no model")
    deliveries = "1 delivery is" if count == 1 else f"{count} deliveries are"
    return Answer(
        f"{deliveries} on the way by {route}; `notifications` shows how they end.", model="no model"
    )


NEEDS = {
    "notifications": AUDIT,
    "notifications ack": SEND,
    "notifications retry": ADMIN,
    "notifications test": ADMIN,
}
DOES = {
    "notifications": _list,
    "notifications ack": _ack,
    "notifications retry": _retry,
    "notifications test": _test,
}


def _dispatch(ctx: Ctx) -> Dispatch:
    """Planning needs no way out: whichever process comes first delivers it."""

    async def fine() -> str:
        return "ok"

    return Dispatch(ctx.core, ctx.place.workspace, ctx.out, fine)


async def _one(ctx: Ctx, parsed: Parsed) -> NotificationRow | None:
    db = ctx.core.db
    find = partial(db.notifications.get, workspace=ctx.place.workspace, ref=parsed.word(0))
    found: NotificationRow | None = await db.read_whole(find)
    return found


def _unknown(parsed: Parsed) -> Question:
    return Question(f"There is no notification {parsed.word(0)[:40]!r}.", ("notifications",))


def _event(ctx: Ctx, row: NotificationRow, result: str) -> AuditEvent:
    detail = {"what": "notification", "id": row.id, "route": row.route, "way": row.kind}
    return AuditEvent(type=EventType.CONFIG_CHANGED, **said_by(ctx.turn), result=result, detail=detail)
