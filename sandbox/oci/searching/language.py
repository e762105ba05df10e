"""`query instance, vcn resources where displayName = 'a' && timeCreated > Now - 3d sorted by timeCreated desc`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sandbox.oci.errors import Refused, bad_parameter
from sandbox.oci.times import DAY, HOUR

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<sign>&&|\|\||!==|!=|==|<=|>=|[=<>(),!-])|(?P<word>[\w.:*/]+))"
)
OPERATORS: Final = frozenset({"=", "==", "!=", "!==", "<", "<=", ">", ">="})
_SPANS: Final = {"m": 60.0, "h": HOUR, "d": DAY, "w": 7 * DAY}
_ENDS: Final = frozenset({"return", "where", "matching", "sorted"})


@dataclass(frozen=True)
class Ago:
    """`Now - 3d`."""

    seconds: float


Value = str | Ago


@dataclass(frozen=True)
class Comparison:
    field: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any:
    parts: tuple[Condition, ...]


Condition = Comparison | All | Any


@dataclass(frozen=True)
class Query:
    """`types` in lower case; `all` is every type."""

    types: frozenset[str]
    where: Condition | None = None
    matching: str = ""
    order_by: str = "timeCreated"
    descending: bool = True


def read(text: str) -> Query:
    """Raises Refused(400) at the first thing that is not understood."""
    return _Reader(text).query()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0

    def query(self) -> Query:
        self._expect("query")
        types = self._types()
        where, matching, order_by, descending = None, "", "timeCreated", True
        if self._takes("return"):
            self._returned()
        if self._takes("where"):
            where = self._joined(("||", "or"), Any, self._every)
        if self._takes("matching"):
            matching = self._plain()
        if self._takes("sorted"):
            self._expect("by")
            order_by = self._next()
            descending = self._takes("desc")
            descending = descending or not (self._takes("asc") or self._peek() == "")
        if self._peek():
            raise self._problem(f"unexpected {self._peek()}")
        return Query(types, where, matching, order_by, descending)

    def _types(self) -> frozenset[str]:
        found = {self._next().lower()}
        while self._takes(","):
            found.add(self._next().lower())
        self._expect("resources")
        return frozenset(found)

    def _returned(self) -> None:
        """What to return beside the usual is read and changes nothing."""
        while self._peek() and self._peek().lower() not in _ENDS:
            self._next()

    def _every(self) -> Condition:
        return self._joined(("&&", "and"), All, self._single)

    def _joined(
        self, signs: tuple[str, str], kind: type[All | Any], part: Callable[[], Condition]
    ) -> Condition:
        parts = [part()]
        while self._takes(*signs):
            parts.append(part())
        return parts[0] if len(parts) == 1 else kind(tuple(parts))

    def _single(self) -> Condition:
        if self._takes("("):
            inner = self._joined(("||", "or"), Any, self._every)
            self._expect(")")
            return inner
        field, operator = self._next(), self._next()
        if operator.lower() == "in":
            return Comparison(field, "=", self._listed())
        if operator not in OPERATORS:
            raise self._problem(f"{operator} is no operator here")
        return Comparison(field, operator, (self._value(),))

    def _listed(self) -> tuple[Value, ...]:
        self._expect("(")
        found = [self._value()]
        while self._takes(","):
            found.append(self._value())
        self._expect(")")
        return tuple(found)

    def _value(self) -> Value:
        if not self._takes("now"):
            return self._plain()
        if not self._takes("-"):
            return Ago(0)
        span = re.fullmatch(r"(\d+)([mhdw])", self._next())
        if span is None:
            raise self._problem("a span is a number with m, h, d or w")
        return Ago(int(span[1]) * _SPANS[span[2]])

    def _plain(self) -> str:
        word = self._next()
        return word[1:-1] if word[0] in "'\"" else word

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        found = self._peek()
        if not found:
            raise self._problem("the query ends too early")
        self._at += 1
        return found

    def _takes(self, *words: str) -> bool:
        if self._peek().lower() not in words:
            return False
        self._at += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._takes(word):
            raise self._problem(f"expected {word}, not {self._peek() or 'the end'}")

    def _problem(self, text: str) -> Refused:
        return bad_parameter(f"The query is not valid: {text} (in: {self._text})")


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise bad_parameter(f"The query is not valid: {text[at:]!r} is not understood")
        found.append(match[match.lastgroup or 0])
        at = match.end()
    return found
