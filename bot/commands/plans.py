"""`plans`, `plans show`, `plans cancel`, `stop`, `resume`. Nothing here approves: only a click does."""

from __future__ import annotations

from functools import partial

from agents.changes.requests import Click, PlanView
from agents.digests.seeing import sees
from agents.outcomes import Answer, Failure, Outcome, Question, Refusal
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from bot.replies.blocks import Message, section
from bot.replies.card import card
from storage.errors import StoreUnavailable
from tools.spec import Table

READ = "remediation:read"
LISTED = 15
NO_STORE = Failure("The record of changes cannot be read.", NOTHING, "Try again in a moment.", "store")


async def plans(ctx: Ctx, parsed: Parsed) -> Outcome:
    del parsed
    refusal = await ctx.may(READ, "plans")
    if refusal is not None:
        return refusal
    try:
        latest = partial(ctx.core.db.plans.list, workspace=ctx.place.workspace, limit=LISTED)
        rows = await ctx.core.db.read_whole(latest)
        found = [await ctx.core.changes.view(row.id) for row in rows]
    except StoreUnavailable:
        return NO_STORE
    views = [view for view in found if view is not None and visible(ctx, view)]
    waiting = sum(view.state == "pending" for view in views)
    table = Table(
        "Latest plans",
        ("plan", "what", "state", "risk", "asked by"),
        tuple((v.id, v.title, v.state.replace("_", " "), v.risk, v.requester) for v in views),
    )
    text = (
        f"{waiting} of the latest {len(views)} plans wait for approval."
        if views
        else "There are no plans yet."
    )
    return Answer(text, tables=(table,) if views else (), model="no model")


def visible(ctx: Ctx, view: PlanView) -> bool:
    """Whether the person may look at what the plan is about."""
    return view.altered or sees(ctx.policy.reach(ctx.actor, ctx.place, READ), view.target)


async def show(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    refusal = await ctx.may(READ, "plans show")
    if refusal is not None:
        return refusal
    try:
        view = await ctx.core.changes.view(parsed.word(0))
    except StoreUnavailable:
        return NO_STORE
    if view is None or not visible(ctx, view):
        return _unknown(parsed)
    return card(view, ctx.out, buttons=False)


async def cancel(ctx: Ctx, parsed: Parsed) -> Outcome:
    """Withdrawing is safe by text: the same authorisation as the button, and nothing is written."""
    decided = await ctx.core.changes.decide(
        Click(parsed.word(0), ctx.actor, ctx.place, "cancel", "by command", ctx.request.id)
    )
    if decided.kind == "unknown":
        return _unknown(parsed)
    if decided.kind == "ended":
        return Answer(decided.text, model="no model")
    return Refusal(decided.text.replace(NOTHING, "").strip(), decided.who_may, decided.reference)


def _unknown(parsed: Parsed) -> Question:
    return Question(f"I know no plan {parsed.word(0)[:60]!r}. `plans` lists them.", ("plans",))


async def stop(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    words = [word for word in parsed.words if word and word.lower() not in {"changes", "change"}]
    stopped = await ctx.core.changes.stop_all(ctx.actor, ctx.place, " ".join(words)[:300])
    if stopped.refused:
        return Refusal(stopped.text, stopped.who_may, ctx.request.id)
    return _loud(ctx, stopped.text)


async def resume(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    del parsed
    stopped = await ctx.core.changes.resume(ctx.actor, ctx.place)
    if stopped.refused:
        return Refusal(stopped.text, stopped.who_may, ctx.request.id)
    return _loud(ctx, stopped.text)


def _loud(ctx: Ctx, text: str) -> Message:
    return ctx.message(ctx.out.mrkdwn(text), [section(f"*{ctx.out.mrkdwn(text)}*")])
