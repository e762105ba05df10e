"""A message of an alert bot: `[FIRING:2] Name`, `Triggered: ...`, `OK: ...`, and `key: value` or `key=value` around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from agents.triage.alert import (
    Alert,
    Json,
    Status,
    Unreadable,
    labels_of,
    objects,
    severity_of,
    words,
)

_OPENED = r"firing|triggered|alerting|alarm|problem|down|critical|warning|error|alert|open(?:ed)?|re-?triggered|no data"
_OVER = r"resolved|recovered|recovery|ok|closed|cleared|normal|up|back to normal"
_HEAD = re.compile(
    rf"^\W*(?:\[|\()?\s*(?P<state>{_OPENED}|{_OVER})\b\s*(?::\s*\d+)?\s*(?:\]|\))?\s*(?:[:#|-]|\s)\s*(?P<rest>.*)$", re.IGNORECASE
)  # fmt: skip
_OVER_WORD = re.compile(rf"^(?:{_OVER})$", re.IGNORECASE)
_BRACKET = re.compile(r"^\s*[\[(](?P<word>[^\])]{1,20})[\])]\s*")
_EQUALS = re.compile(r"(?:^|[\s,;(|{])(?P<key>[A-Za-z_][\w./-]{0,39})=\"?(?P<value>[\w./:@%-]{1,200})")
_COLON = re.compile(
    r"(?:^|[,;|•])\s*\*?(?P<key>[A-Za-z][A-Za-z_./-]{0,30}(?: [A-Za-z]{1,20})?)\*?:\*?\s+\"?(?P<value>[\w./:@%-]{1,200})(?=\"?\s*(?:$|[,;|•]))"
)
_LINK = re.compile(r"<(?P<url>https?://[^|>\s]+)(?:\|(?P<words>[^>]*))?>")
_EMOJI = re.compile(r"(?<!\w):[a-z][a-z0-9_+-]*:(?!\w)")
_NAME = re.compile(r"^(?P<name>[A-Z][A-Za-z0-9]+(?:[A-Z][a-z0-9]+)+|[\w./-]{3,80})(?=$|[\s:(,|])")
_SEVERITY = re.compile(r"\b(critical|fatal|error|major|warning|warn|minor|info|p[1-5]|sev[1-4])\b", re.IGNORECASE)  # fmt: skip
_SINCE = re.compile(r",?\s*\bsince (?P<clock>[0-2]?\d:[0-5]\d(?::[0-5]\d)?) ?(?:UTC|Z)\b", re.IGNORECASE)
_MARKUP = re.compile(r"[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}(?=\W|$)")


def read(payload: Json, at: datetime) -> tuple[Alert, ...]:
    lines = [line for line in _lines(payload) if line]
    if not lines:
        raise Unreadable("the message has no text")
    whole = "\n".join(lines)
    state, head = _headed(lines)
    labels = _pairs(lines)
    labels |= {key: text for part in _attached(payload) for key, text in _fields(part).items()}
    return (
        Alert(
            source="slack",
            name=labels.pop("alertname", "") or _name(head),
            status=state,
            severity=severity_of(
                labels.pop("severity", "") or labels.pop("priority", "") or _severity(whole)
            ),
            at=at,
            labels=labels,
            text=words(_SINCE.sub("", " ".join(_EQUALS.sub("", line) for line in lines[1:])))
            or words(lines[0]),
            url=(found["url"] if (found := _LINK.search(_raw(payload))) else "")[:500],
            began=_began(whole, at),
        ),
    )


def _began(text: str, at: datetime) -> datetime | None:
    """The last moment before the message at which a clock in UTC showed what it says."""
    if (found := _SINCE.search(text)) is None:
        return None
    try:
        clock = time.fromisoformat(found["clock"].zfill(5))
    except ValueError:
        return None
    began = datetime.combine(at.astimezone(UTC), clock, UTC)
    return began if began <= at else began - timedelta(days=1)


def _pairs(lines: list[str]) -> dict[str, str]:
    """`key=value` anywhere, `key: value` where nothing but pairs stands in its part of the line: prose has colons, too."""
    found = (m for line in lines for form in (_COLON, _EQUALS) for m in form.finditer(line))
    return {m["key"].strip().lower().replace(" ", "_"): m["value"].rstrip(".,;:") for m in found}


def _headed(lines: list[str]) -> tuple[Status, str]:
    """The state is what the first line that has one says; a message without one fires."""
    for line in lines:
        if found := _HEAD.match(line):
            over = _OVER_WORD.match(found["state"]) is not None
            return ("resolved" if over else "firing"), found["rest"] or line
    return "firing", lines[0]


def _name(head: str) -> str:
    """The rule's name: a CamelCase or dashed word at the start, else the first words without numbers."""
    while found := _BRACKET.match(head):
        head = head[found.end() :]
    if (found := _NAME.match(head)) and not found["name"].isdigit() and _is_name(found["name"]):
        return found["name"]
    return words(re.sub(r"\d+(?:\.\d+)?%?", "", head), 120) or "alert"


def _is_name(word: str) -> bool:
    return any(c.isupper() for c in word[1:]) or "-" in word or "_" in word or "/" in word


def _severity(text: str) -> str:
    return found[1] if (found := _SEVERITY.search(text)) else ""


def _lines(payload: Json) -> Iterator[str]:
    for raw in _raw(payload).splitlines():
        yield words(_MARKUP.sub("", _EMOJI.sub(" ", _LINK.sub(lambda m: m["words"] or " ", raw))))


def _raw(payload: Json) -> str:
    """Text, then attachments, then blocks: bots put the alert into any of them."""
    parts = [_text(payload)]
    for one in _attached(payload):
        parts += [_plain(one.get(key)) for key in ("pretext", "title", "text")] or [
            _plain(one.get("fallback"))
        ]
    for block in objects(payload.get("blocks")):
        parts.append(_text(block.get("text")))
        parts += [_text(field) for field in objects(block.get("fields"))]
    return "\n".join(dict.fromkeys(part for part in parts if part))[:8000]


def _text(value: object) -> str:
    return _plain(value.get("text")) if isinstance(value, dict) else ""


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""


def _attached(payload: Json) -> list[Json]:
    return objects(payload.get("attachments"))


def _fields(attachment: Json) -> dict[str, str]:
    return labels_of(
        {
            words(one.get("title"), 60).replace(" ", "_").rstrip(":"): words(one.get("value"), 300)
            for one in objects(attachment.get("fields"))
        }
    )
