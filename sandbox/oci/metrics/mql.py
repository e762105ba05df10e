"""The query language of Monitoring, read into a tree: `CpuUtilization[5m]{shape =~ "VM.*"}.groupBy(shape).max() > 90`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sandbox.oci.errors import bad_parameter
from sandbox.oci.times import DAY, HOUR
from sandbox.oci.words import Words

STATISTICS: Final = frozenset(
    {
        "mean",
        "avg",
        "max",
        "min",
        "sum",
        "count",
        "rate",
        "increment",
        "last",
        "first",
        "percentile",
        "absent",
    }
)
COMPARISONS: Final = (">=", "<=", "==", "!=", ">", "<")
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>\"[^\"]*\")|(?P<span>\[\s*[^\]]*\])|(?P<time>\d+[mhd](?!\w))|(?P<number>\d+(?:\.\d+)?)(?![\w.])|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<sign>&&|\|\||>=|<=|==|!=|=~|[><=+*/(){},.-]))"
)
_SPAN: Final = re.compile(r"(\d+)([mhd])")
_UNITS: Final = {"m": 60.0, "h": HOUR, "d": DAY}
_WIDEST: Final = {"m": 60, "h": 24, "d": 1}


@dataclass(frozen=True)
class Filter:
    name: str
    operator: str
    value: str


@dataclass(frozen=True)
class Metric:
    """`group` is None for each series by itself, empty for all together; `argument` is percentile's part, absent's time in seconds."""

    name: str
    interval: float
    filters: tuple[Filter, ...]
    group: tuple[str, ...] | None
    statistic: str
    argument: float = 0


@dataclass(frozen=True)
class Binary:
    operator: str
    left: Tree
    right: Tree


Tree = Metric | Binary | float


def read(text: str) -> Tree:
    """Raises Refused(400) at the first thing that is not understood."""
    return _Reader(text, _TOKEN).whole()


def span(text: str) -> float:
    """`5m` in seconds. Raises Refused(400) for what is no interval of the API."""
    found = _SPAN.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= _WIDEST[found[2]]:
        raise bad_parameter(f"an interval is 1m to 60m, 1h to 24h or 1d, not {text}")
    return int(found[1]) * _UNITS[found[2]]


def _seconds(text: str) -> float:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise bad_parameter(f"absent takes a time such as 20m, not {text}")
    return int(found[1]) * _UNITS[found[2]]


def metrics(tree: Tree) -> list[Metric]:
    if isinstance(tree, Metric):
        return [tree]
    return metrics(tree.left) + metrics(tree.right) if isinstance(tree, Binary) else []


def decides(tree: Tree) -> bool:
    """Whether it is true or false, as an alarm's query must be."""
    absent = isinstance(tree, Metric) and tree.statistic == "absent"
    return absent or (isinstance(tree, Binary) and tree.operator in {*COMPARISONS, "&&", "||"})


class _Reader(Words):
    def whole(self) -> Tree:
        found = self._any()
        if self.peek():
            raise self.problem(f"unexpected {self.peek()}")
        if not metrics(found):
            raise self.problem("no metric in it")
        return found

    def _any(self) -> Tree:
        return self._chain(("||",), self._all)

    def _all(self) -> Tree:
        return self._chain(("&&",), self._compared)

    def _compared(self) -> Tree:
        found = self._chain(COMPARISONS, self._sum)
        if self.takes("in"):
            low, high = self._bounds()
            return Binary("&&", Binary(">=", found, low), Binary("<=", found, high))
        if self.takes("not"):
            self.expect("in")
            low, high = self._bounds()
            return Binary("||", Binary("<", found, low), Binary(">", found, high))
        return found

    def _bounds(self) -> tuple[Tree, Tree]:
        self.expect("(")
        low = self._sum()
        self.expect(",")
        high = self._sum()
        self.expect(")")
        return low, high

    def _sum(self) -> Tree:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Tree:
        return self._chain(("*", "/"), self._one)

    def _chain(self, signs: tuple[str, ...], part: Callable[[], Tree]) -> Tree:
        found = part()
        while self.peek() in signs:
            found = Binary(self.next(), found, part())
        return found

    def _one(self) -> Tree:
        if self.takes("("):
            inner = self._any()
            self.expect(")")
            return inner
        sign = -1.0 if self.takes("-") else 1.0
        word = self.next()
        if word[0].isdigit():
            return sign * float(word)
        if sign < 0 or not word[0].isalpha():
            raise self.problem(f"{word} is no metric")
        return self._metric(word)

    def _metric(self, name: str) -> Metric:
        word = self.next()
        if word[0] != "[":
            raise self.problem(f"{name} needs an interval, such as {name}[1m]")
        interval = span(word[1:-1].strip())
        filters = self._filters() if self.takes("{") else ()
        group: tuple[str, ...] | None = None
        while self.takes("."):
            call, arguments = self._call()
            if call in {"groupBy", "grouping"}:
                group = tuple(arguments)
            elif call in STATISTICS:
                return Metric(name, interval, filters, group, call, self._argument(call, arguments))
            else:
                raise self.problem(f"no function is called {call}")
        raise self.problem(f"{name} needs a statistic, such as .mean()")

    def _argument(self, call: str, arguments: list[str]) -> float:
        if call == "percentile":
            if len(arguments) != 1 or not re.fullmatch(r"0?\.\d+|[01](\.0)?", arguments[0]):
                raise self.problem("percentile takes one number from 0 to 1")
            return float(arguments[0])
        if call == "absent" and arguments:
            return _seconds(arguments[0])
        if arguments:
            raise self.problem(f"{call} takes nothing")
        return 0

    def _call(self) -> tuple[str, list[str]]:
        name, arguments = self.next(), []
        self.expect("(")
        while not self.takes(")"):
            word = self.next()
            arguments.append(word.strip('"[]'))
            self.takes(",")
        return name, arguments

    def _filters(self) -> tuple[Filter, ...]:
        found = []
        while not self.takes("}"):
            name, operator, value = self.next(), self.next(), self.next()
            if operator not in {"=", "!=", "=~"} or value[0] != '"':
                raise self.problem(f'a filter is name = "value", not {name} {operator} {value}')
            found.append(Filter(name, operator, value[1:-1]))
            if not self.takes(",") and self.peek() != "}":
                raise self.problem(f"a comma or }} before {self.peek()}")
        return tuple(found)
