"""Light Markdown to `rich_text`: bold, code, bullets, code fences. Everything else stays the text it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.replies import limits
from bot.replies.blocks import Block, rich
from bot.replies.text import cut

FENCE = re.compile(r"^```")
BULLET = re.compile(r"^\s{0,6}[-*•]\s+(.*)$")
NUMBER = re.compile(r"^\s{0,6}\d{1,3}[.)]\s+(.*)$")
HEADING = re.compile(r"^#{1,6}\s+(.*)$")
INLINE = re.compile(r"(`[^`\n]{1,400}`|\*\*[^*\n]{1,400}\*\*)")

Element = dict[str, Any]


def prose(text: str) -> list[Block]:
    """Blocks of at most Slack's size, in order. `text` must already be clean."""
    elements = list(_elements(cut(text, limits.RICH_TEXT_TOTAL).splitlines()))
    return [rich(elements)] if elements else []


def _elements(lines: list[str]) -> Iterator[Element]:
    pending: list[str] = []
    index = 0
    while index < len(lines):
        kind, taken, element = _structure(lines, index)
        if kind:
            yield from _paragraph(pending)
            pending = []
            yield element
            index += taken
        else:
            pending.append(lines[index])
            index += 1
    yield from _paragraph(pending)


def _structure(lines: list[str], index: int) -> tuple[str, int, Element]:
    if FENCE.match(lines[index]):
        end = next((i for i in range(index + 1, len(lines)) if FENCE.match(lines[i])), len(lines))
        body = "\n".join(lines[index + 1 : end]) or " "
        return "fence", end - index + 1, {"type": "rich_text_preformatted", "elements": [_text(body)]}
    for pattern, style in ((BULLET, "bullet"), (NUMBER, "ordered")):
        items = _run(lines, index, pattern)
        if items:
            sections = [{"type": "rich_text_section", "elements": _inline(item)} for item in items]
            return style, len(items), {"type": "rich_text_list", "style": style, "elements": sections}
    heading = HEADING.match(lines[index])
    if heading:
        return "heading", 1, {"type": "rich_text_section", "elements": [_text(heading[1] + "\n", bold=True)]}
    return "", 0, {}


def _run(lines: list[str], index: int, pattern: re.Pattern[str]) -> list[str]:
    items = []
    for line in lines[index:]:
        match = pattern.match(line)
        if not match:
            break
        items.append(match[1])
    return items


def _paragraph(lines: list[str]) -> Iterator[Element]:
    text = "\n".join(lines).strip("\n")
    if text.strip():
        yield {"type": "rich_text_section", "elements": _inline(text + "\n")}


def _inline(text: str) -> list[Element]:
    parts = [part for part in INLINE.split(text) if part]
    return [_styled(part) for part in parts] or [_text(" ")]


def _styled(part: str) -> Element:
    if len(part) > 2 and part.startswith("`") and part.endswith("`"):
        return _text(part[1:-1], code=True)
    if len(part) > 4 and part.startswith("**") and part.endswith("**"):
        return _text(part[2:-2], bold=True)
    return _text(part)


def _text(text: str, **style: bool) -> Element:
    shown = text or " "
    return {"type": "text", "text": shown, "style": style} if style else {"type": "text", "text": shown}
