"""What a detector makes of a look: muted, firing, over after a calm while, a relapse, gaps, late data, clocks; and when it looks."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agents.detecting.keeping import kept, state_of
from agents.detecting.line import Line, Odd
from agents.detecting.schedule import due
from agents.detecting.state import State, judged
from agents.detecting.telling import how
from agents.policy.detecting import DetectorPart

NOW = datetime(2026, 11, 24, 9, 20, tzinfo=UTC)
LAST = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
PART = DetectorPart(name="cpu", resource="node-1")


def odd(begin=-2, end=None, times=9.0, *, above=True):
    """By hours from the last one that was measured."""
    ended = None if end is None else LAST + end * HOUR
    return Odd(LAST + begin * HOUR, ended, above, times, f"out since {begin}")


def line(*odds, days=30, last=LAST, span=None, key="a"):
    return Line(key, f"node-{key}", last - (span or timedelta(days=days)), last, days, odds)


def after(was, *lines, now=NOW, part=PART):
    return judged(was, lines, part, now)


FIRING, _ = after(State(), line(odd()))


def later(hours, *odds, **more):
    """The same series that much later; `odds` by hours from NOW's last one."""
    return line(*odds, last=LAST + hours * HOUR, **more), NOW + hours * HOUR


# muted


@pytest.mark.parametrize(("days", "span", "fires"), [
    (13, 13 * DAY, False), (14, 14 * DAY - HOUR, False), (14, 14 * DAY, True), (30, 30 * DAY, True), (2, 20 * DAY, False),
])  # fmt: skip
def test_nothing_fires_before_there_are_14_days_of_data(days, span, fires):
    state, over = after(State(), line(odd(), days=days, span=span))
    assert (bool(state.fires), over) == (fires, False)
    assert (state.muted_until is None) == fires


def test_it_says_until_when_it_is_muted_by_the_data_and_not_by_when_it_was_set_up():
    state, _ = after(State(), line(days=10), line(days=4, key="b"))
    assert state.muted_until == LAST + 4 * DAY
    gap, _ = after(State(), line(days=2, span=20 * DAY))
    assert gap.muted_until == LAST + 12 * DAY
    assert how(state, NOW).startswith("muted until Sat 28 Nov 08:00 UTC")
    away, _ = after(state)
    assert away.muted_until == state.muted_until


def test_a_new_resource_among_old_ones_is_muted_by_itself():
    state, _ = after(State(), line(), line(odd(), days=3, key="new"))
    assert (state.fires, state.muted_until) == ({}, None)
    assert how(state, NOW) == "watching"


# firing


@pytest.mark.parametrize(("direction", "sensitivity", "times", "fires"), [
    ("both", "normal", 6.0, True), ("both", "normal", 5.9, False), ("both", "high", 4.6, True), ("both", "low", 11.9, False),
    ("above", "normal", 9.0, True), ("below", "normal", 9.0, False),
])  # fmt: skip
def test_it_fires_for_what_is_as_far_out_and_to_the_side_that_is_asked_for(
    direction, sensitivity, times, fires
):
    part = DetectorPart(name="cpu", resource="n", direction=direction, sensitivity=sensitivity)
    state, _ = after(State(), line(odd(times=times)), part=part)
    assert bool(state.fires) == fires


def test_what_is_over_when_it_is_first_seen_or_was_measured_long_ago_fires_nothing():
    assert after(State(), line(odd(-9, -1)))[0].fires == {}
    assert after(State(), line(odd()), now=NOW + 5 * HOUR)[0].fires == {}
    assert after(State(), line(odd()), now=NOW + 2 * HOUR)[0].fires


def test_it_fires_since_the_data_did_and_a_second_series_changes_that_not():
    assert FIRING.since == LAST - 2 * HOUR
    both, over = after(FIRING, line(odd()), line(odd(-1), key="b"))
    assert (both.since, len(both.fires), over) == (FIRING.since, 2, False)
    assert both.text == "out since -2 (and 1 more)"


# over


@pytest.mark.parametrize(("calm", "over"), [(0, False), (2, False), (3, True), (9, True)])
def test_it_is_over_once_it_was_calm_for_three_hours(calm, over):
    read, now = later(1 + calm, odd(-2, 1))
    state, ended = after(FIRING, read, now=now)
    assert (ended, bool(state.fires)) == (over, not over)


