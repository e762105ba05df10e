"""`cost ...` and `oci ...`: one tool through the gate, and its result as an answer. No model, no planner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.outcomes import Outcome
from bot.commands.context import Ctx
from bot.commands.grammar import Parsed
from bot.commands.reads import answer_of, no_answer

# The tool, and what its words in their order are called there.
ORACLE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "cost": ("cost_summary", ()),
    "cost why": ("cost_why", ("day",)),
    "oci list": ("oci_resources", ("kind",)),
    "oci instance": ("oci_instance", ("resource",)),
    "oci metric": ("oci_metric", ("metric", "resource")),
    "oci alarms": ("oci_alarms", ("name",)),
    "oci changes": ("oci_who_changed", ("resource",)),
}


async def cloud(ctx: Ctx, parsed: Parsed) -> Outcome:
    tool, words = ORACLE[parsed.verb.name]
    args: dict[str, Any] = {**dict(zip(words, parsed.words, strict=False)), **parsed.flags}
    called = await ctx.core.gate.call(ctx.turn, tool, args)
    await ctx.core.named(ctx.request, called)
    return answer_of(called, ctx) if called.ok else no_answer(called, parsed, ctx)
