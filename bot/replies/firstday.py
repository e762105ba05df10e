"""The one message in a channel that the bot was invited to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agents.firstday import Changing
from agents.servicemap import Looked
from bot.replies.answer import ACTION_ASK
from bot.replies.blocks import Block, Message, actions, button, context, header, section
from bot.replies.servicemap import REVIEW, summary
from bot.replies.text import Outbound

TITLE = "CloudOps is here"
SPACES = 12


def first_message(
    looked: Looked, whose: str, changes: Changing, asked: Sequence[str], *, proposal: str, out: Outbound
) -> Message:
    """`whose` rights it was read with, as words that may hold a mention; `proposal` is empty where nothing could be added."""
    sees = f"*What I see here*, with the rights of {whose}\n{_sees(looked, out)}" if whose else f"*What I see here*\n{_nothing(looked, out)}"  # fmt: skip
    may = f"*What I may change here*\n{_may(changes, out)}"
    blocks: list[Block] = [header(TITLE), section(sees), section(may)]
    texts = [TITLE + ".", sees, may]
    if asked:
        ask = "*Ask me*, by a button or in words after my name"
        blocks += [section(ask), actions("firstday:ask", [button(out.plain(words, 75), f"{ACTION_ASK}:{at}", words) for at, words in enumerate(asked)])]  # fmt: skip
        texts.append(f"{ask}: {out.mrkdwn(' '.join(asked))}")
    if proposal:
        words = summary(looked.data, out)
        blocks += [section(f"*Service map*\n{words}"), actions("firstday:map", [button("Choose and confirm", REVIEW, proposal)])]  # fmt: skip
        texts.append(words)
    blocks.append(context("I say this once. `help` says what you may do here. Every answer is with the rights of whoever asks."))  # fmt: skip
    return Message("\n".join(texts), tuple(blocks))


def _sees(looked: Looked, out: Outbound) -> str:
    data = looked.data
    lines = [f"• cluster {out.mrkdwn(one['name'], 80)}: {_spaces(one['namespaces'], out)}" for one in data.get("clusters", ())[:10]]  # fmt: skip
    if paths := data.get("compartments", ()):
        lines.append(f"• Oracle Cloud: {_some(paths, 'compartments', out)}")
    lines.append(f"• Service map: {_some(data['known'], 'services', out)}" if data.get("known") else "• Service map: no services yet")  # fmt: skip
    if not data.get("clusters") and not paths:
        lines.insert(0, "• no cluster and no compartment")
    lines += [f"• :warning: could not see {out.mrkdwn(gap, 200)}" for gap in looked.could_not_see[:6]]
    if (more := len(looked.could_not_see) - 6) > 0:
        lines.append(f"• and {more} more that I could not see")
    lines.append("What these rights do not reach is not listed; it may exist.")
    return "\n".join(lines)


def _spaces(names: Sequence[str], out: Outbound) -> str:
    return _some(names, "namespaces", out) if names else "no workloads that these rights reach"


def _some(names: Sequence[Any], what: str, out: Outbound) -> str:
    more = f" and {len(names) - SPACES} more" if len(names) > SPACES else ""
    return f"{what} {out.mrkdwn(', '.join(map(str, names[:SPACES])), 900)}{more}"


def _nothing(looked: Looked, out: Outbound) -> str:
    if looked.refused:
        return f"I could not look: {out.mrkdwn(looked.refused, 300)}."
    return (
        "Nothing yet: neither whoever invited me nor my own account for triage may look at anything in this channel. "
        "Who keeps the policy can bind people to this channel; what there is I cannot say until then."
    )


def _may(changes: Changing, out: Outbound) -> str:
    if not changes.proposers and not changes.groups:
        return "Nothing. The policy lets nobody ask for a change in this channel."
    who = ", ".join((*changes.proposers[:12], *(("people of a Slack user group",) if changes.groups else ())))
    where = "; ".join(changes.where[:6]) or "places that the policy names"
    by = f"of {', '.join(changes.approvers[:12])}" if changes.approvers else "that nobody of the policy may give here"  # fmt: skip
    return out.mrkdwn(
        f"Nothing by myself. {who} may ask for changes of {where}. Each waits for the approval {by}.", 1_500
    )
