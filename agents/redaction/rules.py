"""What a pattern rule is, and the pinned rule set in `rules/` (gitleaks, MIT)."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar

from agents.redaction.findings import Span
from agents.redaction.values import line_end

FOLDER = Path(__file__).parent / "rules"
GENERIC = "generic-api-key"
LEAD = r"[\w.-]{0,50}?"  # says only where a match begins, and costs most of the time
# what may follow a token: the rule set knows quotes and blanks, texts also have brackets and commas
BOUNDARY = r"(?:[\x60'\"\s;]|\\[nr]|$)"
WIDER = r"(?:[\x60'\"\s;,)\]}<>&|]|\.\s|\.$|\\[nrt\"']|$)"
# what the generic rule must leave alone: names of keys, places and versions, not keys
NOT_GENERIC = re.compile(
    r"(?i)access(?:ibility|or)|access[_.-]?id|api[_.-]?(?:id|name|version)|author|(?:bucket|foreign|primary|pub(?:lic)?|schema"
    r"|sequence|partition|sort|cache|idempotency)[_.-]?key|key[_.-]?(?:alias|id|length|name|pair|ring|selector|size|store)|monkey"
    r"|(?:secret)[_.-]?(?:length|name|size)|csrf|(?:api|credentials|token)[_.-]?(?:endpoint|ur[il])|(?:key|token)[_.-]?file"
)
# rules whose pattern says nothing alone: a bare 40-hex string is a commit, unless its line has the word
HINTS = {"sourcegraph-access-token": r"(?i)sourcegraph|sgp_"}
BESIDE = 400  # characters of a very long line that count as the same line
ONLY_WORDS = re.compile(r"[a-zA-Z_.-]+")


@dataclass(frozen=True)
class Rule:
    """`hint` is what the first stage looks for, where that is not the pattern itself. Keywords are in lower case."""

    kind: str
    pattern: str
    keywords: tuple[str, ...]
    entropy: float = 0.0
    group: int = 0
    hint: str = ""
    whole: ClassVar[bool] = False

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.ASCII)

    @property
    def first_stage(self) -> str:
        return self.hint or self.pattern

    def spans(self, text: str, start: int, end: int) -> Iterator[Span]:
        """The secrets between two positions. A match counts only with one of the rule's words on its own lines."""
        for match in self.compiled.finditer(text, start, end):
            if self._named(text, match):
                yield from self._secrets(text, match)

    def _named(self, text: str, match: re.Match[str]) -> bool:
        first = text.rfind("\n", 0, match.start()) + 1
        last = line_end(text, match.end() - 1)
        line = text[max(first, match.start() - BESIDE) : min(last, match.end() + BESIDE)].lower()
        return any(word in line for word in self.keywords)

    def _secrets(self, text: str, match: re.Match[str]) -> Iterator[Span]:
        whole = text[max(0, match.start() - 40) : match.end()]
        groups = [self.group] if self.group else [i for i in range(1, match.re.groups + 1) if match[i]]
        for group in groups or [0]:
            if match[group] and self._secret(match[group], whole):
                yield Span(match.start(group), match.end(group), self.kind)

    def _secret(self, value: str, whole: str) -> bool:
        low = value.lower()
        if self.kind != GENERIC and any(len(word) >= 4 and word in low for word in self.keywords):
            return True  # the token says itself what it is
        if self.entropy and entropy(value) <= self.entropy:
            return False
        return self.kind != GENERIC or _is_generic(value, low, whole)


def _is_generic(value: str, low: str, whole: str) -> bool:
    if ONLY_WORDS.fullmatch(value) or NOT_GENERIC.search(whole):
        return False
    return not _has_stopword(low)


@lru_cache(maxsize=1024)
def _has_stopword(low: str) -> bool:
    """By the parts of the value, not by the 1,446 words: values are short."""
    words, lengths = stopwords()
    return any(low[at : at + size] in words for size in lengths for at in range(len(low) - size + 1))


def entropy(text: str) -> float:
    """Shannon's, in bits a character."""
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in Counter(text).values())


@cache
def stopwords() -> tuple[frozenset[str], tuple[int, ...]]:
    """The words and their lengths: of values with one of them the generic rule says nothing."""
    words = frozenset((FOLDER / "gitleaks-stopwords.txt").read_text().split())
    return words, tuple(sorted({len(word) for word in words}))


def pinned() -> tuple[Rule, ...]:
    """The rule set, in the order of its file. Raises OSError or ValueError when the file is not what it should be."""
    lines = (FOLDER / "gitleaks.jsonl").read_text().splitlines()[1:]
    return tuple(map(_rule, map(json.loads, lines)))


def _rule(raw: dict[str, Any]) -> Rule:
    pattern = raw["regex"].replace(LEAD, "")
    if raw["id"] != GENERIC:
        pattern = pattern.replace(BOUNDARY, WIDER)
    return Rule(
        raw["id"], pattern, tuple(raw["keywords"]), raw.get("entropy", 0.0), raw.get("group", 0), HINTS.get(raw["id"], "")
    )  # fmt: skip
