"""`watch`, `watch list`, `watch stop`: a read that is asked again every minute for a while, and speaks on change alone."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

from agents.gate.called import Called
from agents.gate.records import said_by
from agents.outcomes import Answer, Outcome, Question, Refusal
from agents.watching.facts import QUIET, facts_of
from agents.watching.wish import Wish, length, wished
from bot.commands.context import Ctx
from bot.commands.grammar import Parsed
from bot.commands.plans import NO_STORE
from bot.commands.reads import no_answer
from bot.commands.target import target_of
from bot.commands.watchverbs import WATCH_VERBS
from bot.replies.watch import closing, state
from bot.watches import event
from storage.audit.events import AuditEvent
from storage.errors import StoreUnavailable
from storage.ids import new_id
from storage.tx import Tx
from storage.watches import WatchRow
from tools.spec import Table

OF_A_PERSON: Final = 5
OF_A_CHANNEL: Final = 10
FULL: Final = {
    "person": f"You have {OF_A_PERSON} watches already; `watch list` shows them, `watch stop` ends one.",
    "channel": f"This channel has {OF_A_CHANNEL} watches already; `watch list` shows them.",
}
READ: Final = "monitoring:read"
MQL: Final = re.compile(r"^\w+\[\d+[mhd]\]")
HERE: Final = Refusal("A watch speaks in Slack; set it up there.", (), "watch-place")
Candidates = list[tuple[str, dict[str, Any]]]


async def watch(ctx: Ctx, parsed: Parsed) -> Outcome:
    """The first read decides whether there is anything to watch, with the gate's own answer where there is not."""
    if ctx.place.kind in {"cli", "home"}:
        return HERE
    try:
        wish = wished(parsed.word(0))
    except ValueError as error:
        return Question(f"I cannot watch that: {error}.", (WATCH_VERBS[0].example,))
    first: Called | None = None
    for tool, args in await _candidates(ctx, wish, parsed.flags):
        called = await ctx.core.gate.call(ctx.turn, tool, args)
        facts = facts_of(tool, called.result.data) if called.result is not None and called.ok else {}
        if called.ok and (facts or tool in QUIET):
            return await _begin(ctx, wish, called, facts)
        first = first or called
    if first is None or first.ok:
        return Question(
            f"I find nothing to watch about {wish.what or wish.metric!r}.", (WATCH_VERBS[0].example,)
        )
    return no_answer(first, parsed, ctx)


async def _candidates(ctx: Ctx, wish: Wish, flags: Any) -> Candidates:
    """Reads that could be meant, the likeliest first; each is asked only where the one before found nothing."""
    place = {key: flags[key] for key in ("namespace", "cluster") if key in flags}
    what, cloud = wish.what, ctx.core.clients.oracle is not None
    found: Candidates = []
    if wish.kind == "query":
        mql = MQL.match(what) is not None
        return [("oci_query", {"query": what})] if mql else [("prom_query", {"query": what, "since": "1h"})]
    if wish.kind == "metric":
        return await _metric(ctx, wish, cloud=cloud)
    if wish.kind == "alarm":
        if cloud:
            found.append(("oci_alarms", {"name": what, "firing": False}))
        return [*found, ("prom_alerts", {"name": what})]
    target = await target_of(ctx, what, place)
    if wish.kind in {"", "service"} and "service" in target:
        found.append(("ops_service", place | target))
    if wish.kind == "workload" or (not wish.kind and "name" in target):
        named = {key: value for key, value in target.items() if key != "kind"}
        found.append(("k8s_workload", place | (named if "name" in named else {"name": what})))
    if cloud and wish.kind in {"", "instance"}:
        found.append(("oci_instance", {"resource": what}))
    return found or [("ops_service", {"service": what})]


async def _metric(ctx: Ctx, wish: Wish, *, cloud: bool) -> Candidates:
    found: Candidates = []
    target = await target_of(ctx, wish.what, {}) if wish.what else {}
    if "service" in target:
        found.append(("prom_query", {"service": wish.what, "metric": wish.metric, "since": "1h"}))
    if cloud:
        of = {"resource": wish.what} if wish.what else {}
        found.append(("oci_metric", {"metric": wish.metric, "since": "1h", **of}))
    return found or [("prom_query", {"query": wish.metric, "since": "1h"})]


