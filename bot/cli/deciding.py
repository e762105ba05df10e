"""`plans approve | reject | run`: what a click does in Slack, signed with the person's enrolled key."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, cast

from bot.cli.command import FINE, NOT_FINE, CannotRun, json_option, print_json, say
from bot.cli.keyfile import key_option, opened_key
from bot.cli.opening import CHANNEL, opened, os_user

if TYPE_CHECKING:
    from agents.changes.requests import Decided, PlanView
    from agents.keys.statement import Signed
    from agents.people import Actor, Place
    from bot.core import Core
    from storage.plans import PlanRow

COUNTED = frozenset({"recorded", "quorum", "ended"})
BEGINS = "A running bot begins it within seconds. Where none runs: python -m bot plans run"
FOLLOW_S = 120.0


def decide_options(parser: ArgumentParser) -> None:
    parser.add_argument("plan", metavar="PLAN", help="the plan's id")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for the record and the card")
    run_options(parser, plan=False)


def run_options(parser: ArgumentParser, *, plan: bool = True) -> None:
    if plan:
        parser.add_argument("plan", metavar="PLAN", help="the plan's id")
    key_option(parser)
    parser.add_argument("--yes", action="store_true", help="do not show the plan and ask first")
    json_option(parser)


def run_approve(parsed: Namespace) -> int:
    return asyncio.run(_decide(parsed, "approve"))


def run_reject(parsed: Namespace) -> int:
    if not parsed.reason.strip():  # as the form on the card: what is not said teaches nobody
        raise CannotRun("--reason: say why; it stands on the card, and whoever asked reads it")
    return asyncio.run(_decide(parsed, "reject"))


def run_run(parsed: Namespace) -> int:
    parsed.reason = ""
    return asyncio.run(_run(parsed))


async def _decide(parsed: Namespace, word: Literal["approve", "reject"]) -> int:
    from agents.changes.outofband import click_of

    async with AsyncExitStack() as stack:
        core = await stack.enter_async_context(_with_slack())
        signed, actor, place = await _signed(core, parsed, word)
        decided = await core.changes.decide(click_of(signed, actor, place))
    text = f"{decided.text} {BEGINS} {parsed.plan}" if decided.kind == "quorum" else decided.text
    return _said(decided, text, parsed)


async def _run(parsed: Namespace) -> int:
    from bot.cli.executing import executed

    async with AsyncExitStack() as stack:
        core = await stack.enter_async_context(_with_slack())
        signed, actor, place = await _signed(core, parsed, "run")
        decided = await core.changes.runner.may_run(signed, actor, place)
        if decided.kind != "recorded":
            return _said(decided, decided.text, parsed)
        view = await executed(core, parsed.plan, FOLLOW_S)
    return _ended(view, parsed)


@asynccontextmanager
async def _with_slack() -> AsyncIterator[Core]:
    """Slack's word about people counts where it can be had."""
    from bot.cli.standing import slack_or_nobody

    async with opened() as core, slack_or_nobody(core.settings) as accounts:
        core.relays.accounts.to = accounts
        yield core


async def _signed(
    core: Core, parsed: Namespace, word: Literal["approve", "reject", "run"]
) -> tuple[Signed, Actor, Place]:
    """The plan as it was sealed is shown, then signed. Raises CannotRun."""
    from agents.keys.private import public_of
    from agents.keys.statement import Statement, fingerprint, sign
    from agents.people import Actor, Place

    row = await _row(core, parsed.plan)
    private = opened_key(parsed.key)
    key_id = fingerprint(public_of(private))
    async with core.db.read() as tx:
        key = await core.db.keys.get(tx, row.workspace, key_id)
    account = key.principal if key else f"{row.workspace}:"
    actor = await core.relays.accounts.actor(account) if key else Actor(row.workspace, "")
    await _shown(core, parsed, word)
    at = core.clock.now().isoformat()
    statement = Statement(row.workspace, row.id, row.hash, word, parsed.reason[:500], account, key_id, at)
    place = Place(row.workspace, CHANNEL, "", kind="cli")
    return sign(private, statement), replace(actor, os_user=os_user()), place


async def _row(core: Core, plan_id: str) -> PlanRow:
    async with core.db.read() as tx:
        row = await core.db.plans.get(tx, plan_id)
    if row is None:
        raise CannotRun(f"there is no plan {plan_id!r}")
    return row


async def _shown(core: Core, parsed: Namespace, word: str) -> None:
    """Whoever signs has the plan before their eyes, as the card has it. Raises CannotRun."""
    from bot.cli.plans import as_text

    if parsed.yes:
        return
    view = await core.changes.view(parsed.plan)
    say(as_text(cast("PlanView", view)), aside=parsed.json)
    say(f"{word} this plan? Type yes: ", aside=True)
    if sys.stdin.readline().strip().lower() != "yes":
        raise CannotRun("not signed. Nothing was changed.")


def _said(decided: Decided, text: str, parsed: Namespace) -> int:
    if parsed.json:
        print_json({"kind": decided.kind, "text": text, "plan": parsed.plan, "reference": decided.reference})
    else:
        print(f"{text} ({decided.reference})" if decided.reference else text)
    return FINE if decided.kind in COUNTED else NOT_FINE


def _ended(view: PlanView, parsed: Namespace) -> int:
    found: dict[str, Any] = {"plan": view.id, "state": view.state, "text": view.detail or view.progress}
    if parsed.json:
        print_json(found)
    else:
        print(f"{view.title}: {view.state.replace('_', ' ')}. {found['text']}".rstrip())
    return FINE if view.state == "succeeded" else NOT_FINE
