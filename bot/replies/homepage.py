"""The Home tab as blocks."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.changes.requests import PlanView
from bot.glance import Glance, Part
from bot.health import fine
from bot.replies import limits
from bot.replies.blocks import Block, actions, button, context, divider, fit, header, section
from bot.replies.card import DETAILS, REJECT, approve_button
from bot.replies.mysettings import MY_SETTINGS
from bot.replies.rights import in_words
from bot.replies.spoken import chart_words
from bot.replies.states import words_of
from bot.replies.text import Outbound, moment
from storage.digests import DigestRow
from tools.spec import Chart

DIGESTS = 10
POINTS, BARS = 30, "▁▂▃▄▅▆▇█"


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
    glance: Glance | None = None  # None: it is being read
    digests: Sequence[DigestRow] | None = ()  # None: they could not be read
    budget: str = ""


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
        header("Health and cost at a glance"),
        *_glance(page, out),
        divider(),
        header("My digests"),
        section(_digests(page, out)),
        divider(),
        header("The bot"),
        section(_health(page, out)),
        *([context(out.mrkdwn(page.budget, 300))] if page.budget else []),
        actions("home", [button("Change my settings", MY_SETTINGS, "settings me")]),
        context(
            f"As of {moment(page.at)}. Plans follow by themselves, the rest when you open this tab again."
        ),
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
    here = out.mrkdwn(in_words(page.here) or "nothing; your rights hold in channels")
    exact = f"\n{out.mrkdwn(', '.join(page.here), 900)}" if page.here else ""
    return f"You are *{out.mrkdwn(page.name)}*.\nRoles: {roles}\nIn private places you may: {here}{exact}"


def _glance(page: HomePage, out: Outbound) -> list[Block]:
    if page.glance is None:
        return [section("Reading clusters and costs…")]
    if not page.glance.parts:
        return [section("No cluster and no Oracle Cloud is connected.")]
    told = [section(_part(part, out)) for part in page.glance.parts]
    return [*told, context(f"Read {moment(page.glance.at)} with your rights.")]


def _part(part: Part, out: Outbound) -> str:
    if part.problem:
        return f"*{out.mrkdwn(part.title, 200)}*\n:grey_question: Not read: {out.mrkdwn(part.problem, 400)}"
    gaps = f"\nCould not see: {out.mrkdwn('; '.join(part.gaps), 400)}" if part.gaps else ""
    drawn = "".join(f"\n{line}" for chart in part.charts if (line := _drawn(chart, out)))
    return f"*{out.mrkdwn(part.title, 200)}*\n{out.mrkdwn(part.text, 1_000) or '-'}{drawn}{gaps}"


def _drawn(chart: Chart, out: Outbound) -> str:
    """A line of bars: Slack draws its charts in messages alone. What they say is said in words beside them."""
    sums = [sum(values) for values in zip(*(series.values for series in chart.series), strict=False)][
        -POINTS:
    ]
    if not sums or not all(map(math.isfinite, sums)):
        return ""
    low, high = min(0.0, *sums), max(sums)
    span = (high - low) or 1.0
    bars = "".join(BARS[round((value - low) / span * (len(BARS) - 1))] for value in sums)
    return f"`{bars}` {chart_words(chart, out)}"


def _digests(page: HomePage, out: Outbound) -> str:
    if page.digests is None:
        return "Your digests cannot be read right now."
    lines = [
        f"`{out.mrkdwn(row.id, 60)}` {out.mrkdwn(row.kind, 60)} to {_channel(row.channel)}, `{out.mrkdwn(row.cron, 60)}` ({out.mrkdwn(row.zone, 60)})"
        for row in page.digests[:DIGESTS]
    ]
    left = len(page.digests) - DIGESTS
    lines += [f"and {left} more"] if left > 0 else []
    return "\n".join(lines) or "You have set up none. In a channel: `digest add handover 0 9 * * 1-5`."


def _channel(channel: str) -> str:
    return f"<#{channel}>" if re.fullmatch(r"[CG][A-Z0-9]{2,20}", channel) else "a channel"


def _health(page: HomePage, out: Outbound) -> str:
    bad = [f"{name}: {state}" for name, state in page.states.items() if not fine(state)]
    if not bad:
        return f"All {len(page.states)} parts work: {out.mrkdwn(', '.join(page.states))}."
    return "Needs a look: " + out.mrkdwn("; ".join(bad), 1_500)
