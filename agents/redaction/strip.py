"""Characters that nobody sees go first: a token that they split would pass the rules and be whole again on the screen."""

from __future__ import annotations

import re
import unicodedata

ANSI = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\-_]?")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# controls, soft hyphen, joiners, bidi marks, fillers, variation selectors, halves of a character, tags: default-ignorable or unprintable
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
UNFINISHED = re.compile(r"(?:\x1b|\x9b)[^a-zA-Z\x07]{0,60}$")
LINES = re.compile("[\u2028\u2029\x85]")
# full-width and mathematical letters, which read as ASCII to a person and to a model
LOOKALIKE = re.compile("[\uff01-\uff5e\U0001d400-\U0001d7ff]")


def visible(text: str) -> str:
    """The text as it will be read: newline and tab are the only control characters left."""
    if "\x1b" in text or "\x9b" in text:
        text = ANSI.sub("", text)
    if text.isascii():
        return CONTROL.sub("", text)
    text = UNSEEN.sub("", LINES.sub("\n", text))
    return LOOKALIKE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


def whole_sequences(text: str) -> tuple[str, str]:
    """The text up to an escape sequence that its end may have cut, and the rest."""
    cut = UNFINISHED.search(text)
    return (text[: cut.start()], text[cut.start() :]) if cut else (text, "")
