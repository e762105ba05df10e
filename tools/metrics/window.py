"""A query's look back, shortened so that it does not reach behind a moment."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_STEP = re.compile(r"(\d+)(ms|[smhdwy])")
_RANGE = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|\[\s*(?P<span>(?:\d+(?:ms|[smhdwy]))+)\s*\]"""
)


def since(query: str, seconds: float) -> str:
    """The same query with every range that is longer than `seconds` cut to it. Text in quotes is left alone."""
    whole = max(1, int(seconds))

    def shorter(found: re.Match[str]) -> str:
        span = found["span"]
        return f"[{whole}s]" if span and _seconds(span) > whole else found[0]

    return _RANGE.sub(shorter, query)


def _seconds(span: str) -> float:
    return sum(int(count) * _UNITS[unit] for count, unit in _STEP.findall(span))
