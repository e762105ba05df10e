"""Where the parser stands in a statement: takes what the grammar expects, or says what it expected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from tools.access.syntax import Listed, Part
from tools.access.tokens import Kind, Token, Unreadable, shown

DEEPEST: Final = 32  # braces in braces
T = TypeVar("T", bound="Part | Token")


class Cursor:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self.depth = 0

    @property
    def here(self) -> Token:
        return self._tokens[self._at]

    def after(self) -> Token:
        """The one behind `here`."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def is_word(self, *words: str) -> bool:
        return self.here.kind is Kind.WORD and self.here.low in words

    def is_mark(self, *marks: str) -> bool:
        return self.here.kind is Kind.MARK and self.here.text in marks

    def take(self) -> Token:
        token = self.here
        self._at += 1
        return token

    def word(self, *words: str) -> Token:
        """One of these words; any word when none is named."""
        if not self.is_word(*(words or (self.here.low,))):
            raise self.wrong(_or(words) if words else "a word")
        return self.take()

    def mark(self, mark: str) -> Token:
        if not self.is_mark(mark):
            raise self.wrong(f"`{mark}`")
        return self.take()

    def end(self, otherwise: str = "") -> Token:
        if self.here.kind is not Kind.END:
            raise self.wrong(f"{otherwise} or the end".removeprefix(" or "))
        return self.here

    def listed(self, one: Callable[[], T], mark: str = ",") -> Listed[T]:
        """One or more, with `mark` between them."""
        parts: list[T | Token] = [one()]
        while self.is_mark(mark):
            parts += [self.take(), one()]
        return Listed(tuple(parts))

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong(f"at most {DEEPEST} braces inside each other")

    def wrong(self, expected: str) -> Unreadable:
        return Unreadable(self.here.at, expected, shown(self.here))


def _or(words: tuple[str, ...]) -> str:
    said = [f"`{word}`" for word in words]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"
