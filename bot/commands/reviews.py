"""`reviews` and `reviews close`: uses of break-glass that another person still has to look at."""

from __future__ import annotations

from agents.changes.reviews import ReviewView
from agents.outcomes import Answer, Failure, Outcome, Question, Refusal
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from storage.errors import StoreUnavailable
from tools.spec import Table

READ = "remediation:read"
COLUMNS = ("plan", "what", "broken by", "reason", "passed over", "when (UTC)", "came to")
NO_STORE = Failure("The reviews cannot be read.", NOTHING, "Try again in a moment.", "store")


async def reviews(ctx: Ctx, parsed: Parsed) -> Outcome:
    refusal = await ctx.may(READ, parsed.verb.name)
    if refusal is not None:
        return refusal
    try:
        found = await ctx.core.changes.reviews.waiting(ctx.place.workspace)
    except StoreUnavailable:
        return NO_STORE
    if not found:
        return Answer("No use of break-glass waits for a review.", model="no model")
    are = "use of break-glass waits" if len(found) == 1 else "uses of break-glass wait"
    text = (
        f"{len(found)} {are} for a review. Whoever could have approved, and neither asked nor broke the glass, "
        f"closes one with words: `reviews close {found[0].plan.id} <how it was>`."
    )
    return Answer(text, tables=(Table("Open reviews", COLUMNS, tuple(map(_line, found))),), model="no model")


def _line(view: ReviewView) -> tuple[str, ...]:
    state = view.plan.state.value.replace("_", " ")
    when = view.opened_at[:16].replace("T", " ")
    return view.plan.id, view.title, view.broken_by, view.reason, view.passed_over, when, state


async def close(ctx: Ctx, parsed: Parsed) -> Outcome:
    closed = await ctx.core.changes.reviews.close(parsed.word(0), ctx.actor, ctx.place, parsed.word(1))
    if closed.kind == "closed":
        await ctx.core.relays.announcer.glass_broken(parsed.word(0))
        return Answer(closed.text, model="no model")
    if closed.kind in {"unknown", "late"}:
        return Question(f"{closed.text} `reviews` lists the open ones.", ("reviews",))
    if closed.kind == "later":
        return Failure(closed.text, NOTHING, "Try again in a moment.", ctx.request.id)
    return Refusal(closed.text, closed.who_may, closed.reference)
