"""What is said in a channel that belongs to one incident. Words of others are shown as such."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from agents.incidents.rooms import ASKED, STATES
from agents.triage.correlate import Incident
from agents.triage.history import History
from bot.replies.blocks import Block, Message, context, header, section
from bot.replies.findings import who
from bot.replies.incident import card
from bot.replies.text import Outbound, moment
from storage.rooms import OPEN, RoomRow

UNKNOWN = "I know no alert that this channel is about yet. Name the service, and I look for it."
WORDS = "`pause`, `resume`, `complete`, `reopen`"
BUTTONS = ("incident-do:", "incident-over:")  # they act where the incident's own card is


def hello(row: RoomRow, lines: int, out: Outbound, bot_user: str) -> Message:
    """Once, and complete: why I am here, what I do, how to quieten me."""
    asked = row.why == ASKED
    why = (
        f"{who(row.opened_by)} asked me to follow the incident of this channel."
        if asked
        else f"This channel's name fits `{out.mrkdwn(row.why)}`, so I take it for an incident's."
    )
    read = f"I read the last {lines} messages here as context; they order nothing." if lines else ""
    rest = (
        "I keep one card here and speak up only when there is something new, or when you ask me. I change nothing by myself. "
        f"Mention me with {WORDS} to steer that: <@{bot_user}> `pause`."
    )
    text = " ".join(filter(None, (why, read, rest)))
    return Message(text, (section(text),))


def room_card(
    row: RoomRow, about: tuple[Incident, History] | None, now: datetime, out: Outbound, elsewhere: str = ""
) -> Message:
    state = _state(row, out)
    if about is None:
        text = told_elsewhere(elsewhere) if elsewhere else UNKNOWN
        return Message(
            f"Incident channel. {state} {text}", (header("Incident channel"), section(f"{state}\n{text}"))
        )
    shown = card(about[0], now, out, about[1])
    blocks: list[Block] = [
        block for block in shown.blocks if not str(block.get("block_id", "")).startswith(BUTTONS)
    ]
    return Message(f"{state}\n{shown.text}", (blocks[0], section(state), *blocks[1:]))


def _state(row: RoomRow, out: Outbound) -> str:
    if row.state == OPEN and row.round == 1:
        return f"Followed here since {moment(row.opened_at)}."
    state = "reopened" if row.state == OPEN else STATES[row.state]
    words = f": {out.mrkdwn(row.words, 300)}" if row.words else ""
    return f"{state.capitalize()} by {who(row.changed_by)} at {moment(row.changed_at)}{words}."


def news_message(lines: Iterable[str]) -> Message:
    text = "\n".join(lines)
    return Message(text, (section(text),))


def told_elsewhere(channel: str) -> str:
    return f"What people follow here is told in <#{channel}>, which has other readers, so I show nothing of it here."


def summary_alone(row: RoomRow, lines: Iterable[str], elsewhere: str, out: Outbound) -> Message:
    """Posted once when an incident is completed that is not shown here."""
    where = (
        f"{told_elsewhere(elsewhere)} I ended there what people raised from here; its timeline is there, too."
        if elsewhere
        else "I knew no alert that this channel was about, so there is no timeline and no draft of a review."
    )
    told = [out.mrkdwn(line.replace("- ", "• ", 1), 400) for line in lines]
    text = "\n".join((f"*Hand-over.* {_state(row, out)}", *told, where))
    return Message(text, (section(text), context("Written by code from the record. `reopen` continues it.")))


def summary(row: RoomRow, lines: Iterable[str], out: Outbound) -> Message:
    """Posted once when an incident is completed."""
    head = f"*Hand-over.* {_state(row, out)}"
    told = [out.mrkdwn(line.replace("- ", "• ", 1), 400) for line in lines]
    text = "\n".join((head, *told, "The timeline and the draft of the review are in the thread of the card."))
    return Message(
        text,
        (section(text), context(f"Incident `{row.incident}`. Written by code from the record. `reopen` continues it.")),
    )  # fmt: skip