async def _begin(ctx: Ctx, wish: Wish, called: Called, facts: dict[str, str | float]) -> Outcome:
    now, place = ctx.core.clock.now(), ctx.place
    title = f"{wish.metric} of {wish.what}" if wish.metric and wish.what else wish.what or wish.metric
    row = WatchRow(
        new_id("wat_"), place.workspace, place.channel, place.thread, ctx.actor.id, title[:120], called.name,
        dict(called.args), now, now + wish.lasts, now, facts,
    )  # fmt: skip

    async def write(tx: Tx) -> str:
        begin = ctx.core.db.watches.begin
        if full := await begin(tx, row, of_person=OF_A_PERSON, of_channel=OF_A_CHANNEL):
            return FULL[full]
        await ctx.core.trail.record(tx, _event(ctx, row, "begun"))
        return ""

    try:
        if full := await ctx.core.db.write_whole(write):
            return Refusal(full, (), ctx.request.id)
    except StoreUnavailable:
        return NO_STORE
    said = f"I watch {row.title} for {length(wish.lasts)}, until {row.ends_at:%H:%M} UTC, with your rights, and speak when something changes ({row.id}). Now: {state(row.seen)}."
    unseen = called.result.could_not_see if called.result else ()
    return Answer(said, scope=called.result.scope if called.result else Answer("").scope, could_not_see=unseen, model="no model")  # fmt: skip


async def watches(ctx: Ctx, parsed: Parsed) -> Outcome:
    """`watch list` and `watch stop`."""
    if (refusal := await ctx.may(READ, parsed.verb.name)) is not None:
        return refusal
    try:
        find = partial(ctx.core.db.watches.running, workspace=ctx.place.workspace)
        here = [row for row in await ctx.core.db.read_whole(find) if row.channel == ctx.place.channel]
        return await _stop(ctx, parsed.word(0), here) if parsed.verb.path[1] == "stop" else _list(ctx, here)
    except StoreUnavailable:
        return NO_STORE


def _list(ctx: Ctx, here: list[WatchRow]) -> Answer:
    rows = tuple(
        (one.id, one.title, ctx.core.enrolment.name(one.owner), f"{one.ends_at:%H:%M} UTC", _how(one))
        for one in here
    )
    text = (
        f"{len(rows)} {'thing is' if len(rows) == 1 else 'things are'} being watched here."
        if rows
        else "Nothing is being watched here."
    )
    table = Table("Watches", ("watch", "what", "for", "until", "so far"), rows)
    return Answer(text, tables=(table,) if rows else (), model="no model")


def _how(row: WatchRow) -> str:
    return "cannot be read now" if row.trouble else f"{len(row.log)} changes"


async def _stop(ctx: Ctx, ident: str, here: list[WatchRow]) -> Outcome:
    """By whoever asked for it, or an admin. The closing line is the answer."""
    row = next((one for one in here if one.id == ident), None)
    if row is None:
        return Question(f"Nothing here is watched as {ident[:40]!r}.", ("watch list",))
    if row.owner != ctx.actor.id and (refusal := await ctx.may("system:write", "watch stop")) is not None:
        return refusal

    async def write(tx: Tx) -> bool:
        ended = await ctx.core.db.watches.end(tx, row.id, "stopped")
        if ended:
            await ctx.core.trail.record(tx, _event(ctx, row, "stopped"))
        return ended

    if not await ctx.core.db.write_whole(write):
        return Question(f"{row.id} has ended already.", ("watch list",))
    if row.owner != ctx.actor.id:
        return Answer(f"{row.id} is stopped.", model="no model")
    return Answer(closing(row, "stopped early"), model="no model")


def _event(ctx: Ctx, row: WatchRow, result: str) -> AuditEvent:
    found = event(row, result)
    return AuditEvent(type=found.type, **said_by(ctx.turn), result=result, detail=found.detail)
