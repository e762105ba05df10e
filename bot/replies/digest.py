"""A digest as a message: one line when nothing happened, else each part with what its lines lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agents.digests.digest import Digest, Item, Part
from agents.digests.noise import USEFUL, USELESS
from bot.replies.answer import ACTION_ASK
from bot.replies.blocks import Block, Message, actions, button, context, header, section, table
from bot.replies.charts import chart_blocks
from bot.replies.said import SAID
from bot.replies.spoken import chart_words, table_words
from bot.replies.text import Outbound

Links = Mapping[tuple[str, str], str]  # (channel, ts): the address of the message
LINE = 240
OFFERED = 5


def digest_message(digest: Digest, out: Outbound, links: Links, *notes: str, judged: str = "") -> Message:
    """Complete in its text. `judged`: what the buttons below judge; none without."""
    foot = [f"Could not see: {problem}." for problem in digest.problems]
    if digest.worded_by:
        foot.append(f"Worded by {digest.worded_by}. Counted by code: {digest.counted}")
    under = [context(*map(out.mrkdwn, _folded(foot, notes)))] if foot or notes else []
    lead = out.mrkdwn(digest.text, 2_000)
    if digest.nothing:
        text = f"*{digest.title}*: {lead}"
        return Message(_spoken(text, (), foot, out), (section(text), *under))
    parts = [block for part in digest.parts for block in _part(part, out, links)]
    blocks = [
        header(digest.title), section(lead), *chart_blocks(digest.charts, out), *parts, *_tables(digest, out),
        *_offers(digest.parts, out), *saying(judged), *under,
    ]  # fmt: skip
    return Message(_spoken(f"*{digest.title}*: {lead}", digest.parts, foot, out, digest), tuple(blocks))


def saying(subject: str) -> list[Block]:
    """Two buttons: anybody who reads along may say it, once a person."""
    if not subject:
        return []
    made = [button(word.capitalize(), f"{SAID}:{word}", subject) for word in (USEFUL, USELESS)]
    return [actions(f"said:{subject}", made)]


def _spoken(text: str, parts: Iterable[Part], foot: Iterable[str], out: Outbound, digest: Digest | None = None) -> str:  # fmt: skip
    """What notifications and screen readers have: every line, and what a chart shows."""
    lines = [text]
    for part in parts:
        lines.append(f"{part.title}:")
        lines += [f"- {out.mrkdwn(item.text, LINE)}{_typed(item, out)}" for item in part.items]
        lines += [_more(part)] if part.left else []
    if digest is not None:
        lines += [chart_words(chart, out) for chart in digest.charts]
        lines += [table_words(f"{caption}:", columns, rows) for caption, columns, rows in _cells(digest, out)]
    return "\n".join([*lines, *map(out.mrkdwn, foot)])


def _folded(foot: list[str], notes: Iterable[str]) -> list[str]:
    """A line of context has room for ten."""
    notes = list(notes)
    most = 9 - len(notes)
    return [*foot[:most], *([" ".join(foot[most:])] if foot[most:] else []), *notes]


def _part(part: Part, out: Outbound, links: Links) -> list[Block]:
    lines = [_line(item, out, links) for item in part.items]
    if part.left:
        lines.append(_more(part))
    return [section("\n".join((f"*{part.title}*", *lines)))]


def _more(part: Part) -> str:
    return f"{part.left} more{f': `{part.more}` lists them' if part.more else ''}."


def _typed(item: Item, out: Outbound) -> str:
    return f" `{out.mrkdwn(item.lead.replace(chr(96), ''), 80)}`" if item.lead else ""


def _line(item: Item, out: Outbound, links: Links) -> str:
    """To its thread where it has one, else what to type for more."""
    link = links.get((item.channel, item.ts), "")
    leads = f" <{link}|thread>" if link else _typed(item, out)
    return f"• {out.mrkdwn(item.text, LINE)}{leads}"


def _tables(digest: Digest, out: Outbound) -> list[Block]:
    """Slack shows one table a message."""
    return [block for cells in _cells(digest, out) for block in table(*cells)]


def _cells(digest: Digest, out: Outbound) -> list[tuple[str, list[str], list[list[str]]]]:
    return [
        (out.mrkdwn(item.caption, 200), [out.plain(n, 60) for n in item.columns], [[out.plain(c, 200) for c in row] for row in item.rows])
        for item in digest.tables[:1]
    ]  # fmt: skip


def _offers(parts: Iterable[Part], out: Outbound) -> list[Block]:
    """What a click asks for in the clicker's own name, with their rights: a proposal that waits for people, nothing more."""
    words = dict.fromkeys(item.offer for part in parts for item in part.items if item.offer)
    made = [button(f"{out.plain(text, 70)} ...", f"{ACTION_ASK}:{at}", text) for at, text in enumerate([*words][:OFFERED])]  # fmt: skip
    return [actions("quiet", made)] if made else []
