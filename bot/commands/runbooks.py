"""`runbooks`, `runbooks show`, `runbooks run`: several changes as one plan. Showing plans every step and proposes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from agents.changes.runbooks.sealed import RUNBOOK, sealed_of
from agents.changes.seal import Plan
from agents.outcomes import Answer, Outcome, Question
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from bot.commands.proposals import proposed
from tools.spec import Table

READ = "remediation:read"
DRY_RUN = "--dry-run"  # these words and no others: `--dry-run=none` is no dry run, and no run either


async def runbooks(ctx: Ctx, parsed: Parsed) -> Outcome:
    del parsed
    refusal = await ctx.may(READ, "runbooks")
    if refusal is not None:
        return refusal
    good, problems = await asyncio.to_thread(ctx.core.changes.runbooks.checked)
    rows = tuple(
        (item.name, item.file.summary, ", ".join(p.name for p in item.file.params), str(len(item.file.steps)))
        for item in good
    )
    table = Table("Runbooks", ("runbook", "what it does", "parameters", "steps"), rows)
    text = f"{len(good)} runbooks. `runbooks show NAME parameter=value` plans one without proposing it."
    broken = f" Not usable: {'; '.join(problems)}." if problems else ""
    return Answer(text + broken, tables=(table,) if rows else (), model="no model")


async def show(ctx: Ctx, parsed: Parsed) -> Outcome:
    args = arguments(parsed.word(0), parsed.word(1))
    if isinstance(args, Question):
        return args
    found = await ctx.core.changes.rehearse(ctx.turn, RUNBOOK, args)
    if not isinstance(found, Plan):
        return found
    return Answer(words_of(found), tables=(steps_of(found),), model="no model")


async def run(ctx: Ctx, parsed: Parsed) -> Outcome:
    words = [parsed.word(0), *parsed.word(1).split()]
    if near := [word for word in words if word.startswith("-")]:
        rest = [word for word in words if word != DRY_RUN]
        if set(near) != {DRY_RUN} or not rest:
            return Question(
                f"`runbooks run` takes no {near[0][:40]}. `{DRY_RUN}` alone plans every step and proposes nothing."
            )
        return await show(ctx, replace(parsed, words=(rest[0], " ".join(rest[1:]))))
    args = arguments(parsed.word(0), parsed.word(1))
    if isinstance(args, Question):
        return args
    reason = f"asked by command: {ctx.request.text}"
    return proposed(await ctx.core.changes.propose(ctx.turn, RUNBOOK, args, reason))


def arguments(name: str, given: str) -> dict[str, object] | Question:
    """`service=checkout high=6` as parameters."""
    params: dict[str, str] = {}
    for word in given.split():
        key, equals, value = word.partition("=")
        if not equals or not key:
            return Question(f"I cannot read {word[:40]!r}. A parameter is given as name=value.")
        params[key] = value
    return {"name": name, "params": params}


def words_of(plan: Plan) -> str:
    """What would be proposed, in one paragraph."""
    people = "1 person" if plan.approval.count == 1 else f"{plan.approval.count} people"
    warned = "".join(f" Warning: {text}." for text in plan.warnings)
    draft = plan.draft
    return (
        f"{draft.title}. {plan.environment}, {plan.risk.value} risk; it touches {draft.blast.objects} objects; "
        f"{people} would approve; undone by {draft.undo}.{warned} Nothing was proposed. {NOTHING}"
    )


def steps_of(plan: Plan) -> Table:
    rows = tuple(
        (f"{s.number} {s.name}", s.draft.title, s.draft.risk.value, _changes(s.draft.model_dump()), s.draft.dry_run)
        for s in sealed_of(plan.draft).steps
    )  # fmt: skip
    return Table("Steps", ("step", "what", "risk", "changes", "dry run"), rows)


def _changes(draft: Mapping[str, list[Mapping[str, str]]]) -> str:
    return "; ".join(f"{c['path']}: {c['before']} -> {c['after']}" for c in draft["changes"][:4])
