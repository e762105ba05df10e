"""A statement cut into words, texts, patterns and marks. Nothing of it is lost: spaces and comments stay with the next."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_BEFORE: Final = re.compile(r"(?:[ \t\r\n]++|//[^\r\n]*+)*+")
_WORD: Final = re.compile(r"(?:[A-Za-z0-9_.@+-]|[^\x00-\x7f])++")
_MARK: Final = re.compile(r"!=|[{}(),:/=!]")
_TEXT: Final = re.compile(r"'[^'\r\n]*+'|\"[^\"\r\n]*+\"")
_PATTERN: Final = re.compile(r"/[^/\r\n]++/")
_LETTERS: Final = frozenset("LMN")  # letters, their accents, digits
UNDECODED: Final = "\ufffd"  # stands where bytes were no UTF-8: what was written there is lost
SHOWN: Final = 40  # characters of what was found instead


class Kind(StrEnum):
    WORD = "word"
    TEXT = "text"
    PATTERN = "pattern"
    MARK = "mark"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """`text` as written, quotes included, at the character `at`; `before` are the spaces and comments in front of it."""

    kind: Kind
    text: str
    at: int
    before: str = ""

    @property
    def low(self) -> str:
        return self.text.lower() if self.kind is Kind.WORD else self.text

    @property
    def plain(self) -> str:
        """Without its quotes."""
        return self.text[1:-1] if self.kind is Kind.TEXT else self.text


class Unreadable(ValueError):
    """Not a statement of the language. `at` counts characters from 0; the message counts from 1, as editors do."""

    def __init__(self, at: int, expected: str, found: str) -> None:
        super().__init__(f"column {at + 1}: expected {expected}, found {found}")
        self.at, self.expected, self.found = at, expected, found


def tokens(text: str, *, condition: bool = False) -> list[Token]:
    """All of them, an END last. In conditions (after `where`, or from the start) slashes enclose a pattern."""
    found: list[Token] = []
    at = 0
    while True:
        before = _BEFORE.match(text, at)
        space = before.group() if before else ""
        at += len(space)
        if at == len(text):
            found.append(Token(Kind.END, "", at, space))
            return found
        token = _token(text, at, space, condition)
        condition = condition or token.low == "where"
        at += len(token.text)
        found.append(token)


def _token(text: str, at: int, before: str, condition: bool) -> Token:
    kinds = [(Kind.WORD, _WORD), (Kind.TEXT, _TEXT), (Kind.MARK, _MARK)]
    for kind, pattern in [(Kind.PATTERN, _PATTERN), *kinds] if condition else kinds:
        if match := pattern.match(text, at):
            token = Token(kind, match.group(), at, before)
            _check(token)
            return token
    if text[at] in "'\"":
        raise Unreadable(at, f"a closing {text[at]} on the same line", "the end of the line")
    raise Unreadable(at, "a word, a quoted text or one of { } ( ) , = !", named(text[at]))


def _check(token: Token) -> None:
    """Words hold letters and digits of any language, texts no control characters."""
    if token.text.isascii() and token.text.isprintable():
        return
    for number, char in enumerate(token.text):
        if char.isascii() and char.isprintable():
            continue
        category = unicodedata.category(char)
        if category == "Cc" or char == UNDECODED or (token.kind is Kind.WORD and category[0] not in _LETTERS):
            raise Unreadable(token.at + number, "a letter, a digit or a quoted text", named(char))


def named(char: str) -> str:
    """A character as a person can read it, also when it cannot be seen."""
    if char.isascii() and char.isprintable():
        return repr(char)
    return f"U+{ord(char):04X} {unicodedata.name(char, 'a control character')}"


def shown(token: Token) -> str:
    """What was found, for the sentence of an error."""
    if token.kind is Kind.END:
        return "the end"
    return token.text if len(token.text) <= SHOWN else token.text[: SHOWN - 1] + "…"
