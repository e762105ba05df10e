"""A lookup: its words and options as arguments of its tool, through the gate. No model, no planner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_origin

from agents.outcomes import Outcome
from bot.commands.context import Ctx
from bot.commands.grammar import Parsed
from bot.commands.lookups import LOOKUPS, tool_of
from bot.commands.reads import answer_of, no_answer
from bot.commands.target import target_of

WORKLOAD = "workload"
_SEVERAL = re.compile(r"\s*;\s*")  # statements hold commas


async def lookup(ctx: Ctx, parsed: Parsed) -> Outcome:
    item = LOOKUPS[parsed.verb.name]
    names = (word.rstrip("?.") for word in item.words)
    given = {name: word for name, word in zip(names, parsed.words, strict=False) if word}
    args: dict[str, Any] = {**given, **parsed.flags}
    if workload := args.pop(WORKLOAD, ""):
        args |= await target_of(ctx, workload, args)
    fields = tool_of(item).args.model_fields
    args = {name: value for name, value in args.items() if name in fields}
    called = await ctx.core.gate.call(ctx.turn, item.tool, _typed(args, fields))
    await ctx.core.named(ctx.request, called)
    return answer_of(called, ctx) if called.ok else no_answer(called, parsed, ctx)


def _typed(args: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Where a tool takes several of something, `;` stands between them."""
    return {
        name: _SEVERAL.split(value) if get_origin(fields[name].annotation) is tuple else value
        for name, value in args.items()
    }
