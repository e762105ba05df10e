"""Which series a selector means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import promql_parser as promql

from sandbox.prometheus.errors import bad_data
from sandbox.prometheus.series import NAME, Series, SeriesSource

Test = Callable[[str], bool]


@lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise bad_data(f"invalid regular expression {text!r}: {error}") from error


def _test(matcher: promql.Matcher) -> tuple[str, Test]:
    wanted = matcher.value
    if matcher.op == promql.MatchOp.Equal:
        return matcher.name, lambda value: value == wanted
    if matcher.op == promql.MatchOp.NotEqual:
        return matcher.name, lambda value: value != wanted
    pattern, positive = _pattern(wanted), matcher.op == promql.MatchOp.Re
    return matcher.name, lambda value: (pattern.fullmatch(value) is not None) == positive


def select(source: SeriesSource, node: Any) -> Iterator[Series]:
    """The series of a `VectorSelector`."""
    groups = [list(group) for group in node.matchers.or_matchers] or [list(node.matchers.matchers)]
    tests = [[_test(matcher) for matcher in group] for group in groups]
    for name in [node.name] if node.name else source.names():
        for series in source.named(name):
            if any(all(test(series.labels.get(key, "")) for key, test in group) for group in tests):
                yield series


def equalities(node: Any) -> dict[str, str]:
    """The labels that a selector fixes: what `absent()` answers with."""
    selector = getattr(node, "vector_selector", node)
    matchers = selector.matchers.matchers if isinstance(selector, promql.VectorSelector) else []
    return {m.name: m.value for m in matchers if m.op == promql.MatchOp.Equal and m.name != NAME}
