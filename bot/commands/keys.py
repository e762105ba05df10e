"""`keys`, `keys confirm`, `keys revoke`: whose key counts on the command line. Confirming one is done here alone, in Slack."""

from __future__ import annotations

from agents.keys.enrolment import Enrolled
from agents.outcomes import Answer, Outcome, Question, Refusal
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from bot.commands.plans import NO_STORE
from storage.errors import StoreUnavailable
from tools.spec import Table

READ = "users:read"


async def keys(ctx: Ctx, parsed: Parsed) -> Outcome:
    """Whoever may not look at people sees their own."""
    del parsed
    person = ctx.policy.person_of(ctx.actor)
    try:
        found = await ctx.core.enrolment.list(ctx.place.workspace)
    except StoreUnavailable:
        return NO_STORE
    all_of_them = ctx.policy.decide(ctx.actor, ctx.place, READ).allow
    mine = person.accounts if person is not None and ctx.actor.standing == "member" else ()
    shown = [row for row in found if all_of_them or row.principal in mine]
    name = ctx.core.enrolment.name
    rows = tuple((row.id, row.state, name(row.principal), f"{row.offered_at:%F %H:%M}") for row in shown)
    table = Table("Keys", ("key", "state", "of", "since"), rows)
    text = f"{len(rows)} keys." if rows else "There are no keys that you may see."
    return Answer(text, tables=(table,) if rows else (), model="no model")


async def confirm(ctx: Ctx, parsed: Parsed) -> Outcome:
    return _said(await ctx.core.enrolment.confirm(ctx.actor, ctx.place, parsed.word(0)))


async def revoke(ctx: Ctx, parsed: Parsed) -> Outcome:
    return _said(await ctx.core.enrolment.revoke(ctx.actor, ctx.place, parsed.word(0)))


def _said(done: Enrolled) -> Outcome:
    text = done.text.replace(NOTHING, "").strip()
    if done.kind == "done":
        return Answer(f"{text} ({', '.join(done.who_may)} may)" if done.who_may else text, model="no model")
    if done.kind == "unknown":
        return Question(text, ("keys",))
    return Refusal(text, done.who_may, done.key)
