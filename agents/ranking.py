"""Which tools fit some words: by what they are called, what they say they do, and what people ask them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

from rapidfuzz import fuzz

_WORD = re.compile(r"[a-z0-9]+")
_EMPTY = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "did",
        "do",
        "does",
        "for",
        "from",
        "get",
        "give",
        "has",
        "have",
        "how",
        "i",
        "in",
        "into",
        "is",
        "it",
        "its",
        "list",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "over",
        "please",
        "read",
        "see",
        "show",
        "tell",
        "tool",
        "tools",
        "that",
        "the",
        "their",
        "there",
        "these",
        "this",
        "to",
        "us",
        "was",
        "we",
        "what",
        "when",
        "where",
        "which",
        "with",
    ]
)
# What people say, as the tools say it.
_ALSO = {
    "spend": "cost", "spent": "cost", "spending": "cost", "bill": "cost", "price": "cost", "money": "cost", "expensive": "cost",
    "vm": "instance", "vms": "instance", "machine": "instance", "server": "instance", "compute": "instance", "db": "database",
    "adb": "database", "lb": "balancer", "stopped": "changed", "started": "changed", "deleted": "changed", "created": "changed",
    "terminated": "changed", "launched": "changed", "modified": "changed", "updated": "changed", "alert": "alarm",
    "alerts": "alarm", "graph": "chart", "utilization": "cpu", "usage": "metric", "inventory": "list", "jump": "why", "spike": "why",
}  # fmt: skip
NAMED, SAID, STEM, ALIKE = (
    3.0,
    2.2,
    2.0,
    1.0,
)  # in the name, in the words, but for an s at the end, by how it begins
LONG = 4  # letters of a word that may be told by its beginning
ALSO = 0.9  # of what a word that was said itself is worth


class Worded(Protocol):
    """What a tool and an action say of themselves."""

    @property
    def name(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def examples(self) -> tuple[str, ...]: ...


T = TypeVar("T", bound=Worded)


def ranked(query: str, tools: Iterable[T]) -> list[T]:
    """The best first; the order of the registry where nothing tells them apart."""
    words, low = _words(query), query.lower()
    return sorted(tools, key=lambda tool: -(_told(words, tool) + _alike(low, tool)))


def fitting(query: str, tools: Iterable[T]) -> list[T]:
    """The best first, and only those that share a word with the query."""
    words = _words(query)
    return [tool for tool in ranked(query, tools) if _told(words, tool) >= SAID]


def _words(query: str) -> list[str]:
    return [word for word in _WORD.findall(query.lower()) if word not in _EMPTY]


def _told(words: list[str], tool: Worded) -> float:
    name, said = set(_WORD.findall(tool.name.replace("_", " "))), set(_WORD.findall(_text(tool)))
    return sum(max(_one(word, name, said), ALSO * _one(_ALSO.get(word, ""), name, said)) for word in words)


def _alike(query: str, tool: Worded) -> float:
    return float(fuzz.token_set_ratio(query, f"{tool.name} {_text(tool)}")) / 1000


def _text(tool: Worded) -> str:
    return f"{tool.summary} {' '.join(tool.examples)}".lower()


def _one(word: str, name: set[str], said: set[str]) -> float:
    stem, stems = _stem(word), {_stem(other) for other in name | said}
    if not word:
        return 0.0
    if word in name:
        return NAMED
    if word in said:
        return SAID
    if stem in stems:
        return STEM
    return ALIKE if len(stem) >= LONG and any(_begins(stem, other) for other in stems) else 0.0


def _begins(one: str, other: str) -> bool:
    return other.startswith(one) or (len(other) >= LONG and one.startswith(other))


def _stem(word: str) -> str:
    return word[:-1] if len(word) >= LONG and word.endswith("s") and not word.endswith("ss") else word
