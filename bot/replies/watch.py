"""What a watch says: a change, that it cannot read any more or can again, and one closing line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.watching.news import some, spelled
from agents.watching.wish import length
from bot.replies.blocks import Message, context, section
from bot.replies.text import Outbound
from storage.watches import WatchRow

NOW_SAID = 6
UNWATCHED = "not looked at from"
STOP = "`watch stop {id}` ends it."


def changed(row: WatchRow, lines: Sequence[str], out: Outbound) -> Message:
    listed = some(list(lines))
    title = f"*{out.mrkdwn(row.title)}*"
    text = f"{title}: {out.mrkdwn(listed[0])}" if len(listed) == 1 else "\n".join([f"{title} changed:", *(f"• {out.mrkdwn(one)}" for one in listed)])  # fmt: skip
    return _message(row, text)


def unread(row: WatchRow, why: str, out: Outbound) -> Message:
    text = f"*{out.mrkdwn(row.title)}*: I cannot read it now ({out.mrkdwn(why)}). I keep trying and say it once; whether anything changes meanwhile I do not know."
    return _message(row, text)


def closing(row: WatchRow, why: str) -> str:
    """One line: what it was, how long, what changed, how it is as far as anybody knows."""
    lasted = f"{row.title}, watched for {length(row.ends_at - row.made_at)}{f' ({why})' if why else ''}"
    quiet = all(one.startswith(UNWATCHED) for one in row.log)
    told = "; ".join([*(["nothing changed that was seen"] if quiet else []), *some(list(row.log))])
    end = f" At the end it could not be read: {row.trouble}." if row.trouble else ""
    return f"{lasted}: {told}. Last known: {state(row.seen)}.{end}"


def over(row: WatchRow, out: Outbound) -> Message:
    text = out.mrkdwn(closing(row, ""))
    return Message(text, (section(text), context(f"`{row.id}`")))


def lost(row: WatchRow, out: Outbound) -> Message:
    """Without a word of what it saw: whoever asked may not see it any more."""
    text = f"*{out.mrkdwn(row.title)}*: I watch no more, whoever asked may not read this here any more."
    return Message(text, (section(text), context(f"`{row.id}`")))


def unclosed(row: WatchRow, out: Outbound) -> Message:
    """Without a word of what it saw, too: nobody could look whether it may still be said."""
    text = f"*{out.mrkdwn(row.title)}*: the watch has ended. Its last look failed in a way that I did not foresee, so I do not sum it up; my log says why. Nothing was changed. To watch on, ask again."
    return Message(text, (section(text), context(f"`{row.id}`")))


def state(seen: Mapping[str, str | float]) -> str:
    found = [f"{key} {spelled(value)}" for key, value in list(seen.items())[:NOW_SAID]]
    more = len(seen) - len(found)
    return ", ".join([*found, *([f"and {more} more"] if more > 0 else [])]) or "nothing listed"


def _message(row: WatchRow, text: str) -> Message:
    until = f"until {row.ends_at:%H:%M} UTC; {STOP.format(id=row.id)}"
    return Message(text, (section(text), context(until)))
