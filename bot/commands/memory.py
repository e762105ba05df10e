"""`remember`, `memory <service>`, `memory forget`: facts of people, each with its source."""

from __future__ import annotations

from dataclasses import replace

from agents.incidents.facts import LONGEST, Done, FactBook, spoken
from agents.outcomes import Answer, Outcome, Question, Refusal
from agents.policy import Permission
from bot.commands.context import Ctx
from bot.commands.grammar import Parsed
from bot.commands.plans import NO_STORE
from bot.core import Core
from bot.replies.blocks import Message
from bot.replies.memory import asked
from storage.errors import StoreUnavailable


def book_of(core: Core) -> FactBook:
    return FactBook(core.db, core.trail, core.clock, core.policy, core.services)


async def remember(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    await ctx.core.clients.known_services()
    book, text = book_of(ctx.core), ctx.core.redactor.clean(parsed.word(0)).strip(" :")
    if len(text) > LONGEST:
        return Question(f"Say it in {LONGEST} characters; it has {len(text):,}.", ())
    named = book.about(text)
    if len(named) != 1:
        which = "Of which service is that? Name one that I know." if not named else "That names several services. Say it of one."  # fmt: skip
        return Question(which, tuple(f"remember {one.name}: {text}"[:150] for one in named[:3]))
    try:
        done = await book.said(ctx.request, named[0].name, text)
    except StoreUnavailable:
        return NO_STORE
    if done.row is None:
        return _no(ctx, done)
    return replace(asked(done.row, spoken(book, done.row), ctx.out), loud=True)


async def memory(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    await ctx.core.clients.known_services()
    book, word = book_of(ctx.core), parsed.word(0)
    named = ctx.core.services.called(word)
    if not named:
        return Question(f"I know no service called {word[:60]!r}. Which one?", ())
    name = named[0].name
    decision = book.may(ctx.actor, ctx.place, Permission.MONITORING_READ, name)
    if (refusal := await ctx.may("monitoring:read", "memory")) is not None:
        return refusal
    if not decision.allow:
        return Refusal(f"Not allowed: {decision.reason}.", decision.who_may, ctx.request.id)
    try:
        rows = await book.known(ctx.actor, ctx.place, [name])
    except StoreUnavailable:
        return NO_STORE
    if not rows:
        return Answer(f"Nobody confirmed anything about {name} yet.", model="no model")
    lines = "\n".join(f"- {spoken(book, row)} `{row.id}`" for row in rows)
    return Answer(f"What people confirmed about {name}, the newest first:\n{lines}", model="no model")


async def forget(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    try:
        done = await book_of(ctx.core).forget(ctx.request, parsed.word(0))
    except StoreUnavailable:
        return NO_STORE
    if done.row is None:
        return _no(ctx, done)
    return Answer(f"{done.row.id} is forgotten.", model="no model")


def _no(ctx: Ctx, done: Done) -> Outcome:
    return Refusal(done.no, done.who_may, ctx.request.id)
