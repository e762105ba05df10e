"""`help`, `whoami`, `status`: what the bot may do for this person, who they are to it, how it is."""

from __future__ import annotations

from collections.abc import Sequence

from agents.policy import Permission
from bot.commands.context import Ctx
from bot.commands.grammar import Parsed
from bot.commands.verb import Verb
from bot.commands.verbs import VERBS
from bot.health import fine
from bot.replies.blocks import Message, header, section
from bot.replies.text import escape
from storage.errors import StoreUnavailable

ALWAYS = "Every question in words works too. Every change waits for people; typing never approves."

HELP = (
    ("Ask", ("help", "ask", "status", "whoami", "settings", "services")),
    ("Oracle Cloud", ("health", "alarms", "metrics", "logs", "resources", "oci")),
    ("Cost", ("cost", "budget", "savings")),
    ("Access", ("iam", "access", "keys")),
    ("Kubernetes", ("k8s",)),
    ("What changed", ("changes", "suspects", "audit")),
    ("Change something", ("change", "plans", "runbooks", "reviews", "stop", "resume", "incident")),
    ("More", ()),
)  # fmt: skip


async def help_(ctx: Ctx, parsed: Parsed) -> Message:
    asked = [word.lower() for word in parsed.words if word]
    shown = [verb for verb in VERBS if ctx.holds(verb.permission)]
    wanted = [verb for verb in shown if list(verb.path[: len(asked)]) == asked]
    if asked and not wanted:
        return _no_such(ctx, " ".join(asked), shown)
    lines = [_detail(wanted[0])] if len(wanted) == 1 else _grouped(wanted)
    heading = "What you may do here" if not asked else f"/cloudops {' '.join(asked)}"
    blocks = [header(heading), *(section("\n".join(part)) for part in _parts(lines))]
    if not asked:
        blocks.append(
            section(f"{ALWAYS} More about one: `help k8s logs`. To show an answer to all: `--share`.")
        )
    spoken = "; ".join(f"{verb.usage}: {verb.summary}" for verb in wanted)
    return ctx.message(escape(f"{heading}: {spoken}."), blocks)


def _grouped(verbs: Sequence[Verb]) -> list[str]:
    """A line a command, under what it is about; without headings where that is one thing."""
    found: dict[str, list[str]] = {title: [] for title, _ in HELP}
    for verb in verbs:
        found[_about(verb)].append(_line(verb))
    filled = {title: lines for title, lines in found.items() if lines}
    if len(filled) == 1:
        return next(iter(filled.values()))
    return [line for title, lines in filled.items() for line in (f"*{title}*", *lines)]


def _about(verb: Verb) -> str:
    return next((title for title, words in HELP if verb.path[0] in words), HELP[-1][0])


def _no_such(ctx: Ctx, asked: str, shown: Sequence[Verb]) -> Message:
    names = ", ".join(dict.fromkeys(verb.path[0] for verb in shown))
    text = f"There is no command {asked[:60]} that you may use here. You may: {names}."
    return ctx.message(ctx.out.mrkdwn(text), [section(ctx.out.mrkdwn(text))])


def _line(verb: Verb) -> str:
    return f"`{escape(verb.usage)}` {escape(verb.summary)}"


def _detail(verb: Verb) -> str:
    flags = ", ".join(f"`--{flag}`" for flag in (*verb.flags, "share"))
    return (
        f"`{escape(verb.usage)}` {escape(verb.summary)}\nOptions: {flags}\nExample: `{escape(verb.example)}`"
    )


def _parts(lines: Sequence[str], most: int = 2_800) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in lines:
        if sum(map(len, parts[-1])) + len(parts[-1]) + len(line) > most:
            parts.append([])
        parts[-1].append(line)
    return [part for part in parts if part]


async def whoami(ctx: Ctx, parsed: Parsed) -> Message:
    del parsed
    policy, actor, place = ctx.policy, ctx.actor, ctx.place
    person = policy.person_of(actor)
    here = [p.value for p in Permission if policy.holds(actor, place, p)]
    roles, anywhere = policy.roles_of(actor, place), policy.roles_of(actor)
    name = person.name if person else actor.name or actor.user
    facts = (
        ("You are", f"{name} ({actor.id}), {actor.standing} of this workspace"),
        ("Roles here", ", ".join(roles) or "none"),
        ("Roles elsewhere", ", ".join(role for role in anywhere if role not in roles) or "none"),
        ("You may here", ", ".join(here) or "nothing but ask for help"),
        ("Policy", policy.hash[:12]),
    )
    lines = [f"*{key}:* {ctx.out.mrkdwn(value)}" for key, value in facts]
    spoken = ". ".join(f"{key}: {value}" for key, value in facts)
    return ctx.message(ctx.out.mrkdwn(spoken + "."), [section("\n".join(lines))])


async def status(ctx: Ctx, parsed: Parsed) -> Message:
    del parsed
    states = dict(await ctx.states())
    states["changes"] = await _switch(ctx)
    if ctx.core.policy.problem:
        states["policy"] = f"not in force, the last valid one is: {ctx.core.policy.problem}"
    if ctx.core.services.problem:
        states["services"] = ctx.core.services.problem
    bad = {name: state for name, state in states.items() if not fine(state)}
    verdict = "Everything works." if not bad else f"{len(bad)} of {len(states)} parts need a look."
    lines = [f"*{ctx.out.mrkdwn(name)}:* {ctx.out.mrkdwn(state)}" for name, state in states.items()]
    spoken = f"{verdict} " + "; ".join(f"{name}: {state}" for name, state in states.items()) + "."
    return ctx.message(ctx.out.mrkdwn(spoken), [section(f"*{verdict}*\n" + "\n".join(lines))])


async def _switch(ctx: Ctx) -> str:
    try:
        async with ctx.core.db.read() as tx:
            stop = await ctx.core.db.switches.get(tx)
    except StoreUnavailable:
        return "nobody can say; none will start"
    return f"stopped by {stop.by}: {stop.reason or 'no reason given'}" if stop.stopped else "ok"