def test_a_relapse_within_that_time_is_the_same_fire():
    read, now = later(3, odd(-2, 1))
    still, _ = after(FIRING, read, now=now)
    read, now = later(4, odd(-2, 1), odd(4))
    again, over = after(still, read, now=now)
    assert (again.since, over) == (FIRING.since, False)
    read, now = later(6, odd(-2, 1), odd(4))
    assert after(again, read, now=now)[0].since == FIRING.since
    read, now = later(8, odd(-2, 1), odd(4, 5))
    assert after(again, read, now=now)[1]


def test_a_relapse_later_is_a_new_fire_with_its_own_beginning():
    read, now = later(4, odd(-2, 1))
    calm, over = after(FIRING, read, now=now)
    assert over
    assert (calm.fired_at, calm.over_at) == (FIRING.since, now)
    read, now = later(9, odd(-2, 1), odd(7))
    assert after(calm, read, now=now)[0].since == LAST + 7 * HOUR


def test_what_was_odd_and_is_judged_otherwise_later_is_over_after_the_same_while():
    read, now = later(2)
    assert after(FIRING, read, now=now)[0].fires
    read, now = later(3)
    assert after(FIRING, read, now=now)[1]


# gaps, late data, clocks


def test_a_gap_ends_nothing_until_a_day_went_by_without_data():
    for hours, over in ((5, False), (23, True)):
        state, ended = after(FIRING, line(odd()), now=LAST + (hours + 1) * HOUR)
        assert (ended, bool(state.fires)) == (over, not over)
    assert not after(FIRING, now=LAST + 23 * HOUR)[1]
    assert after(FIRING, now=LAST + 24 * HOUR)[1]


def test_what_could_not_be_looked_at_is_not_over_by_that_and_does_not_fire_for_ever():
    other = line(key="b", last=LAST + 30 * HOUR)
    kept_on, over = judged(FIRING, [other], PART, NOW + 30 * HOUR, whole=False)
    assert (set(kept_on.fires), over) == ({"a"}, False)
    assert judged(FIRING, [other], PART, NOW + 30 * HOUR)[1]
    assert judged(FIRING, [], PART, NOW + 14 * DAY, whole=False)[1]


def test_data_that_comes_late_is_judged_by_its_own_time():
    state, _ = after(FIRING, line(odd()), now=NOW + 3 * HOUR)
    assert state.fires
    read, _ = later(3, odd(-2, 0))
    assert after(state, read, now=NOW + 9 * HOUR)[1]


def test_what_is_kept_is_read_back_the_same():
    state = replace(FIRING, trouble="away", trouble_since=NOW, told=True, muted_until=NOW, over_at=NOW)
    assert state_of(json.loads(json.dumps(kept(state)))) == state
    assert state_of({}) == State()


def test_state_in_words():
    assert how(State(), None) == "not looked yet"
    assert how(FIRING, NOW) == "firing since Tue 24 Nov 06:00 UTC"
    lost = replace(FIRING, trouble="not allowed", trouble_since=NOW)
    assert how(lost, NOW) == "could not look since Tue 24 Nov 09:20 UTC: not allowed; fired since Tue 24 Nov 06:00 UTC then"  # fmt: skip


# when it looks


@pytest.mark.parametrize(("looked", "now", "hours", "looks"), [
    ((8, 10), (9, 5), 1, False),  # the hour is over, and not all of it has arrived
    ((8, 10), (9, 10), 1, True),
    ((9, 10), (9, 59), 1, False),
    ((8, 50), (9, 10), 1, True),
    ((9, 10), (12, 10), 6, True),
    ((6, 10), (11, 50), 6, False),
    ((0, 10), (9, 10), 1, True),  # nobody ran for hours: one look
    ((0, 10), (9, 9), 1, False),  # and also then of an hour that is there in full
    ((9, 20), (9, 15), 1, False),  # clocks differ a little
    ((9, 20), (7, 15), 1, True),  # a clock that was put back
])  # fmt: skip
def test_it_looks_once_in_each_slot_some_minutes_after_the_hour(looked, now, hours, looks):
    def at(clock):
        return NOW.replace(hour=clock[0], minute=clock[1])

    assert due(at(looked), at(looked), hours * HOUR, at(now)) == looks


def test_a_look_that_nobody_ended_is_taken_again_by_the_next_process_once_the_hour_has_settled():
    assert not due(NOW, None, HOUR, NOW + 4 * MINUTE)
    assert due(NOW, NOW - HOUR, HOUR, NOW + 5 * MINUTE)
    assert not due(NOW, NOW - HOUR, HOUR, NOW + 45 * MINUTE)
    assert not due(NOW, NOW, HOUR, NOW + 5 * MINUTE)
