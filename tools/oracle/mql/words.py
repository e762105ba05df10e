"""A query in words: what an alarm waits for, said to somebody who does not know the language."""

from __future__ import annotations

from datetime import timedelta

from tools.errors import GiveUp
from tools.metrics.charts import number
from tools.oracle.mql.reading import read
from tools.oracle.mql.tree import Between, Filter, Metric, Number, Pair, Tree

STATISTICS = {
    "mean": "the mean of",
    "avg": "the mean of",
    "max": "the highest",
    "min": "the lowest",
    "sum": "the sum of",
    "count": "how many values there are of",
    "rate": "the change a second of",
    "increment": "the increase of",
    "first": "the first",
    "last": "the last",
}
COMPARED = {
    ">": "is above",
    ">=": "is at least",
    "<": "is below",
    "<=": "is at most",
    "==": "is",
    "!=": "is not",
}
JOINED = {"&&": "and", "||": "or"}
FILTERS = {"=": "is", "!=": "is not", "=~": "is like"}


def in_words(text: str) -> str:
    """`the mean of CpuUtilization over 5m is above 90`; the text itself where it cannot be read."""
    try:
        return said(read(text))
    except GiveUp:
        return f"a query that I cannot read: {text}"


def said(tree: Tree) -> str:
    if isinstance(tree, Number):
        return number(tree.value)
    if isinstance(tree, Metric):
        return _metric(tree)
    if isinstance(tree, Between):
        side = "is between" if tree.inside else "is outside of"
        return f"{said(tree.of)} {side} {number(tree.low)} and {number(tree.high)}"
    word = COMPARED.get(tree.operator) or JOINED.get(tree.operator) or tree.operator
    return f"{_part(tree.left, tree)} {word} {_part(tree.right, tree)}"


def _part(tree: Tree, of: Pair) -> str:
    """In brackets where another sign would swallow it."""
    mixed = (
        isinstance(tree, Pair)
        and tree.operator != of.operator
        and of.operator not in COMPARED
        and tree.operator not in COMPARED
    )
    return f"({said(tree)})" if mixed else said(tree)  # fmt: skip


def _metric(metric: Metric) -> str:
    over = _span(metric.interval)
    where = f" where {' and '.join(map(_filter, metric.filters))}" if metric.filters else ""
    if metric.group is None:
        each = ""
    elif metric.group:
        each = f", taken together by {' and '.join(metric.group)}"
    else:
        each = ", all taken together"
    if metric.statistic == "absent":
        return f"nothing comes of {metric.name} for {metric.argument or over}{where}{each}"
    if metric.statistic == "percentile":
        return f"what {float(metric.argument):.0%} of the values of {metric.name} stay below over {over}{where}{each}"
    return f"{STATISTICS[metric.statistic]} {metric.name} over {over}{where}{each}"


def _filter(one: Filter) -> str:
    return f"{one.name} {FILTERS[one.operator]} {' or '.join(one.value.split('|')) if one.operator == '=~' else one.value}"


def _span(interval: timedelta) -> str:
    minutes = int(interval / timedelta(minutes=1))
    return f"{minutes}m" if minutes < 60 else f"{minutes // 60}h" if minutes < 1440 else "1d"
