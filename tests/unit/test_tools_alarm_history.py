"""How alarms went: episodes, flapping, what hushes them, what begins together; rules in words."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.watch_tenancy import at, local
from tools.errors import GiveUp, NotAllowed, TryLater
from tools.oracle.episodes import Transition, course, together, transition
from tools.reads.oci_alarm_history import OCI_ALARM_HISTORY

__all__ = ["at", "local"]
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def test_alarms_are_told_with_how_long_they_fire_and_what_hushes_them(at):
    found = await at.run(OCI_ALARM_HISTORY)
    by_name = {one["name"]: one for one in found.data["alarms"]}
    busy = by_name["busy"]
    assert (busy["state"], busy["fired"], busy["flapping"]) == ("FIRING", 1, False)
    assert 4.5 * 3600 < busy["firing_s"] < 5.5 * 3600
    assert busy["words"] == "the mean of CpuUtilization over 5m is above 85"
    assert by_name["hushed"]["hushed"][0]["why"] == "known, until the move"
    assert by_name["busier"]["hushed"][0]["dimensions"] == {"resourceDisplayName": "node-3"}
    assert not by_name["off"]["enabled"]
    assert (by_name["hushed"]["fired"], by_name["hushed"]["known"]) == (0, False)
    assert "whether it would fire is not shown while it is hushed" in found.digest
    firing = 2 + (by_name["nervous"]["state"] == "FIRING")
    assert found.digest.splitlines()[0] == f"6 alarms, last 1d: {firing} fire now, 1 flap, 2 never fired."
    assert (by_name["nervous"]["flapping"], by_name["nervous"]["fired"] > 5) == (True, True)
    assert "is hushed for resourceDisplayName node-3 until 2099-01-01 00:00 UTC (one node)" in found.digest
    assert "was hushed until 2021-01-01 00:00 UTC (over)" in found.digest
    assert (
        "quiet, rule idle: INFO when the mean of CpuUtilization over 5m is between 0 and 1 for PT30M."
        in found.digest
    )
    assert found.digest.splitlines()[1].startswith("CRITICAL busy fires for ")
    assert found.evidence[0].label == "busy"


async def test_what_began_together_is_told_and_what_flaps_proves_nothing(at):
    found = await at.run(OCI_ALARM_HISTORY, name="busy")
    assert [one["name"] for one in found.data["alarms"]] == ["busy"]
    pairs = {(one["alarm"], one["with"]): one for one in found.data["together"]}
    pair = pairs.get(("busy", "busier")) or pairs[("busier", "busy")]
    assert (pair["together"], pair["of"]) == (1, 1)
    assert pair["chance"] < 0.05
    assert "nervous" not in {name for both in pairs for name in both}


async def test_a_history_that_is_refused_is_named_and_its_alarm_left_out(at, local):
    local.local("/local/faults", {"operation": "get_alarm_history", "status": 403, "times": 1})
    found = await at.run(OCI_ALARM_HISTORY, region="frankfurt")
    assert len(found.data["alarms"]) == 5
    assert any(text.startswith("history of ") for text in found.could_not_see)
    local.local("/local/faults", {"operation": "list_alarm_suppressions", "status": 403, "times": 9})
    found = await at.run(OCI_ALARM_HISTORY, region="frankfurt")
    assert any(text.startswith("suppressions of dimensions") for text in found.could_not_see)


@pytest.mark.parametrize(("status", "error"), [(503, TryLater), (403, NotAllowed), (404, GiveUp)])
async def test_monitoring_that_refuses_is_an_error(at, local, status, error):
    local.local("/local/faults", {"operation": "list_alarms", "status": status, "times": 99})
    with pytest.raises(error):
        await at.run(OCI_ALARM_HISTORY, seconds=1.5 if status == 503 else 30, region="frankfurt")


async def test_nobody_sees_what_is_not_theirs(at):
    found = await at.run(OCI_ALARM_HISTORY, paths=("lab",))
    assert (found.data["alarms"], found.data["together"]) == ([], [])
    assert "busy" not in str(found)


# courses, by numbers alone


def went(*minutes: int, fires: bool = False):
    """Transitions at these minutes after noon, the first one to firing."""
    changes = [Transition(NOON + at * MINUTE, n % 2 == 0) for n, at in enumerate(minutes)]
    return course(changes, NOON, NOON + 600 * MINUTE, fires=fires)


def test_episodes_know_what_they_do_not_know() -> None:
    ended = course([Transition(NOON + 5 * MINUTE, False)], NOON, NOON + 600 * MINUTE, fires=False)
    assert [(one.start, one.end) for one in ended.episodes] == [(None, NOON + 5 * MINUTE)]
    assert (ended.firing, ended.begins) == (5 * MINUTE, ())
    whole = course([], NOON, NOON + 600 * MINUTE, fires=True)
    assert ([(one.start, one.end) for one in whole.episodes], whole.firing) == ([(None, None)], 600 * MINUTE)
    assert course([], NOON, NOON + 600 * MINUTE, fires=False).episodes == ()
    assert went(10, 20, 500).longest == 100 * MINUTE


def test_three_begins_in_an_hour_flap_and_three_in_a_day_do_not() -> None:
    assert went(0, 5, 20, 25, 59, 60).flapping
    assert not went(0, 5, 100, 105, 300, 305).flapping
    assert went(0, 5, 100, 105, 200, 205, 300, 305, 400, 405, 500, 505).flapping


def test_only_transitions_between_firing_and_not_are_changes() -> None:
    assert transition(NOON, "State transitioned from OK to Firing") == Transition(NOON, True)
    assert transition(NOON, "State transitioned from FIRING to RESET") == Transition(NOON, False)
    assert transition(NOON, "State transitioned from OK to Suspended") is None
    assert transition(NOON, "Alarm rule was updated") is None


def test_what_begins_together_more_often_than_by_chance_is_a_pair() -> None:
    often = went(*range(0, 600, 10))
    courses = {"a": went(60, 70, 300, 310), "b": went(58, 80, 303, 320), "c": went(180, 190), "d": often}
    found = together(courses, 600 * MINUTE)
    assert [(one.one, one.other, one.count, one.of) for one in found] == [("a", "b", 2, 2)]
    assert found[0].lead in {2 * MINUTE, -3 * MINUTE}
