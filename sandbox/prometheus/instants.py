"""Functions over an instant vector or a number."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from sandbox.prometheus.errors import bad_data
from sandbox.prometheus.values import Sample, Value, Vector, key_of, unnamed


def _or_nan(change: Callable[[float], float]) -> Callable[[float], float]:
    def safe(value: float) -> float:
        try:
            return change(value)
        except (OverflowError, ValueError):
            return math.nan

    return safe


def _log(change: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: -math.inf if value == 0 else _or_nan(change)(value)


MAPPED: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "ceil": _or_nan(lambda value: float(math.ceil(value))),
    "floor": _or_nan(lambda value: float(math.floor(value))),
    "exp": _or_nan(math.exp),
    "sqrt": _or_nan(math.sqrt),
    "ln": _log(math.log),
    "log2": _log(math.log2),
    "log10": _log(math.log10),
    "sgn": lambda value: math.copysign(1.0, value) if value else 0.0,
}


def mapped(samples: Vector, change: Callable[[float], float]) -> Vector:
    return [Sample(unnamed(one.labels), change(one.value)) for one in samples]


def rounded(samples: Vector, to: float = 1.0) -> Vector:
    return mapped(samples, lambda value: math.floor(value / to + 0.5) * to)


def clamped(samples: Vector, low: float, high: float) -> Vector:
    return [] if low > high else mapped(samples, lambda value: max(low, min(high, value)))


def ordered(samples: Vector, *, down: bool) -> Vector:
    return sorted(samples, key=lambda one: one.value, reverse=down)


def scalar(samples: Vector) -> float:
    return samples[0].value if len(samples) == 1 else math.nan


def absent(samples: Sequence[object], labels: dict[str, str]) -> Vector:
    return [] if samples else [Sample(labels, 1.0)]


def label_replace(samples: Vector, target: str, replacement: str, source: str, pattern: str) -> Vector:
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise bad_data(f"invalid regular expression in label_replace(): {pattern}") from error
    template = re.sub(r"\$\{?(\w+)\}?", lambda m: rf"\g<{m[1]}>", replacement)
    found: Vector = []
    for one in samples:
        match = wanted.fullmatch(one.labels.get(source, ""))
        labels = dict(one.labels)
        if match:
            labels[target] = match.expand(template)
        found.append(Sample({key: text for key, text in labels.items() if text}, one.value))
    return found


def label_join(samples: Vector, target: str, separator: str, *sources: str) -> Vector:
    return [
        Sample(
            {**one.labels, target: separator.join(one.labels.get(name, "") for name in sources)}, one.value
        )
        for one in samples
    ]


def histogram_quantile(share: float, samples: Vector) -> Vector:
    """The share's value, linear within its bucket. Groups without a `+Inf` bucket have none."""
    groups: dict[tuple[tuple[str, str], ...], list[tuple[float, float]]] = {}
    for one in samples:
        bound = _bound(one.labels.get("le", ""))
        if bound is not None:
            labels = {key: value for key, value in unnamed(one.labels).items() if key != "le"}
            groups.setdefault(key_of(labels), []).append((bound, one.value))
    return [Sample(dict(key), bucket_quantile(share, sorted(found))) for key, found in groups.items()]


def _bound(text: str) -> float | None:
    try:
        return float(text.replace("Inf", "inf")) if text else None
    except ValueError:
        return None


def bucket_quantile(share: float, buckets: Sequence[tuple[float, float]]) -> float:
    if len(buckets) < 2 or not math.isinf(buckets[-1][0]) or buckets[-1][1] == 0:
        return math.nan
    if not 0 <= share <= 1:
        return math.copysign(math.inf, share - 0.5)
    rank = share * buckets[-1][1]
    index = next(n for n, (_, count) in enumerate(buckets) if count >= rank)
    if index == len(buckets) - 1:
        return buckets[-2][0]
    high, count = buckets[index]
    low, before = buckets[index - 1] if index else (0.0, 0.0)
    if index == 0 and high <= 0:
        return high
    return low + (high - low) * ((rank - before) / (count - before)) if count > before else high


def numbers(values: Sequence[Value]) -> list[float]:
    found = [value for value in values if isinstance(value, float)]
    if len(found) != len(values):
        raise bad_data("expected numbers")
    return found
