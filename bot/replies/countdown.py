"""On the card: what one person alone has begun, until when it can be stopped, and the button that stops it."""

from __future__ import annotations

from datetime import datetime

from agents.changes.requests import PlanView
from bot.replies.blocks import Block, Element, button, section
from bot.replies.text import Outbound, moment

STOP_COUNTDOWN = "plan_stop_countdown"
WAITS = frozenset({"begins", "runs"})


def countdown(view: PlanView, out: Outbound) -> list[Block]:
    if view.state != "pending" or "countdown" not in view.extra:
        return []
    state, who = view.extra["countdown"], out.mrkdwn(view.requester, 60)
    if state not in WAITS:
        return [
            section(
                f"*Countdown stopped:* {out.mrkdwn(view.extra['stopped_by'], 200)}. It waits for the usual approvals."
            )
        ]
    ends = view.extra["ends_at"]
    when = (
        f"at {moment(datetime.fromisoformat(ends), '{time_secs}')}"
        if ends
        else "a minute after everybody was told"
    )
    text = f":alarm_clock: *It begins {when}* by {who} alone: on duty, pre-authorised in the incident. Whoever may approve can stop it."
    return [section(text)]


def stop_button(view: PlanView) -> list[Element]:
    if view.extra.get("countdown") not in WAITS:
        return []
    return [button("Stop the countdown", STOP_COUNTDOWN, view.id, style="danger")]
