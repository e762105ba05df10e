"""How good the detector of cost anomalies is, in figures: on 300 series that were made apart from it."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from tests.unit.cost_corpus import CALM, DAYS, Label, Series, corpus
from tools.oracle.anomalies import Anomaly, anomalies

IN_TIME = (
    1  # days after the first on which it shows: complete days come once a day, so 36 hours are the next one
)
AFTER = 3  # a slow rise's end is still its own


@dataclass
class Score:
    money: float = 0
    found: float = 0
    late: int = 0
    events: int = 0
    hits: int = 0
    false: int = 0


def judged(series: list[Series]) -> Score:
    score = Score()
    for one in series:
        told = anomalies(one.first, one.values)
        scale = sum(one.values) / DAYS  # a dear series is not more of a test than a cheap one
        for label in one.labels:
            mine = [a for a in told if _of(a, label, one.first)]
            in_time = any((a.start - one.first).days <= label.visible + IN_TIME for a in mine)
            score.events += 1
            score.hits += bool(mine)
            score.late += bool(mine) and not in_time
            score.money += label.money / scale
            score.found += label.money / scale if in_time else 0
        score.false += sum(not any(_of(a, label, one.first) for label in one.labels) for a in told)
    return score


def _of(told: Anomaly, label: Label, first: date) -> bool:
    start = (told.start - first).days
    return label.start <= start <= label.end + AFTER


@pytest.fixture(scope="module")
def score() -> Score:
    return judged(corpus())


def test_95_percent_of_the_money_is_found_within_36_hours(score):
    assert score.events > 400
    assert score.found / score.money >= 0.95


def test_at_most_one_false_alarm_a_series_and_year(score):
    assert score.false / 300 / ((DAYS - CALM) / 365) <= 1


def test_a_step_is_told_once_and_then_it_is_what_is_usual():
    told = anomalies(date(2026, 1, 1), [10.0] * 100 + [30.0] * 100)
    assert [(one.start, one.kind) for one in told] == [(date(2026, 1, 1) + timedelta(days=100), "jump")]
    assert told[0].usual == pytest.approx(10)
    assert told[0].peak == 30


def test_what_begins_from_nothing_is_told_once():
    told = anomalies(date(2026, 1, 1), [0.0] * 80 + [12.0 + n % 2 for n in range(60)])
    assert [(one.start - date(2026, 1, 1)).days for one in told] == [80]


def test_the_month_end_that_was_there_twice_is_no_anomaly():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(200)]
    values = [20.0 if (day + timedelta(days=1)).day == 1 else 10.0 for day in days]
    assert anomalies(days[0], values) == []


def test_days_that_cost_less_and_empty_series_are_no_anomaly():
    assert anomalies(date(2026, 1, 1), [10.0] * 100 + [2.0] * 3 + [10.0] * 50) == []
    assert anomalies(date(2026, 1, 1), []) == []
    assert anomalies(date(2026, 1, 1), [0.0] * 120) == []
