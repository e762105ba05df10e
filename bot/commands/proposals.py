"""`k8s undo | restart | scale | set-resources` and `plans undo`: propose, never more. The card is the reply."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from agents.changes.outcome import outcome_of
from agents.outcomes import Answer, Failure, Outcome, Question, Refusal
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from bot.commands.reads import again
from bot.commands.target import target_of
from storage.plans import PlanRow

ACTIONS = {
    "k8s undo": "rollout_undo",
    "k8s restart": "rollout_restart",
    "k8s scale": "scale",
    "k8s set-resources": "set_resources",
}
AMOUNT = re.compile(r"(?P<what>memory|mem|cpu)(?:[-_.]?(?P<which>limit|request)s?)?=(?P<value>\S+)")
NUMBER = re.compile(r"[0-9]{1,6}")


async def propose(ctx: Ctx, parsed: Parsed) -> Outcome:
    flags = dict(parsed.flags)
    args: dict[str, Any] = {
        key: flags[key] for key in ("cluster", "namespace", "service", "kind") if key in flags
    }
    args |= await target_of(ctx, parsed.word(0), args)
    problem = _more(parsed, args)
    if problem is not None:
        return problem
    reason = flags.get("reason") or f"asked by command: {ctx.request.text}"
    found = proposed(await ctx.core.changes.propose(ctx.turn, ACTIONS[parsed.verb.name], args, reason))
    if isinstance(found, Question):  # a bare name would be an overview of it, and the order lost
        return replace(found, options=tuple(again(parsed, option) for option in found.options))
    return found


async def undo(ctx: Ctx, parsed: Parsed) -> Outcome:
    return proposed(await ctx.core.changes.undo(ctx.turn, parsed.word(0)))


def proposed(found: PlanRow | Outcome) -> Outcome:
    if isinstance(found, PlanRow):
        replaced = "".join(f" {text}" for text in outcome_of(found).replaces)
        said = f"Proposed as {found.id}: its card waits for approval. {NOTHING}{replaced}"
        return Answer(said, plans=(found.id,))
    if isinstance(found, Answer | Question | Refusal | Failure):
        return found
    raise TypeError(type(found).__name__)


def _more(parsed: Parsed, args: dict[str, Any]) -> Question | None:
    """What the verb needs beside its target; a question when it cannot be read."""
    flags, name = parsed.flags, parsed.verb.name
    if name == "k8s undo" and "revision" in flags:
        return _number(flags["revision"], "revision", args, parsed)
    if name == "k8s scale":
        return _number(parsed.word(1), "replicas", args, parsed)
    if name == "k8s set-resources":
        return _amounts(parsed, args)
    return None


def _number(text: str, key: str, args: dict[str, Any], parsed: Parsed) -> Question | None:
    if not NUMBER.fullmatch(text):
        return Question(f"{key} must be a number, not {text[:40]!r}. Usage: {parsed.verb.usage}.")
    args[key] = int(text)
    return None


def _amounts(parsed: Parsed, args: dict[str, Any]) -> Question | None:
    """`memory=64Mi` is the limit; `cpu-request=250m` says which."""
    if "container" in parsed.flags:
        args["container"] = parsed.flags["container"]
    for part in parsed.word(1).split():
        match = AMOUNT.fullmatch(part)
        if match is None:
            return Question(f"I cannot read {part[:40]!r}. For example: {parsed.verb.example}.")
        what = "memory" if match["what"].startswith("mem") else "cpu"
        args[f"{what}_{match['which'] or 'limit'}"] = match["value"]
    return None
