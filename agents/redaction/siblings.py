"""A name on one line and its value on another: entries of a container's `env`, in YAML and in JSON, and block scalars."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.redaction.findings import Span
from agents.redaction.names import HINT, harmless, kind_of
from agents.redaction.values import Place, line_end, line_start, quoted, rest_of_line

FAR = 600  # characters between a name and its value in one object
ENTRY = re.compile(
    rf"(?i)\b(?:name|key)(?P<end>\\{{0,6}}[\"'])?[ \t]*[:=]\s*\\{{0,6}}[\"']?(?P<name>[\w.-]{{0,80}}?(?:{HINT})[\w.-]{{0,60}})",
    re.ASCII,
)
VALUE_KEY = re.compile(r"(?i)\\{0,6}[\"']?\bvalue\\{0,6}[\"']?[ \t]*[:=]\s*")
FIELD = re.compile(r"^([ \t]*)((?:- +)*)[\"']?(\w+)[\"']?:[ \t]*")
SCALAR = re.compile(r"[|>][+-]?\d?[ \t]*(?:#.*)?$")


def env_values(text: str, start: int, end: int) -> Iterator[Span]:
    """The `value` beside each secret-like `name` between two positions, before it or after it."""
    for entry in ENTRY.finditer(text, start, end):
        kind = kind_of(entry["name"])
        if not kind:
            continue
        places = [*_in_braces(text, entry), *_in_lines(text, entry.start())]
        yield from (Span(*place, kind) for place in places if not harmless(text[place[0] : place[1]]))


def _in_braces(text: str, entry: re.Match[str]) -> Iterator[Place]:
    """Within one `{...}`: kubectl -o json, JSON in JSON, flow YAML, a printed dict."""
    low = max(text.rfind("{", max(0, entry.start() - FAR), entry.start()), entry.start() - FAR, 0)
    if text[low : low + 1] != "{" or "}" in text[low : entry.start()]:
        return
    close = text.find("}", entry.end(), entry.end() + FAR)
    for found in VALUE_KEY.finditer(text, low, entry.end() + FAR if close < 0 else close):
        if place := quoted(text, found.end()):
            yield place
        elif bare_value := re.compile(r"[^\s,}\"'\\]+").match(text, found.end()):
            yield bare_value.span()


def _in_lines(text: str, at: int) -> Iterator[Place]:
    """Within one YAML mapping: the lines above and below at the same indentation."""
    begin = line_start(text, at)
    if line_end(text, begin) - begin > FAR:
        return
    own = FIELD.match(text[begin : line_end(text, begin)])
    if own is None:
        return
    column = len(own[1]) + len(own[2])
    if not own[2]:
        yield from _value_at(text, _above(text, begin), column)
    yield from _value_at(text, _below(text, begin), column)


def _value_at(text: str, lines: Iterator[int], column: int) -> Iterator[Place]:
    for begin in lines:
        line = text[begin : line_end(text, begin)]
        field = FIELD.match(line)
        indent = len(line) - len(line.lstrip())
        if field and len(field[1]) + len(field[2]) == column:
            if field[3].lower() == "value":
                yield from _yaml_value(text, begin, begin + field.end())
                return
            if field[2]:
                return  # the next entry, or the first line of this one
        elif line.strip() and indent < column:
            return


def _yaml_value(text: str, begin: int, at: int) -> Iterator[Place]:
    place = block_scalar(text, begin, at) or quoted(text, at) or rest_of_line(text, at)
    if place:
        yield place


def _below(text: str, begin: int) -> Iterator[int]:
    for _ in range(12):
        begin = line_end(text, begin) + 1
        if begin >= len(text):
            return
        yield begin


def _above(text: str, begin: int) -> Iterator[int]:
    for _ in range(12):
        if begin <= 0:
            return
        begin = line_start(text, begin - 1)
        yield begin


def block_scalar(text: str, key_at: int, at: int) -> Place | None:
    """The lines under `key: |`, all that are indented deeper than the key."""
    if not SCALAR.match(text[at : line_end(text, at)]):
        return None
    head = text[line_start(text, key_at) :]
    column = len(head) - len(head.lstrip(" \t-"))
    start = stop = line_end(text, at) + 1
    while stop < len(text):
        line = text[stop : line_end(text, stop)]
        if line.strip() and len(line) - len(line.lstrip()) <= column - (1 if "-" in head[:column] else 0):
            break
        stop = line_end(text, stop) + 1
    inside = text[start:stop]
    lead = len(inside) - len(inside.lstrip())
    return (start + lead, start + len(inside.rstrip())) if inside.strip() else None
