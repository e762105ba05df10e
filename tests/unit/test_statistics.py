"""What series say: corpora made by a seeded generator, with the truth known; figures in the names' terms."""

import math
import random
from statistics import fmean

import pytest

from tools.statistics.anomalies import judged
from tools.statistics.forecasts import PLAIN, forecast
from tools.statistics.robust import Recent, TooLittle, quantile, spread
from tools.statistics.seasons import season
from tools.statistics.trends import trend

DAY, WEEK = 24, 168


def hourly(
    seed: int, days: int = 14, *, day: float = 10, weekend: float = 0, slope: float = 0, noise: float = 3
):
    """Around 40, in hours."""
    luck = random.Random(seed)
    return [
        40
        + day * math.cos((hour % DAY - 15) / DAY * math.tau)
        - (weekend if hour // DAY % 7 >= 5 else 0)
        + slope * hour
        + luck.gauss(0, noise)
        for hour in range(days * DAY)
    ]


def test_a_day_repeats_and_noise_and_a_slope_do_not() -> None:
    assert all(season(hourly(seed), (DAY, WEEK)).length == DAY for seed in range(20))
    assert all(season(hourly(seed, day=0), (DAY, WEEK)).length == 1 for seed in range(20))
    assert all(season(hourly(seed, day=0, slope=0.2), (DAY, WEEK)).length == 1 for seed in range(5))


def test_a_week_is_preferred_where_weekends_differ_and_three_weeks_are_there() -> None:
    assert season(hourly(1, 28, weekend=20), (DAY, WEEK)).length == WEEK
    assert season(hourly(1, 14, weekend=20), (DAY, WEEK)).length == DAY
    found = season(hourly(1, 28, weekend=20, noise=1), (WEEK,))
    assert found.strength > 0.7
    assert found.at(15) - found.at(5 * DAY + 15) == pytest.approx(20, abs=3)


def test_a_slope_is_found_within_its_interval_and_standing_still_is_no_trend() -> None:
    inside = 0
    for seed in range(40):
        found = trend(hourly(seed, slope=0.05), (DAY,))
        inside += found.low <= 0.05 <= found.high
        assert found.clear
    assert inside >= 34
    assert sum(trend(hourly(seed), (DAY,)).clear for seed in range(40)) == 0


def test_wild_values_move_no_trend() -> None:
    values = hourly(3, slope=0.05)
    values[10:300:29] = [900.0] * len(values[10:300:29])
    assert trend(values, (DAY,)).slope == pytest.approx(0.05, abs=0.01)


def test_quiet_series_raise_fewer_than_one_false_alarm_in_a_series_and_month() -> None:
    told = [judged(hourly(seed, 30), (DAY, WEEK)).anomalies for seed in range(60)]
    assert sum(map(len, told)) / 60 < 0.2


def test_a_step_begins_where_it_began_and_goes_on() -> None:
    late = []
    for seed in range(40):
        values = hourly(seed)
        values[300:] = [one + 25 for one in values[300:]]
        found = judged(values, (DAY,)).anomalies
        assert [(one.end, one.above) for one in found] == [(None, True)]
        assert found[0].value > found[0].band.high > found[0].band.expected
        late.append(abs(found[0].start - 300))
    assert max(late) <= 2


def test_two_odd_hours_are_nothing_three_are_something_and_one_wild_is() -> None:
    def told(*odd: float):
        values = hourly(5)
        for place, more in enumerate(odd, 200):
            values[place] = 40 + 10 * math.cos((place % DAY - 15) / DAY * math.tau) + more
        return [(one.start, one.end) for one in judged(values, (DAY,)).anomalies]

    assert told(24, 24) == []
    assert told(24, 24, 24) == [(200, 202)]
    assert told(90) == [(200, 200)]
    assert told(-24, -24, -24) == [(200, 202)]


def test_the_peak_of_a_day_is_ordinary_and_the_same_value_at_night_is_not() -> None:
    values = hourly(7, day=30, noise=1)
    assert judged(values, (DAY,)).anomalies == ()
    night = 10 * DAY + 3
    values[night : night + 3] = [70.0, 70.0, 70.0]
    assert [(one.start, one.end) for one in judged(values, (DAY,)).anomalies] == [(night, night + 2)]


def test_what_stays_for_eight_days_is_usual_from_then_on() -> None:
    values = hourly(9, 40, noise=1)
    values[200:] = [one + 40 for one in values[200:]]
    values[800:804] = [one + 40 for one in values[800:804]]
    found = judged(values, (DAY,)).anomalies
    assert [(one.start, one.stayed) for one in found] == [(200, True), (800, False)]


def test_gaps_are_no_anomalies_and_too_little_is_said_with_numbers() -> None:
    values = [None if 200 <= place < 240 else one for place, one in enumerate(hourly(2))]
    assert judged(values, (DAY,)).anomalies == ()
    with pytest.raises(TooLittle, match="too little data for anomalies: 20 points, it takes 27"):
        judged([1.0] * 20)
    with pytest.raises(TooLittle, match="a trend: 5 points, it takes 12"):
        trend([1.0, None, 2.0, 3.0, 4.0, 5.0, *[None] * 40])
    with pytest.raises(TooLittle, match="a forecast of 48 steps: 100 points, it takes 144"):
        forecast([1.0] * 100, 48)


def test_a_forecast_beats_repetition_and_its_interval_holds_the_truth() -> None:
    inside, ours, plain = [], [], []
    for seed in range(16):
        values = hourly(seed, 16, slope=0.03)
        found = forecast(values[: 14 * DAY], 2 * DAY, (DAY,))
        truth = values[14 * DAY :]
        inside += [one.low <= true <= one.high for one, true in zip(found.steps, truth, strict=True)]
        ours.append(found.error)
        plain.append(found.plain)
    assert 0.8 <= fmean(inside) <= 0.98
    assert fmean(ours) < 0.85 * fmean(plain)


def test_a_walk_without_aim_is_repeated_and_its_interval_widens() -> None:
    luck, at, values = random.Random(4), 0.0, []
    for _ in range(200):
        at += luck.gauss(0, 1)
        values.append(at)
    found = forecast(values, 24)
    widths = [one.high - one.low for one in found.steps]
    assert widths == sorted(widths)
    assert widths[-1] > 2 * widths[0]
    assert found.error <= found.plain or found.method == PLAIN


def test_a_disk_that_fills_crosses_its_limit_at_a_time_with_an_earliest_one() -> None:
    luck = random.Random(1)
    values = [50 + 0.1 * hour + luck.gauss(0, 0.5) for hour in range(300)]
    found = forecast(values, 100)
    likely, earliest = found.crosses(85)
    assert found.method == "trend"
    assert likely == pytest.approx(50, abs=8)
    assert earliest is not None
    assert likely is not None
    assert earliest <= likely
    assert found.crosses(200) == (None, None)


def test_a_constant_is_its_own_forecast_and_has_no_anomaly_and_no_trend() -> None:
    flat = [5.0] * 200
    assert judged(flat, (DAY,)).anomalies == ()
    assert not trend(flat).clear
    assert {(one.value, one.low, one.high) for one in forecast(flat, 10).steps} == {(5.0, 5.0, 5.0)}


def test_middles_are_those_of_the_whole() -> None:
    recent = Recent(5)
    for value in (9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 2.0):
        recent.take(value)
    assert (list(recent.kept), recent.median) == ([2.0, 3.0, 4.0, 5.0, 2.0], 3.0)
    assert quantile([0.0, 10.0], 0.25) == 2.5
    assert spread([1.0, 1.0, 1.0, 500.0]) == 0
