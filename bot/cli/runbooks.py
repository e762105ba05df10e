"""`runbooks list | check | show`: the folder beside the policy file. Showing plans every step and proposes nothing."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from bot.cli.command import (
    FINE,
    NOT_FINE,
    CannotRun,
    Command,
    columns,
    json_option,
    person_option,
    print_json,
)
from bot.cli.opening import actor_named, opened, read_settings, request_of

if TYPE_CHECKING:
    from agents.changes.runbooks.folder import Runbooks
    from agents.changes.seal import Plan
    from agents.outcomes import Failure, Question, Refusal


def show_options(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the runbook")
    parser.add_argument(
        "--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter; once for each"
    )
    person_option(parser)
    json_option(parser)


def folder() -> Runbooks:
    from agents.changes.runbooks.folder import Runbooks, folder_beside
    from tools.registry import ACTIONS

    beside = folder_beside(read_settings().policy_file)
    return Runbooks(beside, {action.name: action for action in ACTIONS})


def run_list(parsed: Namespace) -> int:
    good, problems = folder().checked()
    if parsed.json:
        print_json([{"name": r.name, "hash": r.hash, **r.file.model_dump(mode="json")} for r in good])
    elif good:
        print(columns((r.name, ", ".join(p.name for p in r.file.params), r.file.summary) for r in good))
    else:
        print("no runbooks")
    return _complain(problems)


def run_check(parsed: Namespace) -> int:
    good, problems = folder().checked()
    if parsed.json:
        print_json({"ok": not problems, "runbooks": {r.name: r.hash for r in good}, "problems": problems})
    else:
        print(f"{len(good)} runbooks are fine")
    return _complain(problems)


def _complain(problems: list[str]) -> int:
    for problem in problems:
        print(f"WRONG {problem}")
    return NOT_FINE if problems else FINE


def run_show(parsed: Namespace) -> int:
    return asyncio.run(_show(parsed))


async def _show(parsed: Namespace) -> int:
    from agents.changes.runbooks.sealed import RUNBOOK
    from agents.changes.seal import Plan
    from bot.commands.context import turn_of

    params = dict(_param(text) for text in parsed.param)
    async with opened() as core:
        actor = actor_named(core.policy.policy, parsed.person)
        request = request_of(core, actor, f"runbooks show {parsed.name}")
        found = await core.changes.rehearse(
            turn_of(request), RUNBOOK, {"name": parsed.name, "params": params}
        )
    if isinstance(found, Plan):
        print_json(found.model_dump(mode="json")) if parsed.json else print(as_text(found))
        return FINE
    print(_problem(found))
    return NOT_FINE


def _param(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise CannotRun(f"--param: {text[:60]!r} is not NAME=VALUE")
    return key, value


def _problem(found: Refusal | Question | Failure) -> str:
    from agents.outcomes import Failure

    return found.what if isinstance(found, Failure) else found.text


def as_text(plan: Plan) -> str:
    from agents.changes.runbooks.sealed import sealed_of

    draft = plan.draft
    lines = [
        draft.title,
        f"{plan.environment}, risk {plan.risk.value}, {draft.blast.objects} objects, {plan.approval.count} to approve",
        f"undone by {draft.undo}",
    ]
    for step in sealed_of(draft).steps:
        lines.append(f"{step.number} {step.name}: {step.draft.title} ({step.draft.target})")
        lines += [f"    {c.path}: {c.before} -> {c.after}" for c in step.draft.changes]
        lines += [f"    dry run: {step.draft.dry_run}"]
    lines += [f"warning: {warning}" for warning in plan.warnings]
    return "\n".join([*lines, "nothing was proposed, nothing was changed"])


RUNBOOKS = Command(
    "runbooks",
    "look at runbooks, and plan one without proposing it",
    subs=(
        Command("list", "list the runbooks", run_list, json_option),
        Command("check", "check every file, naming line and key", run_check, json_option),
        Command("show", "plan every step of one, and propose nothing", run_show, show_options),
    ),
)
