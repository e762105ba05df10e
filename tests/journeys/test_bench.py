"""The bench in small: CPU as ratios within one run, which load hardly moves, and how often the disk is waited for."""

from statistics import median

import pytest

from scripts.benches.goals import HOLMES_CPU_MS, HOLMES_FLOORS, rows
from scripts.benches.product import bench

pytestmark = [pytest.mark.alone, pytest.mark.timeout(180)]
ROUNDS, COUNT = 3, 12
FLOORS = 7.0  # goal P1; 4.0 to 4.7 when this was written
ECHOES = 4.0  # goal P15 is 3, met with 2.2 to 2.8; so few commands spread by a third
COMMITS = 6.5  # a question; 5 when all goes well, one more when two tools do not end together
TURNS = 7.0  # goal P3 is 3.5; the difference of two short batches, in ticks of ten milliseconds
PACE = 0.1  # goal P4 is 0.20 of the floor's questions a second; one crowd is a short look, and both share two processors


async def test_a_question_and_a_command_stay_within_their_floors(tmp_path):
    async with bench(tmp_path / "bench") as stage:
        await stage.round(3)
        rounds = [await stage.round(COUNT) for _ in range(ROUNDS)]
        commits = await stage.commits_a_question()
        turns = await stage.turns(COUNT)
        crowd = await stage.crowd(1)
    assert commits <= COMMITS
    pace = crowd["questions_a_second_at_32"] / crowd["floor_questions_a_second_at_32"]
    assert pace >= PACE, crowd
    assert turns["turn_cpu_ms"] <= TURNS * turns["floor_turn_cpu_ms"], turns
    assert ratio(rounds, "question_cpu_ms", "floor_cpu_ms") <= FLOORS, rounds
    assert ratio(rounds, "command_cpu_ms", "echo_cpu_ms") <= ECHOES, rounds


def ratio(rounds, ours, floor):
    return median(one[ours] / one[floor] for one in rounds)


FIGURES = {
    "floor_cpu_ms": 9.0, "floor_p50_ms": 10.0, "question_cpu_ms": 36.0, "question_p50_ms": 34.0, "cold_command_cpu_s": 1.0,
    "cold_answer_cpu_s": 2.0, "rss_mib_at_32": 200.0, "command_cpu_ms": 5.0, "echo_cpu_ms": 2.0, "commits_a_question": 5.0,
    "questions_a_second_at_32": 20.0, "audit_append_p50_ms": 1.0, "audit_appends_a_second": 600.0,
    "audit_verify_rows_a_second": 120_000.0, "audit_rows": 1_000_000.0,
}  # fmt: skip


def test_the_peer_is_shown_as_recorded_and_in_floors_of_its_own_machine():
    peers = {
        row.measure: (row.figure, row.met)
        for row in rows(FIGURES)
        if row.goal == "P1" and "HolmesGPT" in row.measure
    }
    assert round(HOLMES_FLOORS, 1) == 15.0
    assert list(peers.values()) == [
        (f"0.53 x its {HOLMES_CPU_MS} ms", False),
        ("0.27 x its 15.0 floors", True),
    ]


def test_the_added_latency_is_ours_less_the_floors():
    found = next(row for row in rows(FIGURES) if row.goal == "P2")
    assert found[2:] == ("+24 ms (34 against 10)", "<= +25 ms", True)


def test_a_goal_that_is_missed_says_so_and_what_was_not_measured_has_no_row():
    slow = FIGURES | {"turn_cpu_ms": 12.0, "floor_turn_cpu_ms": 3.0, "floor_questions_a_second_at_32": 160.0}
    found = {row.goal: row for row in rows(slow) if row.goal in {"P3", "P4"}}
    assert not found["P3"].met
    assert not found["P4"].met
    goals = {row.goal for row in rows(FIGURES)}
    assert not goals & {"P3", "P4", "P5", "P10", "P12"}
    assert goals >= {"P1", "P2", "P8", "P9", "P15"}
