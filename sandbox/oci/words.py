"""The words of a query, taken one after the other."""

from __future__ import annotations

import re

from sandbox.oci.errors import Refused, bad_parameter


class Words:
    """`token` matches one word at a time, in a group of its own. What is taken by name is taken in any case."""

    def __init__(self, text: str, token: re.Pattern[str]) -> None:
        self._text = text
        self._words = _words(text, token)
        self._at = 0

    def peek(self) -> str:
        """Empty at the end."""
        return self._words[self._at] if self._at < len(self._words) else ""

    def next(self) -> str:
        found = self.peek()
        if not found:
            raise self.problem("it ends too early")
        self._at += 1
        return found

    def takes(self, *words: str) -> bool:
        """Whether one of `words`, in lower case, comes next; then it is passed."""
        if self.peek().lower() not in words:
            return False
        self._at += 1
        return True

    def expect(self, word: str) -> None:
        if not self.takes(word):
            raise self.problem(f"expected {word}, not {self.peek() or 'the end'}")

    def problem(self, text: str) -> Refused:
        return bad_parameter(f"The query is not valid: {text} (in: {self._text})")


def _words(text: str, token: re.Pattern[str]) -> list[str]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = token.match(text, at)
        if match is None:
            raise bad_parameter(f"The query is not valid: {text[at:]!r} is not understood")
        found.append(match[match.lastgroup or 0])
        at = match.end()
    return found
