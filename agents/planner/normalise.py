"""Text as people type it, to text that patterns can read: lower case, no contractions, typos of our own words mended."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from rapidfuzz.distance import OSA

from agents.planner.vocabulary import COMMON, SHORTHAND, VOCABULARY

_CONTRACTIONS = (
    (r"\bcan'?t\b|\bcannot\b", "can not"),
    (r"\bwon'?t\b", "will not"),
    (r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should|must|need)n'?t\b", r"\1 not"),
    (r"\b(what|who|where|how|when|why|that|there|it|he|she|here)'s\b", r"\1 is"),
    (r"\b(whats|wats|wots)\b", "what is"),
    (r"\b(whos)\b", "who is"),
    (r"\b(hows)\b", "how is"),
    (r"\b(i|we|you|they)'(re|m)\b", r"\1 are"),
    (r"\b(i|we|you|they)'ve\b", r"\1 have"),
    (r"\b(i|we|you|they|it|he|she)'ll\b", r"\1 will"),
    (r"\b(i|we|you|they|he|she)'d\b", r"\1 would"),
    (r"\blet'?s\b", "let us"),
    (r"\b(gimme)\b", "give me"),
    (r"\b(wanna)\b", "want to"),
    (r"\b(gonna)\b", "going to"),
)
_CONTRACTED = tuple((re.compile(pattern), words) for pattern, words in _CONTRACTIONS)
_MENTION = re.compile(r"<@[A-Za-z0-9]+(?:\|[^>]*)?>|^\s*@?cloudops\b[,:]?", re.IGNORECASE)
_EMOJI = re.compile(r"(?<!\S):[a-z0-9_+-]+:(?!\S)")
_WORD = re.compile(r"[a-z]+(?![a-z0-9]*[-_./:=][a-z0-9])")
_QUOTES = {0x2019: "'", 0x2018: "'", 0x60: "'", 0xB4: "'", 0x201C: '"', 0x201D: '"'}
_SPACE = re.compile(r"\s+")
MAX_CHARS = 2_000  # longer texts are pasted output: the question is at one of the ends


def plain(text: str) -> str:
    """The text without mentions, format characters and odd quotes; case kept."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(ch for ch in text if ch in "\n\t" or unicodedata.category(ch)[0] != "C")
    text = _EMOJI.sub(" ", _MENTION.sub(" ", text)).translate(_QUOTES)
    if len(text) > MAX_CHARS:
        text = f"{text[: MAX_CHARS // 2]} {text[-MAX_CHARS // 2 :]}"
    return _SPACE.sub(" ", text).strip()


def normalise(text: str, names: Collection[str] = ()) -> str:
    """Lower case, contractions opened, shorthand written out, near misses of our vocabulary mended.

    `names` are words that are names here and therefore never "mended".
    """
    low = plain(text).lower()
    for pattern, words in _CONTRACTED:
        low = pattern.sub(words, low)
    return _WORD.sub(lambda match: _mend(match.group(), names), low)


def _mend(word: str, names: Collection[str]) -> str:
    if word in names:
        return word
    if word in SHORTHAND:
        return SHORTHAND[word]
    if word in VOCABULARY or word in COMMON or len(word) < 5 or _inflected(word):
        return word
    allowed = 1 if len(word) < 8 else 2
    near = [known for known in VOCABULARY if _close(word, known, allowed)]
    near.sort(key=lambda known: (OSA.distance(word, known), known))
    return near[0] if near else word


def _inflected(word: str) -> bool:
    return any(
        word.endswith(end) and word.removesuffix(end) in VOCABULARY
        for end in ("s", "es", "d", "ed", "r", "ing", "ly")
    )


def _close(word: str, known: str, allowed: int) -> bool:
    if abs(len(word) - len(known)) > allowed or len(known) < 5:
        return False
    if word[0] != known[0] and {word[0], word[1]} != {known[0], known[1]}:
        return False
    return 0 < OSA.distance(word, known, score_cutoff=allowed) <= allowed
