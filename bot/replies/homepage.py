"""The Home tab as blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.changes.requests import PlanView
from bot.health import fine
from bot.replies import limits
from bot.replies.blocks import Block, actions, button, context, divider, fit, header, section
from bot.replies.card import DETAILS, REJECT, approve_button
from bot.replies.states import words_of
from bot.replies.text import Outbound, moment


@dataclass(frozen=True)
class HomePage:
    name: str
    roles: Sequence[str]
    here: Sequence[str]
    waiting: Sequence[PlanView]
    mine: Sequence[PlanView]
    states: Mapping[str, str]
    notice: str
    at: datetime


def home_view(page: HomePage, out: Outbound) -> dict[str, Any]:
    blocks = [
        *_notice(page, out),
        header("Approvals waiting for you"),
        *_waiting(page, out),
        divider(),
        header("Your recent plans"),
        section(_mine(page, out)),
        divider(),
        header("What you may do"),
        section(_rights(page, out)),
        divider(),
        header("Health"),
        section(_health(page, out)),
        context(f"As of {moment(page.at)}. Open this tab again to refresh."),
    ]
    return {"type": "home", "blocks": fit(blocks, limits.BLOCKS_PER_VIEW)}


def _notice(page: HomePage, out: Outbound) -> list[Block]:
    return [section(f":information_source: *{out.mrkdwn(page.notice, 600)}*")] if page.notice else []


def _waiting(page: HomePage, out: Outbound) -> list[Block]:
    if not page.waiting:
        return [section("Nothing waits for you.")]
    return [block for view in page.waiting for block in _one(view, out)]


def _one(view: PlanView, out: Outbound) -> list[Block]:
    target = (
        f"{out.mrkdwn(str(view.target), 300)} ({out.mrkdwn(view.environment)}, {out.mrkdwn(view.risk)} risk)"
    )
    asked = f"Asked by {out.mrkdwn(view.requester)}: {out.mrkdwn(view.reason, 300)}"
    diff = "; ".join(f"{c.path}: {c.before or 'unset'} to {c.after or 'unset'}" for c in view.changes[:4])
    touches = f"Touches: {out.mrkdwn(view.blast.summary, 300)}. Dry run: {out.mrkdwn(view.dry_run, 300)}"
    warnings = "".join(f"\n:warning: *Warning:* {out.mrkdwn(text, 300)}" for text in view.warnings[:3])
    text = f"*{out.mrkdwn(view.title, 200)}*\n{target}\n{asked}\n{out.mrkdwn(diff, 600)}\n{touches}{warnings}"
    expires = f"Expires {moment(datetime.fromisoformat(view.expires_at))}. `{out.mrkdwn(view.id)}`"
    buttons = [
        approve_button(view, out),
        button(f"Reject {out.plain(view.target.name, 50)} plan", REJECT, view.id),
        button("Show details", DETAILS, view.id),
    ]
    return [section(text), actions(f"home:{view.id}", buttons), context(expires)]


def _mine(page: HomePage, out: Outbound) -> str:
    lines = [
        f"*{out.mrkdwn(words_of(view)[0], 100)}* {out.mrkdwn(view.title, 150)} on {out.mrkdwn(str(view.target), 150)}"
        for view in page.mine
    ]
    return "\n".join(lines) or "You have proposed no changes yet."


def _rights(page: HomePage, out: Outbound) -> str:
    roles = out.mrkdwn(", ".join(page.roles) or "none")
    here = out.mrkdwn(", ".join(page.here) or "nothing; your rights hold in channels")
    return f"You are *{out.mrkdwn(page.name)}*.\nRoles: {roles}\nIn private places you may: {here}"


def _health(page: HomePage, out: Outbound) -> str:
    bad = [f"{name}: {state}" for name, state in page.states.items() if not fine(state)]
    if not bad:
        return f"All {len(page.states)} parts work: {out.mrkdwn(', '.join(page.states))}."
    return "Needs a look: " + out.mrkdwn("; ".join(bad), 1_500)
