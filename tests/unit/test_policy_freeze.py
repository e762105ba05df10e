"""A13: freeze windows, across years, days and clock changes."""

from datetime import UTC, datetime

import pytest

from agents.policy import load_policy


@pytest.fixture(scope="module")
def policy():
    from pathlib import Path

    return load_policy(Path(__file__).resolve().parents[2] / "policy.example.yaml")


@pytest.mark.parametrize(
    ("when", "frozen"),
    [
        ("2026-12-19T22:59:59+00:00", False),  # 23:59:59 in Vienna
        ("2026-12-19T23:00:00+00:00", True),
        ("2026-12-31T12:00:00+00:00", True),
        ("2027-01-02T22:59:59+00:00", True),
        ("2027-01-02T23:00:00+00:00", False),
    ],
)
def test_days_of_the_year_in_their_time_zone(policy, when, frozen):
    window = policy.freeze_at("production", "scale", datetime.fromisoformat(when))
    assert (window is not None and window.name == "year end") == frozen


@pytest.mark.parametrize(
    ("when", "frozen"),
    [
        ("2026-11-27T14:59:59+00:00", False),  # Friday 15:59:59 in Vienna
        ("2026-11-27T15:00:00+00:00", True),
        ("2026-11-30T06:59:59+00:00", True),
        ("2026-11-30T07:00:00+00:00", False),
        ("2026-03-27T15:00:00+00:00", True),  # the clock changes inside this window; it lasts 64 hours
        ("2026-03-30T06:59:00+00:00", True),
        ("2026-03-30T07:01:00+00:00", False),
        ("2026-07-03T14:00:00+00:00", True),  # summer: two hours ahead of UTC
        ("2026-07-03T13:59:00+00:00", False),
    ],
)
def test_recurring_windows_follow_the_clock_of_their_zone(policy, when, frozen):
    assert (policy.freeze_at("production", "scale", datetime.fromisoformat(when)) is not None) == frozen


def test_allowed_actions_and_other_environments_are_not_stopped(policy):
    friday = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
    assert policy.freeze_at("production", "rollout_undo", friday) is None
    assert policy.freeze_at("staging", "scale", friday) is None
    assert policy.freeze_at("production", "scale", friday).name == "friday evening"
