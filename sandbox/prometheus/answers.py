"""Values as the HTTP API writes them: numbers are strings, and infinity has a sign."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from sandbox.prometheus.errors import bad_data, execution
from sandbox.prometheus.evaluate import Evaluation, parsed
from sandbox.prometheus.series import Point, SeriesSource
from sandbox.prometheus.values import Sample, Value, key_of

MOST_POINTS = 11_000


def text_of(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value).removesuffix(".0")


def pair(point: Point) -> list[Any]:
    return [round(point[0], 3), text_of(point[1])]


def instant(source: SeriesSource, query: str, at: float) -> dict[str, Any]:
    """`data` of /api/v1/query. Raises QueryError."""
    value = Evaluation(source, at, at, at).value(parsed(query))
    if isinstance(value, float):
        return {"resultType": "scalar", "result": pair((at, value))}
    if isinstance(value, str):
        return {"resultType": "string", "result": [round(at, 3), value]}
    rows = [
        {"metric": dict(one.labels), "value": pair((at, one.value))}
        if isinstance(one, Sample)
        else {"metric": dict(one.labels), "values": [pair(point) for point in one.points]}
        for one in value
    ]
    matrix = any("values" in row for row in rows)
    return {"resultType": "matrix" if matrix else "vector", "result": rows}


def ranged(source: SeriesSource, query: str, start: float, end: float, step: float) -> dict[str, Any]:
    """`data` of /api/v1/query_range. Raises QueryError."""
    if step <= 0:
        raise bad_data(
            "zero or negative query resolution step widths are not accepted. Try a positive integer"
        )
    if end < start:
        raise bad_data('invalid parameter "end": end timestamp must not be before start time')
    if (end - start) / step > MOST_POINTS:
        raise bad_data(
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution"
        )
    tree = parsed(query)
    found: dict[tuple[tuple[str, str], ...], list[Point]] = {}
    for at in _moments(start, end, step):
        for labels, value in _samples(Evaluation(source, at, start, end).value(tree)):
            found.setdefault(labels, []).append((at, value))
    rows = [{"metric": dict(key), "values": [pair(p) for p in points]} for key, points in found.items()]
    return {"resultType": "matrix", "result": rows}


def _moments(start: float, end: float, step: float) -> Iterable[float]:
    return (start + n * step for n in range(int((end - start) / step + 1e-9) + 1))


def _samples(value: Value) -> Iterable[tuple[tuple[tuple[str, str], ...], float]]:
    if isinstance(value, float):
        return [((), value)]
    if isinstance(value, str):
        raise bad_data('invalid expression type "string" for range query, must be Scalar or instant Vector')
    samples = [one for one in value if isinstance(one, Sample)]
    if len(samples) != len(value):
        raise bad_data(
            'invalid expression type "range vector" for range query, must be Scalar or instant Vector'
        )
    keyed = {key_of(one.labels): one.value for one in samples}
    if len(keyed) != len(samples):
        raise execution("vector cannot contain metrics with the same labelset")
    return keyed.items()
