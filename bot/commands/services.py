"""`services`, `services propose`, `services confirm`, `services forget`: the service map, and what people add to it."""

from __future__ import annotations

from agents.gate.records import said_by
from agents.outcomes import Answer, Outcome, Question, Refusal
from agents.policy import Permission
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from bot.commands.plans import NO_STORE
from bot.commands.serviceverbs import WRITE
from bot.replies.blocks import Block, Message, actions, button, context, section
from bot.replies.servicemap import REVIEW, SHOWN, lines_of, summary
from storage.errors import StoreUnavailable
from tools.services.model import Service
from tools.spec import Table


async def services(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    does = {"propose": _propose, "confirm": _confirm, "forget": _forget}
    try:
        return await does[parsed.verb.path[1]](ctx, parsed) if len(parsed.verb.path) > 1 else await _list(ctx)
    except StoreUnavailable:
        return NO_STORE


async def _list(ctx: Ctx) -> Outcome:
    if (refusal := await ctx.may(Permission.KUBERNETES_READ, "services")) is not None:
        return refusal
    reach = ctx.policy.reach(ctx.actor, ctx.place, Permission.KUBERNETES_READ)
    known = (await ctx.core.clients.known_services()).all(reach)
    rows = tuple((one.label, _from(ctx, one), _runs(one), one.owner or "-") for one in known)
    sure = sum(not one.discovered for one in known)
    text = f"{sure} services in the map, {len(known) - sure} more told of by labels and tags alone. `services propose` says what could be added."
    table = Table("Services", ("service", "by", "workloads", "owner"), rows)
    return Answer(text, tables=(table,) if rows else (), model="no model")


def _from(ctx: Ctx, one: Service) -> str:
    if one.discovered:
        return "labels" if one.workloads else "tags"
    row = ctx.core.map.confirmed(one.name)
    return f"{ctx.core.enrolment.name(row.actor)}, {row.at:%F %H:%M} UTC" if row else "the file"


def _runs(one: Service) -> str:
    more = f" and {len(one.workloads) - 3} more" if len(one.workloads) > 3 else ""
    return ", ".join(map(str, one.workloads[:3])) + more or "-"


async def _propose(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    del parsed
    looked = await ctx.core.map.look(ctx.turn)
    if looked.refused:
        return Refusal(f"I could not look: {looked.refused}. {NOTHING}", (), ctx.request.id)
    text = summary(looked.data, ctx.out)
    unseen = "; ".join(looked.could_not_see)
    gaps = f" Could not see: {ctx.out.mrkdwn(unseen, 800)}." if unseen else ""
    blocks: list[Block] = [section(f"{text}{gaps}")]
    if looked.entries:
        row = await ctx.core.map.keep(ctx.place.workspace, ctx.place.channel, ctx.actor.id, looked.entries)
        blocks += [section(lines_of(entry, ctx.out)) for entry in looked.entries[:SHOWN]]
        blocks.append(actions(f"map:{row.id}", [button("Choose and confirm", REVIEW, row.id)]))
    return ctx.message(f"{text}{gaps}", blocks)


async def _confirm(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    """From what is read now, with the rights of whoever says it."""
    if (refusal := await ctx.may(WRITE, "services confirm")) is not None:
        return refusal
    if (wrote := await ctx.core.map.done(ctx.request.id, "confirmed")) is not None:
        return ctx.message(text := _added(ctx, str(wrote["service"]["name"])), [section(text)])
    looked = await ctx.core.map.look(ctx.turn)
    if looked.refused:
        return Refusal(f"I could not look: {looked.refused}. {NOTHING}", (), ctx.request.id)
    word = parsed.word(0).strip().lower()
    named = [one for one in looked.entries if word in (one["name"].lower(), one["label"].lower())]
    if len(named) > 1:
        again = tuple(f"services confirm {one['label']}" for one in named[:5])
        return Question(f"{len(named)} places have a {word[:80]!r}. Which one?", again)
    if not named:
        return Question(f"There is no {word[:80]!r} that could be added.", ("services propose", "services"))
    said = said_by(ctx.turn)
    if problem := await ctx.core.map.confirm(ctx.place.workspace, ctx.actor.id, named, said):
        return Refusal(f"{problem} {NOTHING}", (), ctx.request.id)
    text = _added(ctx, named[0]["name"])
    return ctx.message(text, [section(text), section(lines_of(named[0], ctx.out)), context("What is asked is not written.")])  # fmt: skip


def _added(ctx: Ctx, name: str) -> str:
    return f"{ctx.out.mrkdwn(name, 80)} is in the service map from now on."


async def _forget(ctx: Ctx, parsed: Parsed) -> Outcome:
    if (refusal := await ctx.may(WRITE, "services forget")) is not None:
        return refusal
    name = parsed.word(0).strip()
    if ctx.core.services.in_file(name):
        return Refusal(
            f"{name[:80]} stands in SERVICES_FILE: take it out there. {NOTHING}", (), ctx.request.id
        )
    before = await ctx.core.map.done(ctx.request.id, "forgotten")
    if before or await ctx.core.map.forget(ctx.place.workspace, name, said_by(ctx.turn)):
        return Answer(f"{name} is out of the service map.", model="no model")
    return Question(f"Nobody confirmed a service {name[:80]!r}.", ("services",))
