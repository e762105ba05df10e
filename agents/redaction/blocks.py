"""Secrets of many lines, found over the whole text before anything is cut into lines."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

from agents.redaction.findings import Span
from agents.redaction.names import harmless
from agents.redaction.values import line_end, line_start, quoted

PEM_BEGIN = re.compile(r"-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----")
PEM_END = re.compile(r"-----END[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----")
PEM_BODY = re.compile(r"(?:[\sA-Za-z0-9+/=:,>|-]|\\+[nrt\"])*")
# Possessive: a run that could be split in many ways would be, in exponential time, before the line is given up.
TAIL_LINE = re.compile(r"[\s>|\"'-]*(?:[A-Za-z0-9+/=]{4,}+|\\++[nr])++[\s\"',]*")
PUTTY = re.compile(r"Private-Lines: \d+(?:\r?\n[A-Za-z0-9+/=]+)+(?:\r?\nPrivate-MAC: \w+)?")
LONGEST_KEY = 20_000


class PrivateKeys:
    """PEM with and without its end, the end of one whose beginning was cut off, and PuTTY's form."""

    kind = "private-key"
    whole = True
    keywords = ("private key", "private-lines")
    first_stage = r"PRIVATE KEY(?: BLOCK)?-----|Private-Lines: "

    def spans(self, text: str, start: int, end: int) -> Iterator[Span]:
        done = start
        while begin := PEM_BEGIN.search(text, done, end):
            last = PEM_END.search(text, begin.end(), min(end, begin.end() + LONGEST_KEY))
            body = PEM_BODY.match(text, begin.end(), end)
            whole = last is not None and "-----BEGIN" not in text[begin.end() : last.start()]
            done = last.end() if last and whole else body.end() if body else begin.end()
            yield Span(begin.start(), done, self.kind)
        yield from (
            Span(_tail_start(text, m.start()), m.end(), self.kind) for m in PEM_END.finditer(text, start, end)
        )
        yield from (Span(m.start(), m.end(), self.kind) for m in PUTTY.finditer(text, start, end))


def _tail_start(text: str, at: int) -> int:
    """Where the lines of base64 before an end mark begin."""
    first = at
    while first > max(0, at - LONGEST_KEY):
        begin = line_start(text, first - 1) if text[first - 1] == "\n" else line_start(text, first)
        if begin == first or not TAIL_LINE.fullmatch(text, max(begin, at - LONGEST_KEY), first):
            break
        first = begin
    return first


KIND = re.compile(r"\bkind(\\{0,6}[\"'])?[ \t]*:\s*\\{0,6}[\"']?Secret\b(?![\w-])")
MAPS = re.compile(r"\\{0,6}[\"'](?:data|stringData|string_data)\\{0,6}[\"']\s*:\s*\{")
ENTRY = re.compile(r"\\{0,6}[\"']\s*:\s*(?=\\{0,6}[\"'])")
YAML_MAP = re.compile(r"[ \t]*(?:- +)*(?:data|stringData):[ \t]*(\{.*)?$")


class KubernetesSecrets:
    """Every value under `data` and `stringData` of a Secret."""

    kind = "kubernetes-secret"
    whole = True
    keywords = ("secret",)
    first_stage = r"\bkind\\{0,6}[\"']?[ \t]{0,9}:\s{0,9}\\{0,6}[\"']?Secret\b"

    def spans(self, text: str, start: int, end: int) -> Iterator[Span]:
        done = start
        for match in KIND.finditer(text, start, end):
            if match.start() >= done:
                low, high = (
                    _object_around(text, match.start(), done)
                    if match[1]
                    else _mapping(text, match.start(), done)
                )
                yield from (
                    self._json(text, low, high)
                    if match[1]
                    else self._yaml(text, low, high, _column(text, match.start()))
                )
                done = max(high, match.end())

    def _json(self, text: str, low: int, high: int) -> Iterator[Span]:
        for found in MAPS.finditer(text, low, high):
            stop = _closing(text, found.end(), high)
            for entry in ENTRY.finditer(text, found.end(), stop):
                place = quoted(text, entry.end())
                if place and not harmless(text[place[0] : place[1]]):
                    yield Span(*place, self.kind)

    def _yaml(self, text: str, low: int, high: int, column: int) -> Iterator[Span]:
        while low < high:
            line = text[low : line_end(text, low)]
            low += len(line) + 1
            found = YAML_MAP.match(line)
            if found and len(line) - len(line.lstrip(" \t-")) == column:
                if found[1]:
                    yield Span(low - 1 - len(found[1]), low - 1, self.kind)
                low = yield from self._entries(text, low, high, column)

    def _entries(self, text: str, low: int, high: int, column: int) -> Generator[Span, None, int]:
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


def _object_around(text: str, at: int, least: int) -> tuple[int, int]:
    """The innermost `{...}` around a position."""
    depth, low = 0, at
    while low > least and depth >= 0:
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


def _column(text: str, at: int) -> int:
    return at - line_start(text, at)


def _mapping(text: str, at: int, least: int) -> tuple[int, int]:
    """First and last position of the YAML mapping that has a key at this position."""
    begin, column = line_start(text, at), _column(text, at)
    low, high = begin, line_end(text, begin) + 1
    while low > least and "-" not in text[low : low + column]:
        above = line_start(text, low - 1)
        line = text[above : low - 1]
        if line.strip() and (len(line) - len(line.lstrip(" \t-")) < column or line.startswith("---")):
            break
        low = above
    while high < len(text):
        line = text[high : line_end(text, high)]
        if (line.strip() and len(line) - len(line.lstrip()) < column) or line.startswith("---"):
            break
        high += len(line) + 1
    return low, min(high, len(text))
