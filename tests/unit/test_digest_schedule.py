"""When a digest is due: by the clock of its zone, each scheduled moment once, whatever clocks do."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest

from agents.digests.schedule import checked, due, moments

BERLIN = "Europe/Berlin"


def at(text):
    return datetime.fromisoformat(f"{text}+00:00")


def first(cron, zone, after, count=1):
    return list(islice(moments(cron, zone, at(after)), count))


def test_the_clock_of_the_zone_counts_in_winter_and_in_summer():
    assert first("0 9 * * *", BERLIN, "2026-01-10T00:00") == [at("2026-01-10T08:00")]
    assert first("0 9 * * *", BERLIN, "2026-07-10T00:00") == [at("2026-07-10T07:00")]


def test_a_time_of_day_in_the_gap_is_due_once_at_the_first_moment_after_it():
    found = first("30 2 * * *", BERLIN, "2026-03-28T12:00", 3)
    assert found == [at("2026-03-29T01:00"), at("2026-03-30T00:30"), at("2026-03-31T00:30")]


def test_a_time_of_day_that_comes_twice_is_due_the_first_time_alone():
    found = first("30 2 * * *", BERLIN, "2026-10-24T12:00", 2)
    assert found == [at("2026-10-25T00:30"), at("2026-10-26T01:30")]


def test_every_hour_is_due_in_each_hour_that_passes_across_both_changes():
    for day in ("2026-03-28T12:00", "2026-10-24T12:00"):
        found = first("0 * * * *", BERLIN, day, 40)
        assert {b - a for a, b in pairwise(found)} == {timedelta(hours=1)}


def test_of_what_was_missed_the_latest_is_made_up_once_within_six_hours_and_later_it_is_said():
    cron, last = "0 9 * * *", at("2026-06-01T09:00")
    assert due(cron, "UTC", last, at("2026-06-02T08:59")) is None
    found = due(cron, "UTC", last, at("2026-06-04T12:00"))
    assert (found.at, found.missed, found.too_late) == (at("2026-06-04T09:00"), 2, False)
    assert due(cron, "UTC", last, at("2026-06-04T15:01")).too_late
    assert due(cron, "UTC", found.at, at("2026-06-04T12:00")) is None


def test_however_many_were_missed_one_look_deals_with_all_of_them():
    cron, now = "*/15 * * 1 *", at("2026-12-01T00:00")  # nearly three thousand moments in January, none since
    found = due(cron, "UTC", at("2026-01-01T00:00"), now)
    assert (found.at, found.told, found.too_late) == (at("2026-01-31T23:45"), "more than 999", True)
    assert due(cron, "UTC", found.at, now) is None


def test_a_clock_that_went_back_makes_nothing_due_again():
    assert due("0 9 * * *", "UTC", at("2026-06-02T09:00"), at("2026-05-01T10:00")) is None


@pytest.mark.parametrize(
    ("cron", "zone", "why"),
    [
        ("* * * * *", "UTC", "15 minutes"),
        ("0,5 9 * * *", "UTC", "15 minutes"),
        ("nonsense", "UTC", "cron"),
        ("61 * * * *", "UTC", "cron"),
        ("0 9 30 2 *", "UTC", "cron|day"),
        ("0 9 * * *", "Mars/Olympus", "time zone"),
        ("0 9 * * *", "../etc/passwd", "time zone"),
    ],
)
def test_what_is_no_schedule_is_refused_in_words(cron, zone, why):
    with pytest.raises(ValueError, match=why):
        checked(cron, zone, datetime.now(UTC))
