"""Calendar weeks and months of cost: where they begin, and that nothing is judged by days that may still grow."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tools.oracle.costs import DAY, Costs
from tools.reads.cost_periods import Period, compared, lines, span_of

WEDNESDAY = datetime(2026, 11, 25, 15, 4, tzinfo=UTC)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "before", "start", "end"),
    [
        ("this_week", "2026-11-16", "2026-11-23", "2026-11-26"),
        ("last_week", "2026-11-09", "2026-11-16", "2026-11-23"),
        ("this_month", "2026-10-01", "2026-11-01", "2026-11-26"),
        ("last_month", "2026-09-01", "2026-10-01", "2026-11-01"),
    ],
)
def test_weeks_begin_on_monday_and_months_on_the_first(
    name: Period, before: str, start: str, end: str
) -> None:
    span = span_of(name, WEDNESDAY)
    assert (span.before, span.start, span.end) == (day(before), day(start), day(end))


def test_on_a_monday_this_week_is_that_day_and_in_january_last_month_is_december() -> None:
    assert span_of("this_week", day("2026-11-23")).start == day("2026-11-23")
    span = span_of("last_month", day("2027-01-15"))
    assert (span.before, span.start, span.end) == (day("2026-11-01"), day("2026-12-01"), day("2027-01-01"))


def known(
    open_from: datetime, *, today: Decimal = Decimal(10)
) -> tuple[Costs, dict[str, dict[datetime, Decimal]]]:
    """Ten a day; twelve of them since Monday; `today` on the last, incomplete day."""
    start = day("2026-11-01")
    days = [start + n * DAY for n in range(25)]
    series = {one: Decimal(12 if one >= day("2026-11-23") else 10) for one in days} | {days[-1]: today}
    return Costs((), start, start + 25 * DAY, open_from, "USD"), {"COMPUTE": series}


def test_this_week_is_held_against_the_same_days_of_the_last() -> None:
    costs, groups = known(day("2026-11-24"))
    found = compared(span_of("this_week", WEDNESDAY), costs, groups)
    assert found is not None
    assert (found.days, found.totals) == (1, (Decimal(12), Decimal(10)))
    assert lines(found, "USD") == [
        "this week, Mon 23 Nov to Mon 23 Nov (complete days): 12.00 USD [#1]; the like days before: 10.00 USD [#2], 20% more.",
        "difference by: COMPUTE +2.00 USD",
    ]


def test_the_last_incomplete_day_never_counts() -> None:
    for today in (Decimal(0), Decimal(900)):
        costs, groups = known(day("2026-11-24"), today=today)
        found = compared(span_of("this_week", WEDNESDAY), costs, groups)
        assert found is not None
        assert found.totals == (Decimal(12), Decimal(10))


def test_a_week_of_which_no_day_is_complete_is_held_against_nothing() -> None:
    costs, groups = known(day("2026-11-23"))
    assert compared(span_of("this_week", WEDNESDAY), costs, groups) is None


def test_a_long_month_is_held_against_no_more_days_than_the_one_before_has() -> None:
    span = span_of("last_month", day("2026-11-10"))  # October, and September with 30 days
    costs = Costs((), day("2026-08-01"), day("2026-11-11"), day("2026-11-09"), "USD")
    assert span.closed(costs) == 30
    assert span.end - span.start == timedelta(days=31)
