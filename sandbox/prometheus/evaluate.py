"""One expression at one moment. Parsing is promql-parser's; this walks its tree."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import promql_parser as promql

from sandbox.prometheus import instants
from sandbox.prometheus.aggregate import aggregate
from sandbox.prometheus.binary import binary
from sandbox.prometheus.errors import bad_data, execution
from sandbox.prometheus.matching import equalities, select
from sandbox.prometheus.ranges import RANGED, Ranged, quantile
from sandbox.prometheus.series import SeriesSource
from sandbox.prometheus.values import Matrix, Sample, Value, Vector, Window, unnamed

LOOK_BACK_S = 300.0
SUBQUERY_STEP_S = 60.0


def parsed(query: str) -> promql.Expr:
    """Raises QueryError with the parser's words."""
    try:
        return promql.parse(query)
    except ValueError as error:
        raise bad_data(f'invalid parameter "query": {error}') from error


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`at` is the moment asked for; `start` and `end` are what `@ start()` and `@ end()` mean."""

    source: SeriesSource
    at: float
    start: float
    end: float

    def value(self, node: Any) -> Value:
        """Raises QueryError."""
        match node:
            case promql.NumberLiteral() | promql.StringLiteral():
                return node.val
            case promql.ParenExpr():
                return self.value(node.expr)
            case promql.UnaryExpr():
                return self._negative(self.value(node.expr))
            case promql.AggregateExpr():
                parameter = None if node.param is None else self.value(node.param)
                return aggregate(str(node.op), node.modifier, parameter, self._vector(node.expr))
            case promql.BinaryExpr():
                return binary(str(node.op), node.modifier, self.value(node.lhs), self.value(node.rhs))
            case promql.Call():
                return self._call(node.func.name, list(node.args))
        return self._selected(node)

    # selectors

    def _selected(self, node: Any) -> Value:
        match node:
            case promql.VectorSelector():
                return self._instant(node)
            case promql.MatrixSelector():
                return self._windows(node)
            case promql.SubqueryExpr():
                return self._subquery(node)
        raise execution(f"{type(node).__name__} is not known here")

    def _moment(self, node: Any) -> float:
        """The node's own time: `@` and `offset` applied."""
        at, when = self.at, node.at
        if when is not None:
            fixed = {promql.AtModifierType.Start: self.start, promql.AtModifierType.End: self.end}
            at = fixed[when.type] if when.type in fixed else when.at.timestamp()
        return at - seconds(node.offset)

    def _instant(self, node: Any) -> Vector:
        at = self._moment(node)
        found = ((s.labels, s.last(at, LOOK_BACK_S)) for s in select(self.source, node))
        return [Sample(labels, last[1]) for labels, last in found if last is not None]

    def _windows(self, node: Any) -> Matrix:
        end = self._moment(node.vector_selector)
        start = end - seconds(node.range)
        series = select(self.source, node.vector_selector)
        windows = (Window(s.labels, s.between(start, end), start, end) for s in series)
        return [window for window in windows if window.points]

    def _subquery(self, node: Any) -> Matrix:
        end = self._moment(node)
        start, step = end - seconds(node.range), seconds(node.step) or SUBQUERY_STEP_S
        found: dict[tuple[tuple[str, str], ...], list[tuple[float, float]]] = {}
        at = (math.floor(start / step) + 1) * step
        while at <= end:
            for one in Evaluation(self.source, at, self.start, self.end)._vector(node.expr):  # noqa: SLF001
                found.setdefault(tuple(sorted(one.labels.items())), []).append((at, one.value))
            at += step
        return [Window(dict(key), points, start, end) for key, points in found.items()]

    # functions

    def _call(self, name: str, nodes: list[Any]) -> Value:
        if name in RANGED:
            return self._ranged(RANGED[name], nodes[0], keep_name=name == "last_over_time")
        if name in instants.MAPPED:
            return instants.mapped(self._vector(nodes[0]), instants.MAPPED[name])
        known = getattr(self, f"_f_{name}", None)
        if known is None:
            raise execution(f"function {name}() is not known to this local Prometheus")
        result: Value = known(nodes)
        return result

    def _ranged(self, reduce: Ranged, node: Any, *, keep_name: bool = False) -> Vector:
        found = ((w, reduce(w)) for w in self._matrix(node))
        return [Sample(w.labels if keep_name else unnamed(w.labels), v) for w, v in found if v is not None]

    def _f_time(self, _: list[Any]) -> Value:
        return self.at

    def _f_pi(self, _: list[Any]) -> Value:
        return math.pi

    def _f_vector(self, nodes: list[Any]) -> Value:
        return [Sample({}, self._number(nodes[0]))]

    def _f_scalar(self, nodes: list[Any]) -> Value:
        return instants.scalar(self._vector(nodes[0]))

    def _f_absent(self, nodes: list[Any]) -> Value:
        return instants.absent(self._vector(nodes[0]), equalities(nodes[0]))

    def _f_absent_over_time(self, nodes: list[Any]) -> Value:
        return instants.absent(self._matrix(nodes[0]), equalities(nodes[0]))

    def _f_timestamp(self, nodes: list[Any]) -> Value:
        if not isinstance(nodes[0], promql.VectorSelector):
            return [Sample(unnamed(one.labels), self.at) for one in self._vector(nodes[0])]
        at = self._moment(nodes[0])
        found = ((s.labels, s.last(at, LOOK_BACK_S)) for s in select(self.source, nodes[0]))
        return [Sample(unnamed(labels), last[0]) for labels, last in found if last is not None]

    def _f_round(self, nodes: list[Any]) -> Value:
        return instants.rounded(self._vector(nodes[0]), *[self._number(node) for node in nodes[1:]])

    def _f_clamp(self, nodes: list[Any]) -> Value:
        return instants.clamped(self._vector(nodes[0]), self._number(nodes[1]), self._number(nodes[2]))

    def _f_clamp_min(self, nodes: list[Any]) -> Value:
        return instants.clamped(self._vector(nodes[0]), self._number(nodes[1]), math.inf)

    def _f_clamp_max(self, nodes: list[Any]) -> Value:
        return instants.clamped(self._vector(nodes[0]), -math.inf, self._number(nodes[1]))

    def _f_sort(self, nodes: list[Any]) -> Value:
        return instants.ordered(self._vector(nodes[0]), down=False)

    def _f_sort_desc(self, nodes: list[Any]) -> Value:
        return instants.ordered(self._vector(nodes[0]), down=True)

    def _f_histogram_quantile(self, nodes: list[Any]) -> Value:
        return instants.histogram_quantile(self._number(nodes[0]), self._vector(nodes[1]))

    def _f_quantile_over_time(self, nodes: list[Any]) -> Value:
        share = self._number(nodes[0])
        return self._ranged(lambda window: quantile(share, [v for _, v in window.points]), nodes[1])

    def _f_predict_linear(self, nodes: list[Any]) -> Value:
        ahead = self._number(nodes[1])
        return self._ranged(lambda window: _predicted(window, self.at + ahead), nodes[0])

    def _f_label_replace(self, nodes: list[Any]) -> Value:
        target, replacement, source, pattern = (self._text(node) for node in nodes[1:])
        return instants.label_replace(self._vector(nodes[0]), target, replacement, source, pattern)

    def _f_label_join(self, nodes: list[Any]) -> Value:
        return instants.label_join(self._vector(nodes[0]), *(self._text(node) for node in nodes[1:]))

    # operands

    def _vector(self, node: Any) -> Vector:
        found = self.value(node)
        samples = [one for one in found if isinstance(one, Sample)] if isinstance(found, list) else []
        if not isinstance(found, list) or len(samples) != len(found):
            raise bad_data("expected type instant vector in call or aggregation")
        return samples

    def _matrix(self, node: Any) -> Matrix:
        found = self.value(node)
        windows = [one for one in found if isinstance(one, Window)] if isinstance(found, list) else []
        if not isinstance(found, list) or len(windows) != len(found):
            raise bad_data("expected type range vector in call to function")
        return windows

    def _number(self, node: Any) -> float:
        return instants.numbers([self.value(node)])[0]

    def _text(self, node: Any) -> str:
        found = self.value(node)
        if not isinstance(found, str):
            raise bad_data("expected type string in call to function")
        return found

    def _negative(self, value: Value) -> Value:
        if isinstance(value, float):
            return -value
        if isinstance(value, str):
            raise bad_data("a string cannot be negated")
        samples: Iterable[Sample] = (one for one in value if isinstance(one, Sample))
        return [Sample(unnamed(one.labels), -one.value) for one in samples]


def seconds(span: timedelta | None) -> float:
    return span / timedelta(seconds=1) if span is not None else 0.0


def _predicted(window: Window, at: float) -> float | None:
    slope = RANGED["deriv"](window)
    if slope is None:
        return None
    mean_at = sum(when for when, _ in window.points) / len(window.points)
    mean = sum(value for _, value in window.points) / len(window.points)
    return mean + slope * (at - mean_at)
