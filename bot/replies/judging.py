"""What stands on a card that people judge, and what is said when trust is earned or lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.triage.probation import FALLEN, PROPOSED, TRUSTED, VOTES
from bot.replies.blocks import Block, Message, actions, button, confirm, context, section
from bot.replies.findings import who
from bot.replies.text import Outbound, moment
from storage.shadow import JudgedRow, TrustRow, VoteRow

JUDGE = "triage_judge"
PROMOTE = "triage_promote"
JUDGING = frozenset((PROMOTE, *(f"{JUDGE}:{vote}" for vote in VOTES)))
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")


def room(channel: str) -> str:
    """A channel as a link; anything else as its words."""
    return f"<#{channel}>" if _CHANNEL.fullmatch(channel) else f"`{channel}`"


def judging(judged: JudgedRow, votes: Sequence[VoteRow]) -> tuple[str, list[Block]]:
    """The question and its buttons, and what was said so far."""
    where = f"In the shadow of {room(judged.channel)}." if judged.shadow else "Trusted here."
    said = [f"{who(one.voter)}: {one.vote}" for one in votes]
    more = f" So far {', '.join(said[:10])}{f' and {len(said) - 10} more' if len(said) > 10 else ''}." if said else ""  # fmt: skip
    text = f"{where} Was this triage right?{more}"
    made = [button(vote.capitalize(), f"{JUDGE}:{vote}", judged.incident) for vote in VOTES]
    return text, [context(text), actions(f"judge:{judged.incident}", made)]


def with_judging(message: Message, text: str, blocks: Sequence[Block]) -> Message:
    """Above the last line of the card, which says where it comes from."""
    *card, last = message.blocks
    return Message(f"{message.text}\n{text}", (*card, *blocks, last))


def line(judged: JudgedRow, title: str, *, firing: bool, out: Outbound) -> Message:
    """In the real channel, where the card is not: that there is something, and where it is told."""
    state = "fires" if firing else "is over"
    text = f"{out.mrkdwn(title, 200)} {state}. Triage of it is on probation, so its card is in {room(judged.shadow)}."
    return Message(text, (section(text),))


def trust_message(row: TrustRow, out: Outbound) -> Message:
    """Where the rule stands, for the shadow channel."""
    rule, where = out.mrkdwn(row.rule, 200), room(row.channel)
    if row.state == PROPOSED:
        text = f"Triage of *{rule}* has earned trust: {row.why}. From a promotion on it is told in {where}."
        sure = confirm("Promote it?", "New incidents of this rule are told in the real channel.", "Promote", danger=False)  # fmt: skip
        return Message(text, (section(text), actions(f"trust:{row.id}", [button("Promote this rule", PROMOTE, row.id, confirm=sure)])))  # fmt: skip
    if row.state == TRUSTED:
        text = f"{who(row.actor)} promoted triage of *{rule}* at {moment(row.since)}: it is told in {where}. {row.why[:1].upper()}{row.why[1:]}."
    else:
        text = f"Triage of *{rule}* for {where} stays in the shadow: {row.why}."
    return Message(text, (section(text),))


def fallen_message(row: TrustRow, out: Outbound) -> Message:
    """In the real channel: why no more cards of this rule come."""
    by = f" by {who(row.actor)}" if not row.actor.startswith("system:") else ""
    text = f"Triage of *{out.mrkdwn(row.rule, 200)}* is back on probation{by}: {row.why}. Its cards go to {room(row.shadow)}."
    return Message(text, (section(text),))


__all__ = ["FALLEN", "JUDGE", "JUDGING", "PROMOTE", "fallen_message", "judging", "line", "room", "trust_message", "with_judging"]  # fmt: skip
