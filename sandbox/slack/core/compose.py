"""What Slack's own composer does with a person's typing: names become mentions, and the text a rich_text block."""

from __future__ import annotations

import re
from typing import Any, Final

from sandbox.slack.core.channels import Channels
from sandbox.slack.core.people import People
from sandbox.slack.core.stamps import block_id

NAMED: Final = re.compile(r"(?<![\w<@|/.])([@#])([a-z][a-z0-9._-]*[a-z0-9])", re.IGNORECASE)
MARKED: Final = re.compile(
    r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^>]*)?>|<#(?P<channel>[CG][A-Z0-9]+)(?:\|[^>]*)?>"
    r"|<!subteam\^(?P<group>S[A-Z0-9]+)(?:\|[^>]*)?>|<!(?P<all>here|channel|everyone)(?:\|[^>]*)?>"
    r"|<(?P<url>https?://[^|>\s]+)(?:\|(?P<label>[^>]*))?>"
)
UNESCAPED: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def with_mentions(text: str, people: People, channels: Channels, *, labelled: bool = False) -> str:
    """`@bob` and `#ops` as ids; with `labelled` as slash commands carry them: `<@UBOB|bob>`."""

    def mark(found: re.Match[str]) -> str:
        sign, name = found.groups()
        if sign == "@":
            person = people.by_name(name)
            return found[0] if person is None else f"<@{person.id}{f'|{name}' if labelled else ''}>"
        channel = channels.named(name)
        return found[0] if channel is None else f"<#{channel.id}|{channel.name}>"

    return NAMED.sub(mark, text)


def rich_text(text: str) -> dict[str, Any]:
    elements: list[dict[str, Any]] = []
    at = 0
    for found in MARKED.finditer(text):
        _plain(elements, text[at : found.start()])
        elements.append(_element(found))
        at = found.end()
    _plain(elements, text[at:])
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": block_id(), "elements": [section]}


def _plain(elements: list[dict[str, Any]], text: str) -> None:
    for escaped, sign in UNESCAPED:
        text = text.replace(escaped, sign)
    if text:
        elements.append({"type": "text", "text": text})


def _element(found: re.Match[str]) -> dict[str, Any]:
    if found["user"]:
        return {"type": "user", "user_id": found["user"]}
    if found["channel"]:
        return {"type": "channel", "channel_id": found["channel"]}
    if found["group"]:
        return {"type": "usergroup", "usergroup_id": found["group"]}
    if found["all"]:
        return {"type": "broadcast", "range": found["all"]}
    link = {"type": "link", "url": found["url"]}
    return link | ({"text": found["label"]} if found["label"] else {})
