"""A query's tree over series: windows, statistics, groups, arithmetic and comparison."""

from __future__ import annotations

import bisect
import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sandbox.oci.errors import bad_parameter
from sandbox.oci.metrics.mql import Binary, Filter, Metric, Tree
from sandbox.oci.metrics.series import Point, Series

Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Stream:
    """What one query gives for one set of dimensions. `of` is a series of it, for its name and unit."""

    dimensions: Dimensions
    of: Series
    values: Mapping[float, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Grid:
    """The moments at which a query is evaluated; each looks back over the metric's interval."""

    moments: tuple[float, ...]

    @staticmethod
    def between(start: float, end: float, step: float) -> Grid:
        first, last = math.ceil(start / step), math.floor(end / step)
        return Grid(tuple(number * step for number in range(first, last + 1)))


_ARITHMETIC: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda left, right: left / right if right else math.nan,
    ">": lambda left, right: float(left > right),
    ">=": lambda left, right: float(left >= right),
    "<": lambda left, right: float(left < right),
    "<=": lambda left, right: float(left <= right),
    "==": lambda left, right: float(left == right),
    "!=": lambda left, right: float(left != right),
    "&&": lambda left, right: float(bool(left) and bool(right)),
    "||": lambda left, right: float(bool(left) or bool(right)),
}


def evaluate(tree: Tree, series: Sequence[Series], grid: Grid) -> list[Stream]:
    """Every stream of the query; moments without data are left out of it."""
    found = _value(tree, series, grid)
    if isinstance(found, float):
        raise bad_parameter("The query is not valid: no metric in it")
    return found


def _value(tree: Tree, series: Sequence[Series], grid: Grid) -> list[Stream] | float:
    if isinstance(tree, Metric):
        return _metric(tree, series, grid)
    if isinstance(tree, Binary):
        return _binary(tree, series, grid)
    return tree


def _binary(tree: Binary, series: Sequence[Series], grid: Grid) -> list[Stream] | float:
    left, right = _value(tree.left, series, grid), _value(tree.right, series, grid)
    act = _ARITHMETIC[tree.operator]
    if isinstance(left, float) and isinstance(right, float):
        return act(left, right)
    if isinstance(right, float):
        return [_mapped(one, partial(_swapped, act, right)) for one in _streams(left)]
    if isinstance(left, float):
        return [_mapped(one, partial(act, left)) for one in right]
    return [_joined(one, other, act) for one in left for other in right if _meet(one, other)]


def _swapped(act: Callable[[float, float], float], right: float, left: float) -> float:
    return act(left, right)


def _streams(found: list[Stream] | float) -> list[Stream]:
    return [] if isinstance(found, float) else found


def _meet(one: Stream, other: Stream) -> bool:
    """The same dimensions, or one side has none."""
    return not one.dimensions or not other.dimensions or one.dimensions == other.dimensions


def _joined(one: Stream, other: Stream, act: Callable[[float, float], float]) -> Stream:
    both = {at: act(value, other.values[at]) for at, value in one.values.items() if at in other.values}
    return Stream(one.dimensions or other.dimensions, one.of, both)


def _mapped(one: Stream, act: Callable[[float], float]) -> Stream:
    return Stream(one.dimensions, one.of, {at: act(value) for at, value in one.values.items()})


def _metric(metric: Metric, series: Sequence[Series], grid: Grid) -> list[Stream]:
    grouped: dict[Dimensions, list[Series]] = {}
    for one in series:
        if one.name == metric.name and all(_passes(item, one.dimensions) for item in metric.filters):
            grouped.setdefault(_key(metric, one), []).append(one)
    found = [_stream(metric, key, members, grid) for key, members in grouped.items()]
    return [one for one in found if one.values]


def _key(metric: Metric, one: Series) -> Dimensions:
    wanted = one.dimensions if metric.group is None else metric.group
    return tuple(sorted((name, one.dimensions[name]) for name in wanted if name in one.dimensions))


def _passes(wanted: Filter, dimensions: Mapping[str, str]) -> bool:
    value = dimensions.get(wanted.name, "")
    if wanted.operator == "=~":
        return any(_like(part, value) for part in wanted.value.split("|"))
    return (value == wanted.value) == (wanted.operator == "=")


def _like(pattern: str, value: str) -> bool:
    """`*` stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value) is not None


def _stream(metric: Metric, key: Dimensions, members: list[Series], grid: Grid) -> Stream:
    back = metric.argument if metric.statistic == "absent" and metric.argument else metric.interval
    found = ((at, _statistic(metric, window)) for at, window in _windows(members, grid, back))
    return Stream(key, members[0], {at: value for at, value in found if value is not None})


def _windows(members: list[Series], grid: Grid, back: float) -> Iterator[tuple[float, list[Point]]]:
    """What lies `back` before each moment. Moments that are far apart look at what is before them alone: series are made by the minute."""
    moments = grid.moments
    if len(moments) > 1 and moments[1] - moments[0] > back:
        for at in moments:
            yield at, sorted(point for one in members for point in one.points(at - back, at))
        return
    if moments:
        points = sorted(point for one in members for point in one.points(moments[0] - back, moments[-1]))
        times = [at for at, _ in points]
        for at in moments:
            yield at, points[bisect.bisect_left(times, at - back) : bisect.bisect_left(times, at)]


def _statistic(metric: Metric, window: Sequence[Point]) -> float | None:
    if metric.statistic == "absent":
        return float(not window)
    if not window:
        return None
    if metric.statistic == "percentile":
        return _percentile([value for _, value in window], metric.argument)
    return _STATISTICS[metric.statistic](window)


def _percentile(values: Iterable[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def _values(window: Sequence[Point]) -> list[float]:
    return [value for _, value in window]


def _rate(window: Sequence[Point]) -> float:
    (first, low), (last, high) = window[0], window[-1]
    return (high - low) / (last - first) if last > first else 0.0


_STATISTICS: Final[dict[str, Callable[[Sequence[Point]], float]]] = {
    "mean": lambda window: math.fsum(_values(window)) / len(window),
    "avg": lambda window: math.fsum(_values(window)) / len(window),
    "max": lambda window: max(_values(window)),
    "min": lambda window: min(_values(window)),
    "sum": lambda window: math.fsum(_values(window)),
    "count": lambda window: float(len(window)),
    "first": lambda window: window[0][1],
    "last": lambda window: window[-1][1],
    "increment": lambda window: window[-1][1] - window[0][1],
    "rate": _rate,
}
