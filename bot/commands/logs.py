"""`logs`: of a workload where one is named or the channel stands for one, else of Oracle Cloud. What fits neither is asked back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agents.outcomes import Failure, Outcome, Question
from bot.commands.context import Ctx
from bot.commands.doubt import quoted
from bot.commands.grammar import Parsed
from bot.commands.oracleverbs import ORACLE_LOGS
from bot.commands.reads import answer_of, no_answer, read

OF_WORKLOADS = ("cluster", "namespace", "service", "kind")
PLACE = ("cluster", "namespace", "kind")
WINDOW = ("since", "until")
BAD = frozenset({"fatal", "error", "warn", "warning"})


async def logs(ctx: Ctx, parsed: Parsed) -> Outcome:
    if both := _of_both(parsed):
        return both
    if any(name in parsed.flags for name in ORACLE_LOGS) or not _of_a_workload(ctx, parsed):
        called = await ctx.core.gate.call(ctx.turn, "oci_logs", _args(parsed))
        await ctx.core.named(ctx.request, called)
        return answer_of(called, ctx) if called.ok else no_answer(called, parsed, ctx)
    found = await read(ctx, parsed)
    elsewhere = f"oci logs {quoted(parsed.word(0))}"
    if isinstance(found, Question) and parsed.word(0):
        return replace(found, options=(*found.options, elsewhere))
    if isinstance(found, Failure) and parsed.word(0):
        return replace(
            found, next_step=f"{found.next_step} What Oracle Cloud's logs say of it: `{elsewhere}`."
        )
    return found


def _of_both(parsed: Parsed) -> Question | None:
    """A place that was named is never left out without a word: nothing found would be said of a workload that nobody looked at."""
    place = [f"--{name}" for name in PLACE if name in parsed.flags]
    cloud = [f"--{name.replace('_', '-')}" for name in ORACLE_LOGS if name in parsed.flags]
    if not place or not cloud:
        return None
    return Question(
        f"{place[0]} is of a cluster's logs and {cloud[0]} of Oracle Cloud's. Nothing was read. Which do you mean?"
    )


def _of_a_workload(ctx: Ctx, parsed: Parsed) -> bool:
    named = parsed.word(0) or any(name in parsed.flags for name in OF_WORKLOADS)
    return bool(named or ctx.policy.scope_for(ctx.place.channel).service)


def _args(parsed: Parsed) -> dict[str, Any]:
    """Of a search in Oracle Cloud's logs."""
    flags = parsed.flags
    args: dict[str, Any] = {name: flags[name] for name in (*ORACLE_LOGS, *WINDOW, "service") if name in flags}
    if text := " ".join(filter(None, [parsed.word(0), flags.get("grep", "")])):
        args["text"] = text
    if flags.get("level", "").lower() in BAD:
        args["worst"] = True
    return args
