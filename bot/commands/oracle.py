"""`cost ...` and `oci ...`: one tool through the gate, and its result as an answer. No model, no planner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agents.outcomes import Outcome, Question
from bot.commands.context import Ctx
from bot.commands.grammar import Parsed
from bot.commands.reads import answer_of, no_answer

# The tool, and what its words in their order are called there.
ORACLE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "cost": ("cost_summary", ()),
    "cost why": ("cost_why", ("day",)),
    "cost savings": ("cost_savings", ()),
    "savings": ("cost_savings", ()),
    "oci list": ("oci_resources", ("kind",)),
    "oci instance": ("oci_instance", ("resource",)),
    "oci metric": ("oci_metric", ("metric", "resource")),
    "oci alarms": ("oci_alarms", ("name",)),
    "oci changes": ("oci_who_changed", ("resource",)),
    "oci who-can": ("iam_who_can", ("verb",)),
    "iam who-can": ("iam_who_can", ("verb",)),
}
WHO_CAN = frozenset({"oci who-can", "iam who-can"})
_PLACE = re.compile(
    r"^(?P<what>.*?)(?:(?:^|\s)in\s+(?:the\s+)?(?:compartment\s+)?(?P<place>\S.*))?$", re.IGNORECASE
)
_ABILITY = re.compile(r"[A-Z][A-Z0-9_]+|(?:inspect|read|use|manage) .+")


async def cloud(ctx: Ctx, parsed: Parsed) -> Outcome:
    tool, words = ORACLE[parsed.verb.name]
    args: dict[str, Any] = {**dict(zip(words, parsed.words, strict=False)), **parsed.flags}
    if parsed.verb.name in WHO_CAN:
        args = _who_can(parsed.word(1)) | args
    called = await ctx.core.gate.call(ctx.turn, tool, args)
    await ctx.core.named(ctx.request, called)
    if called.ask is not None and called.ask.options and parsed.verb.name in WHO_CAN:
        asked = tuple(_asked(parsed.verb.name, option, args) for option in called.ask.options)
        return Question(called.ask.question, asked)
    return answer_of(called, ctx) if called.ok else no_answer(called, parsed, ctx)


def _who_can(rest: str) -> dict[str, str]:
    """`instances in shop/prod`, `in shop/prod`, `load balancers`."""
    found = _PLACE.match(rest.strip())
    named = {"resource": found["what"], "compartment": found["place"]} if found else {}
    return {key: value.strip() for key, value in named.items() if value and value.strip()}


def _asked(command: str, option: str, args: Mapping[str, Any]) -> str:
    ability = _ABILITY.fullmatch(option) is not None
    what = option if ability else " ".join(filter(None, [args["verb"], args.get("resource")]))
    place = args.get("compartment") if ability else option
    return f"{command} {what}" + (f" in {place}" if place else "")
