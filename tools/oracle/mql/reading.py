"""A query's text read into its tree. What is not understood is named with its place; nothing is passed over."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from tools.errors import GiveUp
from tools.oracle.mql.tree import COMPARISONS, Between, Filter, Metric, Number, Pair, Tree, metrics

PLAIN_STATISTICS = ("mean", "avg", "max", "min", "sum", "count", "rate", "increment", "first", "last")
STATISTICS = (*PLAIN_STATISTICS, "percentile", "absent")
GROUPS = ("groupBy", "grouping")
LONGEST = 4_000
DEEPEST = 40  # brackets in brackets
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_MOST = {"m": 60, "h": 24, "d": 1}
_SPAN = re.compile(r"(\d{1,3})([mhd])")
_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"[^\"]*\")|(?P<span>\d+[mhd](?!\w))|(?P<number>\d+(?:\.\d+)?|\.\d+)(?![\w.])|(?P<word>[A-Za-z_][\w-]*)"
    r"|(?P<sign>&&|\|\||>=|<=|==|!=|=~|[><=+*/(){}\[\],.-]))"
)


class BadQuery(GiveUp):
    """`reason` names the place; `at` is it, counted from 0."""

    def __init__(self, text: str, at: int, what: str) -> None:
        near = text[at : at + 24] or "its end"
        super().__init__(
            f"I cannot read the query at character {at + 1} ({near}): {what}. Nothing was asked", "oci"
        )
        self.at = at


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    at: int


def read(text: str) -> Tree:
    """Raises BadQuery."""
    if len(text) > LONGEST:
        raise BadQuery(text, LONGEST, f"it is longer than {LONGEST} characters")
    return _Reader(text, _tokens(text)).whole()


def duration(text: str) -> timedelta | None:
    """`5m`; None for what is no interval of Monitoring: 1m to 60m, 1h to 24h, 1d."""
    found = _SPAN.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= _MOST[found[2]]:
        return None
    return int(found[1]) * _UNITS[found[2]]


def near(word: str, known: Iterable[str]) -> str:
    """`, did you mean mean?`, or what there is."""
    names = list(known)
    by_low = {one.lower(): one for one in names}
    close = difflib.get_close_matches(word.lower(), by_low, 1, 0.6)
    return f"; did you mean {by_low[close[0]]}?" if close else f"; there is {', '.join(names)}"


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise BadQuery(
                text,
                at,
                "a text needs its closing quote" if text[at] == '"' else "that is no part of a query",
            )
        found.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return found


class _Reader:
    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text, self.tokens, self.place, self.depth = text, tokens, 0, 0

    def whole(self) -> Tree:
        found = self._any()
        if (left := self._peek()).kind != "end":
            raise self._bad(left, "the query could end before it")
        if not list(metrics(found)):
            raise BadQuery(self.text, 0, "no metric is in it, such as CpuUtilization[5m].mean()")
        return found

    # one step

    def _peek(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else Token("end", "", len(self.text))

    def _next(self) -> Token:
        found = self._peek()
        self.place += 1
        return found

    def _takes(self, *texts: str) -> str:
        """The sign or word that is next, where it is one of these; else empty."""
        found = self._peek()
        if found.kind in {"sign", "word"} and found.text in texts:
            self.place += 1
            return found.text
        return ""

    def _expect(self, text: str) -> None:
        found = self._peek()
        if not self._takes(text):
            raise self._bad(found, f"{text} is missing before it")

    def _bad(self, token: Token, what: str) -> BadQuery:
        return BadQuery(self.text, token.at, what)

    # the grammar, loosest first

    def _any(self) -> Tree:
        return self._chain(("||",), self._all)

    def _all(self) -> Tree:
        return self._chain(("&&",), self._compared)

    def _compared(self) -> Tree:
        found = self._sum()
        while True:
            if sign := self._takes(*COMPARISONS):
                found = Pair(sign, found, self._sum())
            elif self._takes("in"):
                found = self._between(found, inside=True)
            elif self._takes("not"):
                self._expect("in")
                found = self._between(found, inside=False)
            else:
                return found

    def _between(self, of: Tree, *, inside: bool) -> Between:
        self._expect("(")
        low = self._number()
        self._expect(",")
        high = self._number()
        self._expect(")")
        return Between(of, low, high, inside)

    def _sum(self) -> Tree:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Tree:
        return self._chain(("*", "/"), self._one)

    def _chain(self, signs: tuple[str, ...], part: Callable[[], Tree]) -> Tree:
        found = part()
        while sign := self._takes(*signs):
            found = Pair(sign, found, part())
        return found

    def _one(self) -> Tree:
        first = self._peek()
        if self._takes("("):
            self.depth += 1
            if self.depth > DEEPEST:
                raise self._bad(first, f"more than {DEEPEST} brackets in brackets")
            inner = self._any()
            self._expect(")")
            self.depth -= 1
            return inner
        if first.kind == "number" or first.text == "-":
            return Number(self._number())
        if first.kind != "word":
            raise self._bad(first, "a metric or a number belongs here")
        return self._metric(self._next())

    def _number(self) -> float:
        sign = -1.0 if self._takes("-") else 1.0
        found = self._next()
        if found.kind != "number":
            raise self._bad(found, "a number belongs here")
        return sign * float(found.text)

    def _metric(self, name: Token) -> Metric:
        interval = self._interval(name)
        filters = self._filters() if self._takes("{") else ()
        group: tuple[str, ...] | None = None
        while self._takes("."):
            call = self._next()
            if call.text in GROUPS:
                group = self._names()
            elif call.text in STATISTICS:
                return Metric(name.text, interval, filters, group, call.text, self._argument(call), name.at)
            else:
                raise self._bad(call, f"no function is called so{near(call.text, (*STATISTICS, *GROUPS))}")
        raise self._bad(self._peek(), f"{name.text} needs a statistic, such as .mean()")

    def _interval(self, name: Token) -> timedelta:
        first = self._peek()
        if not self._takes("["):
            raise self._bad(first, f"{name.text} needs an interval, such as {name.text}[5m]")
        token = self._next()
        found = duration(token.text)
        if found is None:
            raise self._bad(token, "an interval is 1m to 60m, 1h to 24h, or 1d")
        self._expect("]")
        return found

    def _filters(self) -> tuple[Filter, ...]:
        found = []
        while not self._takes("}"):
            name = self._next()
            if name.kind not in {"word", "text"}:
                raise self._bad(name, 'a filter is name = "value"')
            sign = self._peek()
            if not self._takes("=", "!=", "=~"):
                raise self._bad(sign, "a filter compares with =, != or =~")
            value = self._next()
            if value.kind != "text":
                raise self._bad(value, "the value of a filter stands in double quotes")
            found.append(Filter(name.text.strip('"'), sign.text, value.text[1:-1]))
            if not self._takes(",") and self._peek().text != "}":
                raise self._bad(self._peek(), "a comma or } belongs here")
        return tuple(found)

    def _names(self) -> tuple[str, ...]:
        self._expect("(")
        found = []
        while not self._takes(")"):
            name = self._next()
            if name.kind not in {"word", "text"}:
                raise self._bad(name, "the name of a dimension belongs here")
            found.append(name.text.strip('"'))
            self._takes(",")
        return tuple(found)

    def _argument(self, call: Token) -> str:
        self._expect("(")
        if call.text == "percentile":
            token = self._next()
            if token.kind != "number" or not 0 <= float(token.text) <= 1:
                raise self._bad(token, "percentile takes a number from 0 to 1, such as percentile(0.95)")
        elif call.text == "absent" and self._peek().kind == "span":
            token = self._next()
        else:
            token = Token("", "", call.at)
        closing = self._peek()
        if not self._takes(")"):
            raise self._bad(
                closing, f"{call.text}() takes nothing there" if closing.kind != "end" else ") is missing"
            )
        return token.text
