"""A digest as a message: one line when nothing happened, else each part with what its lines lead to."""

from __future__ import annotations

from collections.abc import Mapping

from agents.digests.compose import Digest, Item, Part
from bot.replies.blocks import Block, Message, context, header, section
from bot.replies.text import Outbound

Links = Mapping[tuple[str, str], str]  # (channel, ts): the address of the message


def digest_message(digest: Digest, out: Outbound, links: Links, *notes: str) -> Message:
    text = f"*{digest.title}*: {out.mrkdwn(digest.text)}"
    foot = [*(f"Not read: {problem}." for problem in digest.problems), *notes]
    under = [context(*map(out.mrkdwn, foot))] if foot else []
    if digest.nothing:
        return Message(text, (section(text), *under))
    parts = [_part(part, out, links) for part in digest.parts]
    return Message(text, (header(digest.title), section(out.mrkdwn(digest.text)), *parts, *under))


def _part(part: Part, out: Outbound, links: Links) -> Block:
    lines = [_line(item, out, links) for item in part.items]
    if part.left:
        lines.append(f"{part.left} more: `plans` lists them.")
    return section("\n".join((f"*{part.title}*", *lines)))


def _line(item: Item, out: Outbound, links: Links) -> str:
    link = links.get((item.channel, item.ts), "")
    return f"• {out.mrkdwn(item.text, 200)}{f' <{link}|thread>' if link else ''}"
