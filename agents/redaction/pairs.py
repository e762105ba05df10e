"""Names and values side by side: `NAME=value`, `"name": "value"`, YAML, INI, `--name value`, and env entries of a pod.

Here the name decides, whatever the value: a weak password has no pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.redaction.findings import Span
from agents.redaction.names import HINT, harmless, kind_of, names_in
from agents.redaction.siblings import block_scalar, env_values
from agents.redaction.values import Place, bare, line_start, list_items, quoted, rest_of_line

NAME = rf"[\w.-]{{0,80}}?(?:{HINT})[\w.-]{{0,60}}"
AFTER = re.compile(r"(?P<quote>\\{0,6}[\"'])?(?P<before>[ \t]*)(?P<sep>=>|:=|=|:)(?!//)(?P<after>[ \t]*)")
AFTER_FLAG = re.compile(
    r"(?P<list>\\{0,6}[\"']?,?\s{0,30}\n?\s{0,30}(?:-[ \t]{1,9})?\\{0,6}[\"'])|[ \t]{1,9}|\\{0,6}[\"']?,?[ \t]{0,9}\n[ \t]{0,30}-[ \t]{1,9}"
)
LEADING = re.compile(
    r"[ \t]*(?:[-+>|*#•][ \t]*)*(?:(?:export|set|declare -x|ENV|ARG|env|setx?)[ \t]+)?[\"'`]?"
)
SENTENCE = re.compile(
    r"(?i)(?:to|and|or|is|flag|option|instead|for|from|in|with|authentication|access|invalid|incorrect|open|no|not|failed|wrong"
    r"|must|cannot|could|eof|expired|required|missing|denied|timeout|too|the|an?|unexpected|empty|changed?|does|should|may|has|was"
    r"|rpc|error|get|post|read|unable|context|connection|unauthorized|forbidden|secrets?|tokens?|passwords?)[.,:;!?]?"
)
OBJECT_NAME = re.compile(r"(?:[a-z0-9]([-a-z0-9]*[a-z0-9])?/)?[a-z]([-a-z0-9.]*[a-z0-9])?")
WORD = re.compile(r"[A-Za-z][a-z]*[.,:;!?]?")


class Pairs:
    """A detector: told where a name may be, it finds the values."""

    kind = "pair"
    whole = False
    keywords = (
        "pass", "pw", "secret", "token", "cred", "key", "dsn", "auth", "connection", "conn_str", "connstr", "conn-str", "user_data", "user-data", "userdata",
    )  # fmt: skip
    first_stage = (
        rf"(?i)(?:{HINT})[\w.-]{{0,60}}\\{{0,6}}[\"']?[ \t]{{0,9}}[:=]"
        rf"|(?i)\b(?:name|key)\\{{0,6}}[\"']?[ \t]{{0,9}}[:=]\s{{0,9}}\\{{0,6}}[\"']?[\w.-]{{0,80}}(?:{HINT})"
        rf"|(?i)--?[\w.-]{{0,80}}(?:{HINT})[\w.-]{{0,60}}[\s\"',\\]"
    )

    def spans(self, text: str, start: int, end: int) -> Iterator[Span]:
        done = start
        for name_start, name_end in names_in(text, start, end):
            if name_start < done:
                continue  # a name inside of a value that is gone already
            for span in self._named(text, name_start, name_end):
                done = max(done, span.end)
                yield span
        yield from env_values(text, start, end)

    def _named(self, text: str, start: int, end: int) -> Iterator[Span]:
        name = text[start:end]
        if kind := kind_of(name):
            for low, high in self._values(text, start, end, kind):
                if not harmless(text[low:high]) and not _names_only(name, text[low:high]):
                    yield Span(low, high, kind)

    def _values(self, text: str, start: int, end: int, kind: str) -> list[Place]:
        if found := AFTER.match(text, end):
            return _values(text, Pair(text[start:end], start, found), kind)
        if text[start] == "-" and (flag := AFTER_FLAG.match(text, end)):
            return _of_a_flag(text, flag.end() - 1 if flag["list"] else flag.end())
        return []


def _of_a_flag(text: str, at: int) -> list[Place]:
    place = quoted(text, at) or bare(text, at)
    value = text[place[0] : place[1]] if place else ""
    return [place] if place and not value.startswith("-") and not SENTENCE.fullmatch(value) else []


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and what separates it from its value."""

    name: str
    start: int
    match: re.Match[str]

    def __getitem__(self, part: str) -> str:
        return self.match[part] or ""


def _values(text: str, pair: Pair, kind: str) -> list[Place]:
    at = pair.match.end()
    if text[at : at + 1] == "[" and pair["quote"]:
        return list_items(text, at)
    if place := quoted(text, at):
        return [place]
    if pair["quote"] and not pair["before"]:
        return _some(bare(text, at))
    if _leads(text, pair.start):
        return _of_a_line(text, pair, kind)
    place = bare(text, at)
    if place is None or (pair["sep"] != ":" and not pair["after"]):
        return _some(place)
    return [] if _is_prose(text[place[0] : place[1]], "" if pair["quote"] else kind) else [place]


def _of_a_line(text: str, pair: Pair, kind: str) -> list[Place]:
    """`name: value` or `name = value` on a line of its own: the value is the rest of it, or the block below."""
    at = pair.match.end()
    if pair["sep"] == "=" and not pair["before"] and not pair["after"]:
        return _some(bare(text, at))
    if block := block_scalar(text, pair.start, at):
        return [block]
    rest = rest_of_line(text, at)
    if rest is None or (pair["sep"] == ":" and not pair["after"] and rest):
        return _some(bare(text, at)) if rest else []
    value = text[rest[0] : rest[1]]
    if harmless(value) or (value[0] in "{[" and value[-1] in "{[]}"):
        return []
    if " " not in value or kind in {"password", "key-file", "instance-metadata"}:
        return [] if SENTENCE.fullmatch(value.split()[0]) and " " in value else [rest]
    first = value.split()[0]
    return [] if WORD.fullmatch(first) else [(rest[0], rest[0] + len(first))]


def _leads(text: str, at: int) -> bool:
    return LEADING.fullmatch(text, line_start(text, at), at) is not None


def _is_prose(value: str, kind: str) -> bool:
    """A log that speaks of a secret after a colon: `secret: not found`. A password is believed to be one."""
    if SENTENCE.fullmatch(value):
        return True
    return kind != "password" and (
        WORD.fullmatch(value) is not None or OBJECT_NAME.fullmatch(value) is not None
    )


def _names_only(name: str, value: str) -> bool:
    """`secret=shop/checkout-tls` and `Tokens: checkout-token-x7k2p` say which object; `max_tokens=1000` how many."""
    low = name.lower()
    if low in {"secret", "secrets", "tokens"} and OBJECT_NAME.fullmatch(value):
        return low != "secret" or "/" in value
    return low.endswith("tokens") and value.strip(" ,;\"'").isdigit()


def _some(place: Place | None) -> list[Place]:
    return [place] if place else []
