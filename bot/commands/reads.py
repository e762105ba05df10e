"""`k8s ...`: one tool through the gate, and its result as an answer. No model, no planner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.gate.called import Called
from agents.headline import headline
from agents.outcomes import Answer, Failure, Outcome, Question, Refusal, ToolUse
from agents.tabled import tables_of
from bot.commands.context import NOTHING, Ctx
from bot.commands.doubt import options
from bot.commands.grammar import Parsed
from bot.commands.target import near_names, target_of

TOOLS = {
    "k8s overview": "ops_service",
    "k8s unhealthy": "k8s_unhealthy",
    "k8s why": "k8s_diagnose",
    "k8s logs": "k8s_logs",
    "k8s events": "k8s_events",
    "k8s rollouts": "k8s_rollouts",
    "k8s usage": "k8s_usage",
    "k8s who-can": "k8s_who_can",
    "changes": "ops_changes",
    "logs": "k8s_logs",
    "services propose": "ops_map",
}
FAULTS_SHOWN = 6
NEXT = {
    "later": "Try again in a moment.",
    "gone": "Check the name, or look with `k8s unhealthy`.",
    "not_allowed": "Ask whoever runs the cluster to grant it.",
    "invalid": "Check the words and the options with `help`.",
}
NEXT_IN_ORACLE = {
    **NEXT,
    "gone": "Check the name with `oci list`, or look again: it may have changed.",
    "not_allowed": "Ask whoever administers Oracle Cloud; `python -m bot doctor` says what is wrong.",
}
NEXT_IN_ACCESS = {
    **NEXT_IN_ORACLE,
    "gone": "Check the name: `iam statements` lists who is named in policies, `iam credentials` the users.",
}
NOT_CONNECTED = "Whoever runs the bot connects it; `python -m bot doctor` says what is missing."
NEXT_OF: Mapping[str, Mapping[str, str]] = {
    "oci": NEXT_IN_ORACLE,
    "cost": NEXT_IN_ORACLE,
    "iam": NEXT_IN_ACCESS,
}


async def read(ctx: Ctx, parsed: Parsed) -> Outcome:
    tool, args = await _call_of(ctx, parsed)
    called = await ctx.core.gate.call(ctx.turn, tool, args)
    if called.ok:
        return answer_of(called, ctx)
    if called.ask is not None and not called.ask.options and (near := await near_names(ctx, parsed.word(0))):
        return Question(_sentence(called.ask.question), tuple(again(parsed, name) for name in near))
    return no_answer(called, parsed, ctx)


async def _call_of(ctx: Ctx, parsed: Parsed) -> tuple[str, dict[str, Any]]:
    name, flags = parsed.verb.name, dict(parsed.flags)
    args: dict[str, Any] = {
        key: flags[key] for key in ("cluster", "namespace", "service", "kind") if key in flags
    }
    if name == "k8s who-can":
        asked = {"verb": parsed.word(0), "resource": parsed.word(1), "name": parsed.word(2)}
        return TOOLS[name], args | {key: value for key, value in asked.items() if value}
    args |= {key: flags[key] for key in ("since", "until", "level", "person") if key in flags}
    if "grep" in flags:
        args["contains"] = flags["grep"]
    word = parsed.word(0)
    if name == "k8s overview":
        return await _overview(ctx, word, args)
    if word:
        args |= await target_of(ctx, word, args)
    return TOOLS[name], args


async def _overview(ctx: Ctx, word: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A service where one is named or the channel stands for one; otherwise the place."""
    service = word or args.get("service") or ctx.policy.scope_for(ctx.place.channel).service
    if not service or ("namespace" in args and not word):
        return "k8s_unhealthy", args
    found = await target_of(ctx, service, args)
    if "name" in found:
        return "k8s_diagnose", args | found
    return "ops_service", args | found


def answer_of(called: Called, ctx: Ctx) -> Outcome:
    result = called.result
    if result is None:
        return Failure(called.error, NOTHING, NEXT["later"], ctx.request.id)
    text = _faults(result.data) if called.name == "k8s_diagnose" else ""
    return Answer(
        text=text or headline(called.name, result),
        scope=result.scope,
        evidence=result.evidence,
        ruled_out=result.ruled_out,
        could_not_see=result.could_not_see,
        charts=result.charts,
        tables=tables_of(result),
        artifacts=(called.artifact,) if called.artifact else (),
        tools=(ToolUse(called.name, dict(called.args), called.ok, called.ms, called.audit),),
        model="no model",
        ms=called.ms,
    )


def _faults(data: Mapping[str, Any]) -> str:
    """The causes, worst first, in the words of the diagnosis; empty when there are none."""
    found = [f for f in data.get("findings") or [] if isinstance(f, Mapping) and f.get("cause")]
    lines = [f"- {_sentence(str(f['cause']))}" for f in found[:FAULTS_SHOWN]]
    more = len(found) - FAULTS_SHOWN
    return "\n".join([*lines, *([f"- and {more} more"] if more > 0 else [])])


def _next_of(family: str, ctx: Ctx) -> Mapping[str, str]:
    """Where Oracle Cloud is not connected there is no name to check."""
    connected = ctx.core.clients.oracle is not None or family not in NEXT_OF
    return NEXT_OF.get(family, NEXT) if connected else {**NEXT, "gone": NOT_CONNECTED}


def no_answer(called: Called, parsed: Parsed, ctx: Ctx) -> Outcome:
    reference = f"audit:{called.audit}" if called.audit else ctx.request.id
    if called.ask is not None:
        return Question(_sentence(called.ask.question), options(parsed, called.ask))
    if called.kind == "refused":
        return Refusal(_sentence(called.error), called.who_may, reference)
    then = _next_of(called.name.partition("_")[0], ctx)
    return Failure(_sentence(called.error), NOTHING, then.get(called.kind, NEXT["later"]), reference)


def again(parsed: Parsed, option: str) -> str:
    """The same command with the doubtful word replaced, as words that can be sent."""
    word = f"'{option}'" if " " in option else option
    rest = " ".join(parsed.words[1:])
    wrong = {"service", "namespace"} if " in " in option else {"service"}  # the option says where
    flags = " ".join(f"--{key} {value}" for key, value in parsed.flags.items() if key not in wrong)
    return " ".join(filter(None, [parsed.verb.name, word, rest, flags]))


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."
