"""Operators between numbers and vectors: arithmetic, comparison, sets, and whose labels meet whose."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

import promql_parser as promql

from sandbox.prometheus.errors import bad_data, execution
from sandbox.prometheus.values import Sample, Value, Vector, key_of, unnamed

Arithmetic = Callable[[float, float], float]
Key = tuple[tuple[str, str], ...]

SETS = frozenset({"and", "or", "unless"})
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


def _divided(a: float, b: float) -> float:
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a)
    return a / b


def _modulo(a: float, b: float) -> float:
    return math.nan if b == 0 else math.fmod(a, b)


def _power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except (OverflowError, ValueError):
        return math.nan


ARITHMETIC: dict[str, Arithmetic] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divided,
    "%": _modulo,
    "^": _power,
    "atan2": math.atan2,
}


def binary(op: str, modifier: promql.BinModifier | None, left: Value, right: Value) -> Value:
    """Raises QueryError when the operands do not fit the operator."""
    if isinstance(left, str) or isinstance(right, str):
        raise bad_data(f"operator {op} does not take strings")
    if isinstance(left, float) and isinstance(right, float):
        return _numbers(op, left, right)
    if isinstance(left, float):
        return [one for s in _vector(right) for one in _scaled(op, modifier, s, left, s.value)]
    if isinstance(right, float):
        return [one for s in _vector(left) for one in _scaled(op, modifier, s, s.value, right)]
    if op in SETS:
        return _sets(op, modifier, _vector(left), _vector(right))
    return _matched(op, modifier, _vector(left), _vector(right))


def _vector(value: Value) -> Vector:
    if not isinstance(value, list):
        raise bad_data("expected a vector")
    found = [one for one in value if isinstance(one, Sample)]
    if len(found) != len(value):
        raise bad_data("a range vector cannot be an operand")
    return found


def _numbers(op: str, left: float, right: float) -> float:
    return float(COMPARISONS[op](left, right)) if op in COMPARISONS else _arithmetic(op)(left, right)


def _arithmetic(op: str) -> Arithmetic:
    if op not in ARITHMETIC:
        raise execution(f"operator {op!r} is not known here")
    return ARITHMETIC[op]


def _scaled(
    op: str, modifier: promql.BinModifier | None, sample: Sample, left: float, right: float
) -> list[Sample]:
    """A sample with a number. A comparison keeps the sample as it is, or drops it."""
    if op not in COMPARISONS:
        return [Sample(unnamed(sample.labels), _arithmetic(op)(left, right))]
    holds = COMPARISONS[op](left, right)
    if modifier is not None and modifier.return_bool:
        return [Sample(unnamed(sample.labels), float(holds))]
    return [sample] if holds else []


def _match_key(modifier: promql.BinModifier | None, sample: Sample) -> Key:
    labels, matching = unnamed(sample.labels), modifier.matching if modifier else None
    if matching is None:
        return key_of(labels)
    named = set(matching.labels)
    if matching.type == promql.LabelModifierType.Include:
        return key_of({key: value for key, value in labels.items() if key in named})
    return key_of({key: value for key, value in labels.items() if key not in named})


def _sets(op: str, modifier: promql.BinModifier | None, left: Vector, right: Vector) -> Vector:
    if op == "or":
        known = {_match_key(modifier, one) for one in left}
        return [*left, *(one for one in right if _match_key(modifier, one) not in known)]
    known = {_match_key(modifier, one) for one in right}
    return [one for one in left if (_match_key(modifier, one) in known) == (op == "and")]


def _matched(op: str, modifier: promql.BinModifier | None, left: Vector, right: Vector) -> Vector:
    card = modifier.card if modifier else promql.VectorMatchCardinality.OneToOne
    swapped = card == promql.VectorMatchCardinality.OneToMany
    many, one = (right, left) if swapped else (left, right)
    grouped = card != promql.VectorMatchCardinality.OneToOne
    ones = _unique(modifier, one)
    if not grouped:
        _unique(modifier, many)
    found: Vector = []
    for sample in many:
        other = ones.get(_match_key(modifier, sample))
        if other is not None:
            pair = (other.value, sample.value) if swapped else (sample.value, other.value)
            found += _paired(op, modifier, sample, other, pair, grouped=grouped)
    return found


def _unique(modifier: promql.BinModifier | None, samples: Vector) -> dict[Key, Sample]:
    found: dict[Key, Sample] = {}
    for sample in samples:
        key = _match_key(modifier, sample)
        if key in found:
            raise execution(
                "found duplicate series for the match group; many-to-many matching not allowed: "
                "matching labels must be unique on one side"
            )
        found[key] = sample
    return found


def _paired(
    op: str,
    modifier: promql.BinModifier | None,
    sample: Sample,
    other: Sample,
    pair: tuple[float, float],
    *,
    grouped: bool,
) -> list[Sample]:
    asked_bool = modifier is not None and modifier.return_bool
    if op in COMPARISONS and not asked_bool:
        return [sample] if COMPARISONS[op](*pair) else []
    labels = unnamed(sample.labels) if grouped else dict(_match_key(modifier, sample))
    for name in (modifier.group_labels or []) if modifier else []:
        labels[name] = other.labels.get(name, "")
    value = float(COMPARISONS[op](*pair)) if op in COMPARISONS else _arithmetic(op)(*pair)
    return [Sample({key: text for key, text in labels.items() if text}, value)]
