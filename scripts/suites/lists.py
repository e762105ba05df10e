"""What `make chaos` and `make soak` run: each promise, and the tests that keep it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suite:
    """`says` is the promise in full; `figure` stands in the report where the tests record none of their own."""

    says: str
    tests: tuple[str, ...]
    figure: str = ""


C, B = "tests/unit/test_changes_clicks.py", "tests/chaos/test_kill_points.py"

CHAOS = (
    Suite(
        "2,000 concurrent approve clicks on 200 plans: 200 executions",
        (f"{C}::test_a3_many_clicks_one_execution",),
        "2,000 clicks on 200 plans",
    ),
    Suite(
        "the same clicks in two processes, on SQLite and on PostgreSQL",
        ("tests/chaos/test_click_processes.py",),
        "2,000 clicks on 200 plans, each in either process",
    ),
    Suite(
        "approve against cancel: what commits first holds",
        (f"{C}::test_a19_approve_and_cancel_races_end_as_committed",),
        "1,000 races",
    ),
    Suite("kill -9 of a change at ten points: one write, a truthful card", (B,)),
    Suite(
        "kill -9 at eleven points of a message: nothing lost, nothing twice",
        ("tests/chaos/test_message_kill_points.py",),
    ),
    Suite(
        "kill -9 of one of two bots: taken over within 15 s, told on the card within 20 s, nothing lost or done twice",
        ("tests/chaos/test_replica_kills.py",),
    ),
    Suite(
        "SIGTERM to one of two bots under load: it ends within 25 s, the other does the rest",
        ("tests/chaos/test_replica_drain.py",),
    ),
    Suite(
        "200 moments of digests, two bots on PostgreSQL, kill -9 again and again, clocks put forward and back: 200 posts",
        ("tests/chaos/test_digest_kills.py",),
    ),
    Suite(
        "watches over what changes, two bots on PostgreSQL, kill -9 again and again: each change told once, each watch ends with one line",
        ("tests/chaos/test_watch_kills.py",),
    ),
    Suite(
        "without its guard the test of each safety property fails",
        ("tests/chaos/test_guards.py",),
        "every line of tests/chaos/guards.py deleted in turn",
    ),
)
SOAK = (
    Suite(
        "1,000 events delivered four times: 1,000 answers",
        ("tests/journeys/test_bot_delivery.py::test_each_event_delivered_four_times_is_answered_once",),
        "5,000 deliveries of 1,000 events",
    ),
    Suite(
        "the same on two bots: 1,000 answers",
        (
            "tests/journeys/test_bot_replicas.py::test_each_event_delivered_four_times_to_two_bots_is_answered_once",
        ),
        "1,000 events, four deliveries each",
    ),
    Suite(
        "Block Kit of noise: Slack takes every message",
        ("tests/unit/test_bot_blocks.py",),
        "99,000 answers and cards, 72,600 windows and Home tabs",
    ),
    Suite(
        "generated sequences of commands and clicks end as the rules say",
        ("tests/chaos/test_sequences.py",),
    ),
    Suite(
        "500 messages of five people within a second: none lost, in order",
        ("tests/journeys/test_bot_overload.py",),
        "500 messages",
    ),
    Suite(
        "hostile deliveries: nothing unsigned admitted, no content ends in an error, memory bounded",
        ("tests/journeys/test_bot_hostile.py",),
        "100,000 requests, 25,000 envelopes",
    ),
    Suite(
        "2,000 messages with the socket dropped every 50: 2,000 answers",
        ("tests/journeys/test_bot_dropped.py",),
    ),
    Suite(
        "each dependency slow, gone, failing and back: as promised",
        tuple(
            f"tests/journeys/test_faults_{name}.py"
            for name in ("stores", "slack", "model", "cluster", "oracle")
        ),
    ),
    Suite(
        "spoilt policy statements: no crash, no word lost",
        ("tests/unit/test_access_fuzz.py",),
    ),
    Suite(
        "who may do what agrees with brute force on generated tenancies, denies included",
        ("tests/unit/test_access_oracle.py",),
    ),
    Suite("memory over turns stays", ("tests/journeys/test_memory.py",)),
)
SUITES = {"chaos": CHAOS, "soak": SOAK}
