"""The same thing said twice: by a tool and again in a model's words. The tool's words stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+(?:[-.]\w+)*")
_CLAUSE = re.compile(r";\s+")
_FILLERS = frozenset(
    {"a", "all", "an", "and", "any", "are", "as", "at", "by", "for", "in", "is", "it", "its", "no", "not", "of", "on",
     "only", "or", "that", "the", "them", "this", "to", "was", "were", "with"}
)  # fmt: skip
SAME = 0.6  # of a clause's words; more in common is no second fact


def beyond(said: Sequence[str], more: Sequence[str]) -> list[str]:
    """Of the lines in `more` the clauses that say what none of `said` says."""
    known = [_words(line) for line in said]
    kept: list[str] = []
    for line in more:
        fresh = [clause for clause in _CLAUSE.split(line) if not _covered(_words(clause), known)]
        if fresh and (text := "; ".join(fresh)) not in (*said, *kept):
            kept.append(text)
    return kept


def _covered(words: frozenset[str], known: Sequence[frozenset[str]]) -> bool:
    return bool(words) and any(len(words & other) >= SAME * len(words) for other in known)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _FILLERS
