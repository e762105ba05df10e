"""`triage shadow`, `triage promote`, `triage demote`: trust by channel and alert rule, by the figures of this moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from agents.gate.records import decided, said_by
from agents.outcomes import Answer, Outcome, Question, Refusal
from agents.policy import Permission
from agents.triage.probation import Figures, Probation
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from bot.commands.plans import NO_STORE
from bot.commands.triageverbs import WRITE
from bot.replies.blocks import Block, Message, rich, section, table
from bot.replies.judging import room
from storage.audit.events import AuditEvent, EventType
from storage.database import Tx
from storage.errors import StoreUnavailable
from storage.shadow import TrustRow

_LINK = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^>]*)?>")
NOWHERE = "No channel of the policy has a shadow: triage is told where its incidents belong."


async def triage(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    try:
        return await DOES[parsed.verb.path[1]](ctx, parsed)
    except StoreUnavailable:
        return NO_STORE


def _probation(ctx: Ctx) -> Probation:
    core = ctx.core
    return Probation(core.db, core.policy, core.trail, core.clock, ctx.place.workspace)


def _seen(ctx: Ctx, channel: str) -> bool:
    """Whoever may not read there does not learn what fires there."""
    place = replace(ctx.place, channel=channel, kind="channel")
    return ctx.policy.holds(ctx.actor, place, Permission.MONITORING_READ)


async def _shadow(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    del parsed
    if (refusal := await ctx.may(Permission.MONITORING_READ, "triage shadow")) is not None:
        return refusal
    probation = _probation(ctx)

    async def look(tx: Tx) -> list[tuple[TrustRow, Figures]]:
        rows = await ctx.core.db.shadow.all(tx, ctx.place.workspace)
        return [(row, await probation.figures(tx, row)) for row in rows if _seen(ctx, row.channel)]

    found = await ctx.core.db.read_whole(look)
    parts = ctx.policy.file.channels.items()
    pairs = [
        f"{room(name)} in {room(part.shadow)}" for name, part in parts if part.shadow and _seen(ctx, name)
    ]
    if not pairs:
        return Answer(NOWHERE, model="no model")
    limits = ctx.policy.file.limits
    text = (
        f"On probation: {', '.join(pairs)}. A rule is trusted once {limits.shadow_right_percent} % of its last "
        f"{limits.shadow_judged} judged are right and a person promotes it. "
        f"{len(found)} rules were heard of so far."
    )
    return ctx.message(text, [section(text), *(_rules(ctx, found) if found else [])])


def _rules(ctx: Ctx, found: Sequence[tuple[TrustRow, Figures]]) -> list[Block]:
    """Channels as links, which the cells of an answer's table do not have."""
    columns = ("rule", "for channel", "state", "right", "since (UTC)", "why")
    rows = [
        (ctx.out.plain(row.rule, 200), row.channel, row.state, f"{f.right} of {f.judged}", f"{row.since:%F %H:%M}", ctx.out.plain(row.why, 200))
        for row, f in found
    ]  # fmt: skip
    heading, made = table("Alert rules", columns, rows)
    for cells, (row, _) in zip(made["rows"][1:], found, strict=False):  # a long table is cut
        link = {"type": "channel", "channel_id": row.channel}
        cells[1] = rich([{"type": "rich_text_section", "elements": [link]}])
    return [heading, made]


async def _promote(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    return await _turn(ctx, parsed, Permission.SYSTEM_WRITE, "promote")


async def _demote(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    return await _turn(ctx, parsed, Permission(WRITE), "demote")


async def _turn(ctx: Ctx, parsed: Parsed, permission: Permission, what: str) -> Outcome | Message:
    if (refusal := await ctx.may(permission, f"triage {what}")) is not None:
        return refusal
    row = await _meant(ctx, parsed)
    if not isinstance(row, TrustRow):
        return row
    needed = {"where its cards belong": row.channel} | (
        {"in its shadow": row.shadow} if what == "promote" else {}
    )
    for there, channel in needed.items():
        if (refusal := await _refused_there(ctx, channel, permission, what, there)) is not None:
            return refusal
    probation = _probation(ctx)
    does = probation.promote if what == "promote" else probation.demote
    job = partial(does, channel=row.channel, rule=row.rule, actor=ctx.actor.id, said=said_by(ctx.turn))
    if why := await ctx.core.db.write_whole(job):
        return Refusal(f"{why} {NOTHING}", (), ctx.request.id)
    where = row.channel if what == "promote" else row.shadow
    text = f"New incidents of {ctx.out.mrkdwn(row.rule, 200)} are told in {room(where)} from now on."
    return ctx.message(text, [section(text)])


async def _refused_there(
    ctx: Ctx, channel: str, permission: Permission, what: str, there: str
) -> Refusal | None:
    """The right is needed in the channel whose cards it is about, too; on record either way."""
    place = replace(ctx.place, channel=channel, kind="channel")
    decision = ctx.policy.decide(ctx.actor, place, permission)
    event = AuditEvent(
        type=EventType.AUTHZ_DECISION, **said_by(ctx.turn), tool=f"triage {what}",
        decision=decided(decision, ctx.policy), detail={"for": channel},
    )  # fmt: skip
    seq = await ctx.core.trail.note(event)
    if decision.allow:
        return None
    return Refusal(f"Not allowed {there}: {decision.reason}. {NOTHING}", decision.who_may, f"audit:{seq}")


async def _meant(ctx: Ctx, parsed: Parsed) -> TrustRow | Question:
    """Never guessed: several channels with such a rule are asked back."""
    rule, flag = parsed.word(0), parsed.flags.get("channel", "")
    link = _LINK.fullmatch(flag)
    wanted = link[1] if link else flag
    rows = await ctx.core.db.read_whole(partial(ctx.core.db.shadow.all, workspace=ctx.place.workspace))
    seen = [row for row in rows if _seen(ctx, row.channel)]
    named = [row for row in seen if row.rule.lower() == rule.lower() and wanted in ("", row.channel)]
    here = [row for row in named if ctx.place.channel in (row.channel, row.shadow)]
    found = named if len(named) == 1 else here
    if len(found) == 1:
        return found[0]
    if named:
        again = tuple(f"{parsed.verb.name} {rule} --channel {row.channel}" for row in named[:5])
        return Question(f"Several channels have a rule {rule[:80]!r}. Which one?", again)
    return Question(f"I have heard of no rule {rule[:80]!r} in a channel with a shadow.", ("triage shadow",))


DOES = {"shadow": _shadow, "promote": _promote, "demote": _demote}
