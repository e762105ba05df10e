"""`plans list` and `plans show`: sealed plans as they are stored. Nothing here approves; see deciding.py."""

from __future__ import annotations

import asyncio
import dataclasses
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from bot.cli.command import FINE, NOT_FINE, CannotRun, Command, columns, json_option, print_json
from bot.cli.deciding import decide_options, run_approve, run_options, run_reject, run_run
from bot.cli.opening import opened

if TYPE_CHECKING:
    from agents.changes.requests import PlanView
    from storage.plans import PlanRow


def list_options(parser: ArgumentParser) -> None:
    parser.add_argument("--state", metavar="STATE", help="only plans in this state, e.g. pending")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="newest N (default 20)")
    json_option(parser)


def show_options(parser: ArgumentParser) -> None:
    parser.add_argument("plan", metavar="PLAN", help="the plan's id")
    json_option(parser)


def run_list(parsed: Namespace) -> int:
    if parsed.limit < 1:
        raise CannotRun("--limit: must be at least 1")
    rows = asyncio.run(_rows(known_state(parsed.state), parsed.limit))
    if parsed.json:
        print_json([row_json(row) for row in rows])
    elif not rows:
        print("no plans")
    else:
        print(
            columns(
                (r.id, r.state.value, r.action, r.target_key, r.risk, f"{r.created_at:%F %T}") for r in rows
            )
        )
    return FINE


def run_show(parsed: Namespace) -> int:
    view = asyncio.run(_view(parsed.plan))
    if view is None:
        raise CannotRun(f"there is no plan {parsed.plan!r}")
    if parsed.json:
        print_json(dataclasses.asdict(view) | {"target": view.target.model_dump()})
    else:
        print(as_text(view))
    return NOT_FINE if view.altered else FINE


def known_state(name: str | None) -> str | None:
    from storage.states import PlanState

    if name is not None and name not in {state.value for state in PlanState}:
        raise CannotRun(f"--state: one of {', '.join(state.value for state in PlanState)}")
    return name


async def _rows(state: str | None, limit: int) -> list[PlanRow]:
    async with opened() as core, core.db.read() as tx:
        return list(await core.db.plans.list(tx, state=state, limit=limit))


async def _view(plan_id: str) -> PlanView | None:
    async with opened() as core:
        return await core.changes.view(plan_id)


def row_json(row: PlanRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state.value,
        "action": row.action,
        "target": row.target_key,
        "environment": row.environment,
        "risk": row.risk,
        "requester": row.requester,
        "hash": row.hash,
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
        "undo_of": row.undo_of,
        "unaudited": row.unaudited,
    }


def as_text(view: PlanView) -> str:
    lines = [f"{view.title}  [{view.state}]", f"{view.id}  {view.hash}"]
    if view.altered:
        return "\n".join([*lines, *view.warnings])
    lines += [
        f"target       {view.target} ({view.environment}, risk {view.risk})",
        f"asked by     {view.requester}: {view.reason}",
        f"approvals    {view.approvals_given} of {view.approvals_needed}; may approve: {', '.join(view.who_may) or 'nobody'}",
        f"dry run      {view.dry_run}",
        f"undone by    {view.undo}",
    ]
    lines += [f"saves        {view.saving}"] if view.saving else []
    lines += [f"costs        {view.costs}"] if view.costs else []
    lines += [f"step {s.number}  {s.name}: {s.title} [{s.state or 'waits'}]" for s in view.steps]
    lines += [f"  {change.path}: {change.before} -> {change.after}" for change in view.changes]
    lines += [
        f"  {vote.at}  {vote.name}: {vote.decision}{f' ({vote.reason})' if vote.reason else ''}"
        for vote in view.votes
    ]
    lines += [f"warning: {warning}" for warning in view.warnings]
    return "\n".join([*lines, *(f"{at}  {text}" for at, text in view.history)])


PLANS = Command(
    "plans",
    "look at sealed plans; decide about them while Slack is away",
    subs=(
        Command("list", "list plans, newest first", run_list, list_options),
        Command("show", "show one plan as it was sealed, and what happened to it", run_show, show_options),
        Command("approve", "approve a plan, signed with your enrolled key", run_approve, decide_options),
        Command("reject", "reject a plan, signed with your enrolled key", run_reject, decide_options),
        Command("run", "begin an approved plan now, signed with your enrolled key", run_run, run_options),
    ),
)
