"""Secrets of many lines, found over the whole text before anything is cut into lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.redaction.findings import Span
from agents.redaction.names import harmless
from agents.redaction.values import line_end, line_start, quoted

BODY = r"(?:[ \t>|*\"',.+-]|\\[nrt\"\\]|[A-Za-z0-9+/=]|[\r\n]|:|[()]|;)*?"
PEM = re.compile(
    rf"-----BEGIN[ A-Z0-9_-]{{0,100}}PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]{{0,20000}}?-----END[ A-Z0-9_-]{{0,100}}PRIVATE KEY(?: BLOCK)?-----"
    r"|(?:\s|\\+[nrt\"]|[A-Za-z0-9+/=:,-]|[\"'>|])*)"
)
PEM_TAIL = re.compile(
    r"(?:(?:^|[\r\n]|\\n)[ \t>|]*[A-Za-z0-9+/=]{4,}[ \t]*)+(?:[\r\n]|\\+n)[ \t>|]*-----END[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----",
    re.M,
)
PUTTY = re.compile(r"Private-Lines: \d+(?:\r?\n[A-Za-z0-9+/=]+)+(?:\r?\nPrivate-MAC: \w+)?")


class PrivateKeys:
    kind = "private-key"
    keywords = ("private key", "private-lines")
    first_stage = r"PRIVATE KEY(?: BLOCK)?-----|Private-Lines: "

    def spans(self, text: str, start: int, end: int) -> Iterator[Span]:
        begin = text.rfind("-----BEGIN", max(0, start - 200), end)
        if begin >= 0 and (match := PEM.match(text, begin)):
            yield Span(match.start(), match.end(), self.kind)
        tail_from = max(0, start - 20_000)
        if 0 <= text.find("-----END", start, end):
            yield from (Span(m.start(), m.end(), self.kind) for m in PEM_TAIL.finditer(text, tail_from, end))
        yield from (Span(m.start(), m.end(), self.kind) for m in PUTTY.finditer(text, start))


KIND = re.compile(r"\bkind(\\{0,6}[\"'])?[ \t]*:\s*\\{0,6}[\"']?Secret\b(?![\w-])")
MAPS = re.compile(r"\\{0,6}[\"'](?:data|stringData|string_data)\\{0,6}[\"']\s*:\s*\{")
ENTRY = re.compile(r"\\{0,6}[\"']\s*:\s*(?=\\{0,6}[\"'])")
YAML_MAP = re.compile(r"[ \t]*(?:- +)*(?:data|stringData):[ \t]*(\{.*)?$")


class KubernetesSecrets:
    """Every value under `data` and `stringData` of a Secret."""

    kind = "kubernetes-secret"
    keywords = ("secret",)
    first_stage = r"\bkind\\{0,6}[\"']?[ \t]{0,9}:\s{0,9}\\{0,6}[\"']?Secret\b"

    def spans(self, text: str, start: int, end: int) -> Iterator[Span]:
        for match in KIND.finditer(text, start, end):
            yield from self._json(text, match) if match[1] else self._yaml(text, match.start())

    def _json(self, text: str, match: re.Match[str]) -> Iterator[Span]:
        low, high = _object_around(text, match.start())
        for found in MAPS.finditer(text, low, high):
            stop = _closing(text, found.end(), high)
            for entry in ENTRY.finditer(text, found.end(), stop):
                place = quoted(text, entry.end())
                if place and not harmless(text[place[0] : place[1]]):
                    yield Span(*place, self.kind)

    def _yaml(self, text: str, at: int) -> Iterator[Span]:
        begin = line_start(text, at)
        column = at - begin
        low, high = _mapping(text, begin, column)
        while low < high:
            line = text[low : line_end(text, low)]
            low = line_end(text, low) + 1
            found = YAML_MAP.match(line)
            if found and len(line) - len(line.lstrip(" \t-")) == column:
                if found[1]:
                    yield Span(low - 1 - len(found[1]), low - 1, self.kind)
                low = yield from self._entries(text, low, high, column)

    def _entries(self, text: str, low: int, high: int, column: int) -> Iterator[Span]:
        """The lines deeper than `column`; where they end. What is left of the first colon of an entry is its name."""
        deep = 0
        while low < high:
            line = text[low : line_end(text, low)]
            indent = len(line) - len(line.lstrip())
            if line.strip() and indent <= column:
                break
            deep = deep or indent
            name, colon, value = line.partition(":") if indent == deep else ("", "", line)
            lead = len(name) + len(colon) + len(value) - len(value.lstrip(" \t\"'"))
            if not harmless(value):
                yield Span(low + lead, low + len(line.rstrip(" \t\"'")), self.kind)
            low += len(line) + 1
        return low


def _object_around(text: str, at: int) -> tuple[int, int]:
    depth, low = 0, at
    while low > 0 and depth >= 0:
        low -= 1
        depth += {"}": 1, "{": -1}.get(text[low], 0)
    return low, _closing(text, at, len(text))


def _closing(text: str, at: int, limit: int) -> int:
    depth = 0
    for brace in re.compile(r"[{}]").finditer(text, at, limit):
        depth += 1 if brace[0] == "{" else -1
        if depth < 0:
            return brace.start()
    return limit


def _mapping(text: str, begin: int, column: int) -> tuple[int, int]:
    """First and last position of the YAML mapping whose keys stand at `column`."""
    low, high = begin, line_end(text, begin) + 1
    while low > 0 and "-" not in text[low : low + column]:
        above = line_start(text, low - 1)
        line = text[above : low - 1]
        if line.strip() and (len(line) - len(line.lstrip(" \t-")) < column or line.startswith("---")):
            break
        low = above
    while high < len(text):
        line = text[high : line_end(text, high)]
        if line.strip() and len(line) - len(line.lstrip()) < column or line.startswith("---"):
            break
        high += len(line) + 1
    return low, min(high, len(text))
