"""Outside working hours a change is riskier: by the clock on the wall, never less, and for what was planned before it too."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.policy.compile import compile_policy
from agents.policy.hours import is_outside
from agents.policy.marks import DocumentError
from tests.chaos.world import BOB, DAN, POLICY, STAGING, open_world

OFFICE = 'risk:\n  hours:\n    - {name: office, from: "08:00", to: "18:00", timezone: "Europe/Vienna", holidays: ["12-25"]%s}\n'


def hours(more=""):
    return compile_policy(OFFICE % more).file.risk.hours[0]


@pytest.mark.parametrize(
    ("when", "outside"),
    [
        ("2026-11-24T06:59:59+00:00", True),  # Tuesday, 07:59:59 in Vienna
        ("2026-11-24T07:00:00+00:00", False),
        ("2026-11-24T16:59:59+00:00", False),
        ("2026-11-24T17:00:00+00:00", True),
        ("2026-11-28T10:00:00+00:00", True),  # Saturday
        ("2026-12-25T10:00:00+00:00", True),  # a Friday, and a holiday
        ("2026-07-01T06:00:00+00:00", False),  # summer: 08:00 in Vienna
        ("2026-07-01T05:59:59+00:00", True),
        ("2026-03-30T06:00:00+00:00", False),  # the day after the clock changed
        ("2026-03-27T06:59:00+00:00", True),  # the working day before
    ],
)
def test_hours_are_those_of_the_clock_on_the_wall(when, outside):
    assert is_outside(hours(), datetime.fromisoformat(when)) is outside


@pytest.mark.parametrize(
    ("more", "key", "words"),
    [
        (", environments: [prodution]", "risk.hours[0].environments[0]", "did you mean production?"),
        (', days: ["monday"]', "risk.hours[0].days[0]", "mon"),
        (", outside: huge", "risk.hours[0].outside", "critical"),
        (", colour: red", "risk.hours[0].colour", "unknown key"),
    ],
)
def test_what_is_wrong_names_line_and_key(more, key, words):
    with pytest.raises(DocumentError) as caught:
        compile_policy(OFFICE % more)
    assert (caught.value.line, caught.value.key, words in str(caught.value)) == (3, key, True), str(
        caught.value
    )


@pytest.mark.parametrize(
    ("begin", "end", "words"),
    [("18:00", "08:00", "end after they begin"), ("8:00", "18:00", "HH:MM"), ("08:00", "24:00", "HH:MM")],
)
def test_hours_that_are_none_are_refused(begin, end, words):
    with pytest.raises(DocumentError, match=words):
        compile_policy(f'risk:\n  hours:\n    - {{name: office, from: "{begin}", to: "{end}"}}\n')


def test_a_time_without_quotes_is_no_number_of_minutes():
    with pytest.raises(DocumentError, match=r"risk.hours\[0\]"):
        compile_policy("risk:\n  hours:\n    - {name: office, from: 08:00, to: 18:00}\n")


# what it does to a plan

HOURS = 'risk:\n  hours: [{name: office, from: "08:00", to: "18:00", allow: ["never"]%s}]'


def policy(more=""):
    return POLICY.replace("risk:\n", (HOURS % more) + "\n", 1)


NIGHT = timedelta(hours=13)  # from 09:00 to 22:00


async def opened(tmp_path, more="", night=True):
    world = await open_world(tmp_path, policy=policy(more))
    if night:
        world.clock.advance(NIGHT.total_seconds())
    return world


async def risk(world, **plan):
    row = await world.propose(**plan)
    return row.risk, (await world.changes.view(row.id)).warnings


async def test_within_hours_nothing_is_added(tmp_path):
    world = await opened(tmp_path, night=False)
    assert await risk(world, namespace=STAGING) == ("low", ())
    await world.close()


async def test_outside_it_is_one_class_higher_and_the_card_says_why(tmp_path):
    world = await opened(tmp_path)
    found, warnings = await risk(world, namespace=STAGING)
    assert (found, any("outside the hours 'office'" in w for w in warnings)) == ("medium", True)
    found, warnings = await risk(world)
    assert (found, any("production and it is outside" in w for w in warnings)) == ("critical", True)
    await world.close()


async def test_a_class_that_is_lower_than_its_own_takes_nothing_away(tmp_path):
    world = await opened(tmp_path, ", outside: medium")
    assert [(await risk(world, namespace=n))[0] for n in (STAGING, "shop")] == ["medium", "high"]
    await world.close()


async def test_other_environments_and_allowed_actions_are_as_by_day(tmp_path):
    world = await opened(tmp_path, ", environments: [production]")
    assert (await risk(world, namespace=STAGING))[0] == "low"
    world.policy_path.write_text(policy().replace("never", "resize"))
    world.policy.reload()
    assert (await risk(world))[0] == "high"
    await world.close()


async def test_what_was_planned_by_day_is_neither_approved_nor_started_by_night(tmp_path):
    world = await opened(tmp_path, night=False)
    world.clock.advance(timedelta(hours=8, minutes=50).total_seconds())  # 17:50
    held = await world.propose(name="held")
    world.starter.held = True
    assert (await world.click(held.id, BOB)).kind == "quorum"
    late = await world.propose(name="late")
    world.clock.advance(700)  # 18:01:40
    decided = await world.click(late.id, DAN)
    assert (decided.kind, "ask for it again" in decided.text) == ("refused", True), decided
    await world.changes.execute(held.id)
    assert (await world.state(held.id), world.backend.writes) == ("void", [])
    assert "outside the hours 'office'" in (await world.changes.view(held.id)).detail
    await world.close()


async def test_what_was_planned_by_night_stays_as_it_was_judged_by_day(tmp_path):
    world = await opened(tmp_path, night=False)
    world.clock.advance(-timedelta(hours=1, minutes=10).total_seconds())  # 07:50
    plan = await world.propose(namespace=STAGING)
    assert plan.risk == "medium"
    world.clock.advance(1200)
    assert (await world.click(plan.id, BOB)).kind == "quorum"
    await world.starter.done()
    assert await world.state(plan.id) == "succeeded"
    await world.close()


def test_the_example_raises_the_class_by_night(root):
    example = compile_policy((root / "policy.example.yaml").read_text())
    assert is_outside(example.file.risk.hours[0], datetime(2026, 11, 24, 22, tzinfo=UTC))
