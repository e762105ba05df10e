"""Queries read before they are sent: the tree, the words, the place of what is wrong; held against the local Monitoring's own reader."""

from datetime import timedelta

import pytest

from sandbox.oci.errors import Refused
from sandbox.oci.metrics import mql as theirs
from tools.oracle.mql.reading import BadQuery, read
from tools.oracle.mql.tree import Between, Metric, Pair, decides, metrics
from tools.oracle.mql.words import in_words

GOOD = (
    "CpuUtilization[5m].mean()",
    'CpuUtilization[1m]{shape =~ "VM*|BM*", resourceDisplayName != "x"}.groupBy(shape, availabilityDomain).max() >= 90',
    "CpuUtilization[1m].percentile(0.95) > 80 && MemoryUtilization[1h].min() < 20",
    "(BytesIn[5m].sum() + BytesOut[5m].sum()) / 2 * -1 != 0",
    "CpuUtilization[60m].absent()",
    "CpuUtilization[1m].absent(20m) || CpuUtilization[24h].rate() == 0",
    "CpuUtilization[1d].count() in (2, 7.5)",
    "CpuUtilization[1m].grouping().increment() not in (-3, 5)",
    "100 - CpuUtilization[5m].last()",
)
BAD = {
    "": (0, "a metric or a number belongs here"),
    "CpuUtilization": (14, "needs an interval, such as CpuUtilization[5m]"),
    "CpuUtilization[61m].mean()": (15, "an interval is 1m to 60m"),
    "CpuUtilization[5m]": (18, "needs a statistic, such as .mean()"),
    "CpuUtilization[5m].men()": (19, "did you mean mean?"),
    "CpuUtilization[5m].mean(3)": (24, "takes nothing there"),
    "CpuUtilization[5m].percentile(95)": (30, "a number from 0 to 1"),
    "CpuUtilization[5m]{shape = VM}.mean()": (27, "stands in double quotes"),
    'CpuUtilization[5m]{shape > "VM"}.mean()': (25, "compares with =, != or =~"),
    'CpuUtilization[5m]{a = "b" c = "d"}.mean()': (27, "a comma or }"),
    'CpuUtilization[5m]{a = "b" || c = "d"}.mean()': (27, "a comma or }"),
    'CpuUtilization[5m]{a = "b}.mean()': (23, "its closing quote"),
    "CpuUtilization[5m].mean() > 90 80": (31, "could end before it"),
    "CpuUtilization[5m].mean() > $": (28, "no part of a query"),
    "(CpuUtilization[5m].mean()": (26, ") is missing"),
    "CpuUtilization[5m].mean() not 3": (30, "in is missing"),
    "5 > 3": (0, "no metric is in it"),
}


@pytest.mark.parametrize("text", GOOD)
def test_what_monitoring_takes_is_read_with_the_same_metrics(text):
    mine, other = read(text), theirs.read(text)
    read_by_us = {(one.name, one.interval.total_seconds(), one.statistic) for one in metrics(mine)}
    assert read_by_us == {(one.name, one.interval, one.statistic) for one in theirs.metrics(other)}
    assert decides(mine) == theirs.decides(other)


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_is_named_with_its_place_and_monitoring_would_refuse_it(text):
    at, why = BAD[text]
    with pytest.raises(BadQuery) as bad:
        read(text)
    assert (bad.value.at, why in bad.value.reason) == (at, True), bad.value.reason
    assert f"character {at + 1} " in bad.value.reason
    assert bad.value.reason.endswith("Nothing was asked")
    with pytest.raises(Refused):
        theirs.read(text)


def test_the_tree_binds_as_arithmetic_does() -> None:
    found = read("A[1m].max() + B[1m].max() * 2 > 5 || C[1m].absent(20m) && D[1m].min() in (1, 2)")
    assert isinstance(found, Pair)
    assert found.operator == "||"
    right = found.right
    assert isinstance(right, Pair)
    assert (right.operator, isinstance(right.right, Between)) == ("&&", True)
    first = next(metrics(found))
    assert isinstance(first, Metric)
    assert (first.name, first.interval, first.at) == ("A", timedelta(minutes=1), 0)


def test_a_rule_is_said_in_words() -> None:
    assert in_words("CpuUtilization[5m].mean() > 90") == "the mean of CpuUtilization over 5m is above 90"
    assert in_words('A[1m]{b =~ "x|y"}.groupBy(c).percentile(0.9) >= 1') == (
        "what 90% of the values of A stay below over 1m where b is like x or y, taken together by c is at least 1"
    )
    assert in_words("A[1h].absent(20m) || (B[1d].min() + 1) * 2 < 3") == (
        "nothing comes of A for 20m or (the lowest B over 1d + 1) * 2 is below 3"
    )
    assert in_words("A[1h].max() not in (1, 2)") == "the highest A over 1h is outside of 1 and 2"
    assert in_words("rubbish") == "a query that I cannot read: rubbish"


def test_brackets_without_end_are_an_error_and_no_crash() -> None:
    for text in ("(" * 3_000, "-" * 3_000, "A[1m].max()+" * 300, 'A[1m]{a="' + "x" * 5_000):
        with pytest.raises(BadQuery):
            read(text)
