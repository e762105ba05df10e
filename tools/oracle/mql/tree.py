"""What a query is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Filter:
    """`operator` is `=`, `!=` or `=~`; in the value of the last `*` stands for anything and `|` for or."""

    name: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Metric:
    """`group` is None for each series by itself, empty for all together; `argument` belongs to percentile and absent."""

    name: str
    interval: timedelta
    filters: tuple[Filter, ...]
    group: tuple[str, ...] | None
    statistic: str
    argument: str
    at: int  # where its name begins in the text


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Arithmetic, comparison, `&&` or `||`."""

    operator: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Between:
    """`in (low, high)`, both included; `inside` false for `not in`."""

    of: Tree
    low: float
    high: float
    inside: bool


Tree = Metric | Number | Pair | Between
COMPARISONS = (">=", "<=", "==", "!=", ">", "<")
JOINS = ("&&", "||")


def metrics(tree: Tree) -> Iterator[Metric]:
    """In the order of the text."""
    if isinstance(tree, Metric):
        yield tree
    elif isinstance(tree, Pair):
        yield from metrics(tree.left)
        yield from metrics(tree.right)
    elif isinstance(tree, Between):
        yield from metrics(tree.of)


def decides(tree: Tree) -> bool:
    """Whether it is true or false at a moment, as an alarm's query is, instead of having a value."""
    return isinstance(tree, Between) or (
        isinstance(tree, Pair) and tree.operator in {*COMPARISONS, *JOINS}
    ) or (isinstance(tree, Metric) and tree.statistic == "absent")  # fmt: skip
