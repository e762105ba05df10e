"""Every text that leaves for Slack passes here once: normalise, strip, redact, defuse addresses, escape.

The order matters: normalising after escaping would turn full-width brackets into live mentions, and stripping after
redaction would join a secret that was split by an invisible character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

ADDRESS = re.compile(r"\b(https?|ftp|file|data|javascript)(:)(//)?([^\s<>|\"'`)\]]*)", re.IGNORECASE)
BROADCAST = re.compile(r"@(channel|here|everyone)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outbound:
    """`clean` redacts and strips; `hosts` are the host names whose addresses stay live."""

    clean: Callable[[str], str]
    hosts: Collection[str] = ()

    def plain(self, text: str, limit: int = 0) -> str:
        """Text for `plain_text`, `raw_text` and `rich_text` elements, which Slack does not interpret."""
        normal = unicodedata.normalize("NFKC", text)
        safe = BROADCAST.sub(lambda m: "@\u2060" + m[1], ADDRESS.sub(self._address, self.clean(normal)))
        return cut(safe, limit) if limit else safe

    def mrkdwn(self, text: str, limit: int = 0) -> str:
        """Text for `mrkdwn` and the top-level `text`: also escaped, so that nothing in it is live."""
        escaped = escape(self.plain(text))
        return cut(escaped, limit) if limit else escaped

    def _address(self, match: re.Match[str]) -> str:
        scheme, rest = match[1].lower(), match[4]
        if scheme in {"http", "https"} and match[3] and host_of(f"{scheme}://{rest}") in self.hosts:
            return match[0]
        dead = {"http": "hxxp", "https": "hxxps"}.get(scheme, scheme + "\u2060")
        inner = ADDRESS.sub(self._address, rest)  # `file:https://...`: Slack links what stands inside
        return f"{dead}{match[2]}{match[3] or ''}{inner}"


def host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def escape(text: str) -> str:
    """Slack's three characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, the cut marked; an entity is never cut in half."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    entity = kept.rfind("&", max(0, len(kept) - 5))
    if entity != -1 and ";" not in kept[entity:]:
        kept = kept[:entity]
    return kept + "…"


def cut_bytes(text: str, limit: int) -> str:
    """As `cut`, where bytes are counted."""
    kept = text
    while (over := len(kept.encode()) - limit) > 0:
        kept = cut(text, max(1, len(kept) - max(1, over // 4)))
    return kept


def moment(at: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """A time that each viewer sees in their own zone, with a fallback in UTC. For mrkdwn only."""
    return f"<!date^{int(at.timestamp())}^{form}|{at:%Y-%m-%d %H:%M} UTC>"


def mention(user: str) -> str:
    """The one way to mention a person: an id that came from an envelope or the policy, never from text."""
    if not re.fullmatch(r"[UW][A-Z0-9]{2,20}", user):
        raise ValueError("not a Slack user id")
    return f"<@{user}>"


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
