"""Monitoring's query language, read before it is sent: what is wrong is told with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NoReturn

from tools.errors import GiveUp

STATISTICS: Final = (
    "absent", "avg", "count", "first", "increment", "last", "max", "mean", "min", "percentile", "rate", "sum",
)  # fmt: skip
GROUPS: Final = ("groupBy", "grouping")
BETWEEN: Final = (">=", "<=", "==", "!=", ">", "<", "&&", "||", "+", "-", "*", "/")
FILTERS: Final = ("=", "!=", "=~")
WIDEST: Final = {"m": 60, "h": 24, "d": 1}
MINUTES: Final = {"m": 1, "h": 60, "d": 1440}
_TOKEN: Final = re.compile(
    r'"[^"]*"|\[[^\]]*\]|\d+(?:\.\d+)?[mhd]?(?![\w.])|[A-Za-z_][\w-]*|&&|\|\||>=|<=|==|!=|=~|[><=+*/(){},.-]'
)
_SPAN: Final = re.compile(r"([1-9]\d*)([mhd])")
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")
_NAME: Final = re.compile(r"[A-Za-z_][\w-]*")


@dataclass(frozen=True, slots=True)
class Read:
    """`metrics` in their order; `minutes` is the shortest interval."""

    metrics: tuple[str, ...]
    minutes: int


def read(text: str) -> Read:
    """Raises GiveUp with the place of the first thing that Monitoring would not understand."""
    return _Reader(text).whole()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.metrics: list[str] = []
        self.minutes: list[int] = []
        self.words: list[tuple[int, str]] = []
        self.at = 0
        self._split()

    def _split(self) -> None:
        at = 0
        while at < len(self.text):
            if self.text[at].isspace():
                at += 1
                continue
            match = _TOKEN.match(self.text, at)
            if match is None:
                self._wrong(at, "this is not understood")
            self.words.append((at, match[0]))
            at = match.end()

    def whole(self) -> Read:
        self._terms()
        if self._peek():
            self._here(f"unexpected {self._peek()}")
        if not self.metrics:
            self._wrong(0, "there is no metric in it")
        return Read(tuple(self.metrics), min(self.minutes))

    def _terms(self) -> None:
        self._term()
        while self._peek() in BETWEEN:
            self.at += 1
            self._term()

    def _term(self) -> None:
        if self._takes("("):
            self._terms()
            self._expect(")")
            return
        negative = self._takes("-")
        if _NUMBER.fullmatch(self._peek()):
            self.at += 1
        elif negative or not _NAME.fullmatch(self._peek()):
            self._here("a metric or a number belongs here")
        else:
            self._metric()

    def _metric(self) -> None:
        name = self._next()
        self.metrics.append(name)
        if not self._peek().startswith("["):
            self._here(f"{name} needs an interval, such as {name}[5m]")
        self._interval()
        if self._takes("{"):
            self._filters()
        while self._takes("."):
            if self._function():
                return
        self._here(f"{name} needs a statistic, such as .mean()")

    def _interval(self) -> None:
        found = _SPAN.fullmatch(self._peek()[1:-1].strip())
        if found is None or int(found[1]) > WIDEST[found[2]]:
            self._here("an interval is 1m to 60m, 1h to 24h or 1d")
        self.minutes.append(int(found[1]) * MINUTES[found[2]])
        self.at += 1

    def _filters(self) -> None:
        while not self._takes("}"):
            if not _NAME.fullmatch(self._peek()):
                self._here('a filter is name = "value"')
            self.at += 1
            if self._peek() not in FILTERS:
                self._here(f"a filter compares by {', '.join(FILTERS)}")
            self.at += 1
            if not self._peek().startswith('"'):
                self._here("the value of a filter stands in quotes")
            self.at += 1
            if not self._takes(",") and self._peek() != "}":
                self._here("a comma or } belongs here")

    def _function(self) -> bool:
        """Whether it was the statistic, which ends a metric."""
        name = self._peek()
        if name not in (*GROUPS, *STATISTICS):
            self._here(f"there is no function {name or 'there'}; statistics are {', '.join(STATISTICS)}")
        self.at += 1
        self._expect("(")
        if name == "percentile" and not self._share():
            self._here("percentile takes one number from 0 to 1")
        while self._peek() not in {")", ""}:
            self.at += 1
        self._expect(")")
        return name in STATISTICS

    def _share(self) -> bool:
        found = self._peek()
        return bool(_NUMBER.fullmatch(found)) and float(found) <= 1

    def _peek(self) -> str:
        return self.words[self.at][1] if self.at < len(self.words) else ""

    def _next(self) -> str:
        self.at += 1
        return self.words[self.at - 1][1]

    def _takes(self, word: str) -> bool:
        if self._peek() != word:
            return False
        self.at += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._takes(word):
            self._here(f"{word} belongs here")

    def _here(self, why: str) -> NoReturn:
        place = self.words[self.at][0] if self.at < len(self.words) else len(self.text)
        self._wrong(place, why)

    def _wrong(self, place: int, why: str) -> NoReturn:
        rest = self.text[place : place + 20].strip()
        at = f'at character {place + 1}, "{rest}"' if rest else "at its end"
        raise GiveUp(f"The query is not valid {at}: {why}. Nothing was sent.", source="monitoring")
