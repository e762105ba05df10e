"""`query instance, vcn resources where displayName = 'a' && timeCreated > Now - 3d sorted by timeCreated desc`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sandbox.oci.times import DAY, HOUR
from sandbox.oci.words import Words

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
    return _Reader(text, _TOKEN).query()


class _Reader(Words):
    def query(self) -> Query:
        self.expect("query")
        types = self._types()
        where, matching, order_by, descending = None, "", "timeCreated", True
        if self.takes("return"):
            self._returned()
        if self.takes("where"):
            where = self._joined(("||", "or"), Any, self._every)
        if self.takes("matching"):
            matching = self._plain()
        if self.takes("sorted"):
            self.expect("by")
            order_by = self.next()
            descending = self.takes("desc")
            descending = descending or not (self.takes("asc") or self.peek() == "")
        if self.peek():
            raise self.problem(f"unexpected {self.peek()}")
        return Query(types, where, matching, order_by, descending)

    def _types(self) -> frozenset[str]:
        found = {self.next().lower()}
        while self.takes(","):
            found.add(self.next().lower())
        self.expect("resources")
        return frozenset(found)

    def _returned(self) -> None:
        """What to return beside the usual is read and changes nothing."""
        while self.peek() and self.peek().lower() not in _ENDS:
            self.next()

    def _every(self) -> Condition:
        return self._joined(("&&", "and"), All, self._single)

    def _joined(
        self, signs: tuple[str, str], kind: type[All | Any], part: Callable[[], Condition]
    ) -> Condition:
        parts = [part()]
        while self.takes(*signs):
            parts.append(part())
        return parts[0] if len(parts) == 1 else kind(tuple(parts))

    def _single(self) -> Condition:
        if self.takes("("):
            inner = self._joined(("||", "or"), Any, self._every)
            self.expect(")")
            return inner
        field, operator = self.next(), self.next()
        if operator.lower() == "in":
            return Comparison(field, "=", self._listed())
        if operator not in OPERATORS:
            raise self.problem(f"{operator} is no operator here")
        return Comparison(field, operator, (self._value(),))

    def _listed(self) -> tuple[Value, ...]:
        self.expect("(")
        found = [self._value()]
        while self.takes(","):
            found.append(self._value())
        self.expect(")")
        return tuple(found)

    def _value(self) -> Value:
        if not self.takes("now"):
            return self._plain()
        if not self.takes("-"):
            return Ago(0)
        span = re.fullmatch(r"(\d+)([mhdw])", self.next())
        if span is None:
            raise self.problem("a span is a number with m, h, d or w")
        return Ago(int(span[1]) * _SPANS[span[2]])

    def _plain(self) -> str:
        word = self.next()
        return word[1:-1] if word[0] in "'\"" else word
