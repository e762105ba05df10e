"""`access`, `access grant`, `access revoke`: what is held for a while beside the policy file. Giving and taking only propose."""

from __future__ import annotations

from typing import Any

from agents.changes.access.rules import GRANT, REVOKE
from agents.outcomes import Answer, Failure, Outcome, Question
from agents.policy.overlay import reach_of
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from bot.commands.proposals import proposed
from storage.errors import StoreUnavailable
from tools.spec import Table

READ = "remediation:read"
NO_STORE = Failure("What is held cannot be read.", NOTHING, "Try again in a moment.", "store")


async def access(ctx: Ctx, parsed: Parsed) -> Outcome:
    refusal = await ctx.may(READ, parsed.verb.name)
    if refusal is not None:
        return refusal
    try:
        rows = [row for row in await ctx.core.changes.access.live() if row.workspace == ctx.place.workspace]
    except StoreUnavailable:
        return NO_STORE
    names = {person.id: person.name for person in ctx.policy.people}
    held = Table(
        "Held now",
        ("person", "what", "until (UTC)", "given by"),
        tuple(
            (names.get(row.person, row.person), row.offer, f"{row.until:%F %H:%M}", row.plan_id)
            for row in rows
        ),
    )
    are = "Nobody holds anything" if not rows else f"{len(rows)} held"
    offers = _offers(ctx)
    text = f"{are} beside the policy file. `access grant PERSON OFFER --for 2h` proposes to give something."
    if not offers.rows:
        text = f"{are} beside the policy file, which offers nothing (`grantable`)."
    return Answer(text, tables=tuple(table for table in (held, offers) if table.rows), model="no model")


def _offers(ctx: Ctx) -> Table:
    rows = tuple(
        (offer.name, ", ".join(sorted(offer.binding.people)), str(offer.longest), reach_of(offer))
        for offer in ctx.policy.compiled.offers
    )
    return Table("What the policy offers", ("offer", "to", "longest", "what it is"), rows)


async def grant(ctx: Ctx, parsed: Parsed) -> Outcome:
    lasts, until = parsed.flags.get("for"), parsed.flags.get("until")
    if (lasts is None) == (until is None):
        return Question(f"For how long? For example: {parsed.verb.example}.")
    args: dict[str, Any] = {"person": parsed.word(0), "offer": parsed.word(1)}
    args |= {"lasts": lasts} if lasts else {"until": until}
    return await _proposed(ctx, parsed, GRANT, args)


async def revoke(ctx: Ctx, parsed: Parsed) -> Outcome:
    return await _proposed(ctx, parsed, REVOKE, {"person": parsed.word(0), "offer": parsed.word(1)})


async def _proposed(ctx: Ctx, parsed: Parsed, action: str, args: dict[str, Any]) -> Outcome:
    reason = parsed.flags.get("reason") or f"asked by command: {ctx.request.text}"
    return proposed(await ctx.core.changes.propose(ctx.turn, action, args, reason))
