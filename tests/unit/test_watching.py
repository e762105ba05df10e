"""Watches in words and in comparisons: how long, of what, what is worth a word, what is only not seen."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.planner.names import Catalog
from agents.planner.planned import planned
from agents.planner.route import Kind
from agents.watching.facts import facts_of
from agents.watching.news import news, some
from agents.watching.wish import Wish, length, wished
from bot.commands.grammar import parse

HALF = timedelta(minutes=30)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("checkout", Wish("checkout")),
        ("checkout for 45m", Wish("checkout", timedelta(minutes=45))),
        ("the checkout for the next 2 hours", Wish("checkout", 2 * HOUR)),
        ("instance node-1 for an hour", Wish("node-1", HOUR, "instance")),
        ("vm node-1 for half an hour", Wish("node-1", HALF, "instance")),
        ("deployment cart", Wish("cart", HALF, "workload")),
        ("alert Slow for 10 minutes", Wish("Slow", timedelta(minutes=10), "alarm")),
        ("cpu of node-1 for 1h", Wish("node-1", HOUR, "metric", "cpu")),
        ("metric error_rate", Wish("", HALF, "metric", "error_rate")),
        (
            "query CpuUtilization[1m].mean() for 5m",
            Wish("CpuUtilization[1m].mean()", timedelta(minutes=5), "query"),
        ),
        ("query rate(errors[5m]) for 24h", Wish("rate(errors[5m])", 24 * HOUR, "query")),
    ],
)
def test_what_and_how_long(text, wish):
    assert wished(text) == wish


@pytest.mark.parametrize(
    "text",
    [
        "checkout for 1m",
        "checkout for 25h",
        "checkout for 0h",
        "checkout for 3 weeks",
        "checkout for 2 days",
        "checkout for 2 months",
        "checkout for 30 seconds",
    ],
)
def test_shorter_and_longer_is_asked_back(text):
    with pytest.raises(ValueError, match="2 minutes to 24 hours"):
        wished(text)


@pytest.mark.parametrize("text", ["for 30m", "for an hour", "in 2h"])
def test_a_time_alone_names_nothing_to_watch(text):
    with pytest.raises(ValueError, match="say what to watch"):
        wished(text)


@pytest.mark.parametrize(
    ("typed", "word"),
    [("keep an eye on checkout for 30 minutes", "checkout for 30 minutes"), ("watch checkout", "checkout")],
)
def test_the_command_and_its_other_words(typed, word):
    parsed = parse(typed)
    assert (parsed.verb.name, parsed.word(0)) == ("watch", word)


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("could you keep an eye on checkout for 30 minutes?", "watch checkout for 30m"),
        ("please watch the checkout for 2 hours", "watch checkout for 2h"),
        ("monitor instance node-1 for an hour", "watch instance node-1 for an hour"),
        ("can you keep an eye on payments please", "watch payments"),
    ],
)
def test_words_offer_the_command_and_run_nothing(said, command):
    found = planned(said, "", Catalog(), datetime(2026, 1, 1, tzinfo=UTC))
    assert (found.kind, found.options, found.tools) == (Kind.CLARIFY, (command,), ())
    assert parse(found.options[0]).verb.name == "watch"


@pytest.mark.parametrize(
    "said", ["watch out", "who is watching?", "did checkout change in the last 30 minutes?"]
)
def test_other_words_are_not_taken_for_it(said):
    assert not planned(said, "", Catalog(), datetime(2026, 1, 1, tzinfo=UTC)).options


def test_changes_new_things_and_things_that_are_gone_are_told():
    said, seen = news({"state": "RUNNING", "a": "1"}, {"state": "STOPPED", "b": "2"}, whole=True)
    assert said == ["state: RUNNING → STOPPED", "b: 2, which is new", "a: no longer listed, was 1"]
    assert seen == {"state": "STOPPED", "b": "2"}


def test_what_was_not_read_is_not_gone():
    assert news({"a": "1", "b": "2"}, {"a": "1"}, whole=False) == ([], {"a": "1", "b": "2"})


def test_a_number_counts_once_it_is_a_fifth_away_from_what_was_said_however_slowly_it_went():
    seen, told = {"cpu": 50.0}, []
    for value in range(50, 81):
        said, seen = news(seen, {"cpu": float(value)}, whole=True)
        told += said
    assert told == ["cpu: 50 → 63", "cpu: 63 → 79"]
    assert news({"cpu": 0.0}, {"cpu": 0.0}, whole=True)[0] == []


def test_a_message_holds_eight_lines():
    assert len(some([str(n) for n in range(20)])) == 8
    assert some([str(n) for n in range(20)])[-1] == "and 13 more"


def test_facts_are_few_short_and_of_known_tools_alone():
    many = {"alarms": [{"name": f"a{n} {'x' * 200}", "state": "OK"} for n in range(90)]}
    found = facts_of("oci_alarms", many)
    assert len(found) == 40
    assert max(map(len, found)) == 80
    assert facts_of("oci_secrets", {"secrets": [1]}) == {}
    both = {"alarms": [{"name": "x", "id": "1", "state": "OK"}, {"name": "x", "id": "2", "state": "FIRING"}]}
    assert facts_of("oci_alarms", both) == {"x (1)": "OK", "x (2)": "FIRING"}


@pytest.mark.parametrize(
    ("tool", "data", "facts"),
    [
        ("oci_instance", {"facts": {"state": "RUNNING", "created": "2 days ago"}}, {"state": "RUNNING"}),
        ("prom_query", {"series": [{"labels": {"pod": "a"}, "last": 2}]}, {"pod=a": 2.0}),
        ("oci_query", {"streams": [{"name": "n", "last": 1.0}], "decides": True}, {"n": "true"}),
        ("prom_alerts", {"alerts": []}, {}),
        (
            "ops_service",
            {"health": "fine", "workloads": [{"ref": "k8s:a", "ready": 1, "wanted": 2, "note": ""}], "metrics": [{"service": "s", "metric": "m", "over": True}], "parts": []},
            {"health": "fine", "k8s:a": "1/2 pods ready", "s m": "over its limit"},
        ),
    ],
)  # fmt: skip
def test_what_is_compared_of_each_tool(tool, data, facts):
    assert facts_of(tool, data) == facts


def test_length_in_words():
    assert (length(HALF), length(2 * HOUR)) == ("30m", "2h")
