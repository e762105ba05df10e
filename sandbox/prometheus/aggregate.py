"""sum, avg, topk and the like: many samples to one a group."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import promql_parser as promql

from sandbox.prometheus.errors import bad_data, execution
from sandbox.prometheus.ranges import quantile, variance
from sandbox.prometheus.values import Sample, Value, Vector, key_of, unnamed

Reduce = Callable[[list[float]], float]

REDUCERS: dict[str, Reduce] = {
    "sum": math.fsum,
    "avg": lambda seen: math.fsum(seen) / len(seen),
    "min": min,
    "max": max,
    "count": lambda seen: float(len(seen)),
    "group": lambda _: 1.0,
    "stddev": lambda seen: math.sqrt(variance(seen)),
    "stdvar": variance,
}


def aggregate(
    op: str, modifier: promql.AggModifier | None, parameter: Value | None, samples: Vector
) -> Vector:
    """Raises QueryError for an operator that this server does not know."""
    groups = _grouped(modifier, samples)
    if op in {"topk", "bottomk"}:
        return _ranked(op, parameter, groups.values())
    if op == "count_values":
        return _counted(parameter, groups)
    reduce = _reducer(op, parameter)
    return [Sample(dict(key), reduce([one.value for one in group])) for key, group in groups.items()]


def _reducer(op: str, parameter: Value | None) -> Reduce:
    if op == "quantile":
        share = _number(parameter)
        return lambda seen: quantile(share, seen)
    if op not in REDUCERS:
        raise execution(f"aggregation {op!r} is not known here")
    return REDUCERS[op]


def _grouped(
    modifier: promql.AggModifier | None, samples: Vector
) -> dict[tuple[tuple[str, str], ...], Vector]:
    groups: dict[tuple[tuple[str, str], ...], Vector] = {}
    for sample in samples:
        groups.setdefault(key_of(_kept(modifier, sample)), []).append(sample)
    return groups


def _kept(modifier: promql.AggModifier | None, sample: Sample) -> dict[str, str]:
    if modifier is None:
        return {}
    if modifier.type == promql.AggModifierType.By:
        return {name: sample.labels[name] for name in modifier.labels if sample.labels.get(name)}
    return {key: value for key, value in unnamed(sample.labels).items() if key not in modifier.labels}


def _ranked(op: str, parameter: Value | None, groups: Iterable[Vector]) -> Vector:
    count, down = int(_number(parameter)), op == "topk"
    found: Vector = []
    for group in groups:
        known = [one for one in group if not math.isnan(one.value)]
        found += sorted(known, key=lambda one: one.value, reverse=down)[: max(count, 0)]
    return found


def _counted(parameter: Value | None, groups: dict[tuple[tuple[str, str], ...], Vector]) -> Vector:
    if not isinstance(parameter, str):
        raise bad_data("count_values needs the name of a label")
    counts: dict[tuple[tuple[str, str], ...], int] = {}
    for key, group in groups.items():
        for one in group:
            whole = key_of({**dict(key), parameter: f"{one.value:g}"})
            counts[whole] = counts.get(whole, 0) + 1
    return [Sample(dict(key), float(count)) for key, count in counts.items()]


def _number(parameter: Value | None) -> float:
    if not isinstance(parameter, float):
        raise bad_data("expected a number as the parameter of the aggregation")
    return parameter
