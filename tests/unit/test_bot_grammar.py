"""The command language: never guesses, always says what would have worked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.grammar import Parsed, Unparsed, parse
from bot.commands.verbs import VERBS


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_example_parses_to_its_own_verb(verb):
    if verb.example:
        parsed = parse(verb.example)
        assert isinstance(parsed, Parsed)
        assert parsed.verb is verb


@pytest.mark.parametrize(
    ("text", "name", "words", "flags"),
    [
        ("", "help", (), {}),
        ("HELP", "help", (), {}),
        (
            "k8s logs checkout -n shop --since=15m",
            "k8s logs",
            ("checkout",),
            {"namespace": "shop", "since": "15m"},
        ),
        ("k8s scale checkout 3", "k8s scale", ("checkout", "3"), {}),
        (
            "k8s set-resources checkout memory=64Mi cpu=1",
            "k8s set-resources",
            ("checkout", "memory=64Mi cpu=1"),
            {},
        ),
        ("ask why is it slow", "ask", ("why is it slow",), {}),
        ("stop all changes", "stop all", ("changes", ""), {}),
        ("change", "change", ("",), {}),
        (
            "change node_drain name=worker-2 --reason 'bad disk'",
            "change",
            ("node_drain", "name=worker-2"),
            {"reason": "bad disk"},
        ),
        ("k8s cordon node-3 --cluster local", "k8s cordon", ("node-3",), {"cluster": "local"}),
    ],
)
def test_commands_parse(text, name, words, flags):
    parsed = parse(text)
    assert isinstance(parsed, Parsed)
    assert (parsed.verb.name, parsed.words, dict(parsed.flags)) == (name, words, flags)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("halp", "help"),
        ("statsu", "status"),
        ("k8s log checkout", "k8s logs"),
        ("k8s", "help k8s"),
        ("audit verfy", "audit"),
        ("k8s logs checkout --sinc 5m", "--since"),
        ("k8s scale checkout", "<replicas>"),
        ("k8s logs checkout --since", "needs a value"),
    ],
)
def test_what_does_not_parse_says_what_would(text, hint):
    parsed = parse(text)
    assert isinstance(parsed, Unparsed)
    assert hint in parsed.problem + " ".join(parsed.suggestions)


@pytest.mark.parametrize(
    "text", ["stop it", "why is checkout failing?", "help me, it's down", "status of checkout?", "what's up"]
)
def test_sentences_are_left_to_the_conversation(text):
    parsed = parse(text)
    assert isinstance(parsed, Unparsed)
    assert parsed.loose


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("stop the instance train-recsys-1", ("ask stop instance train-recsys-1",)),
        ("stop all instances", ("ask stop all instances",)),
        ("stop web-1", ("ask stop web-1",)),
        ("stopp vm web-1", ("ask stop instance web-1",)),
        ("stpo", ("stop all changes",)),
        ("stop changes", ("stop all changes",)),
        ("audit 99999", ("audit show 99999",)),
        ("audit abc", ("audit show abc",)),
        ("audit plan_01ABC", ("audit plan plan_01ABC",)),
        ("audit verfy", ("audit verify",)),
        ("plans plan_01ABC", ("plans show plan_01ABC",)),
        ("plans zzz", ("plans", "plans show <plan>")),
        ("k8s", ("help k8s",)),
        ("setting me", ("settings me",)),
        ("status checkout", ("k8s overview checkout", "status")),
    ],
)
def test_a_near_miss_is_offered_what_was_meant_and_never_the_emergency_stop(text, offered):
    parsed = parse(text)
    assert isinstance(parsed, Unparsed)
    assert parsed.suggestions == offered
    assert all(isinstance(parse(item), Parsed) and item != "stop" for item in offered if "<" not in item)


def test_a_group_alone_names_no_command_that_one_may_not_use():
    assert parse("k8s").problem == "`k8s` needs one more word"


@pytest.mark.parametrize(
    "text", ["stop", "STOP", "stop all", "stop all changes", "stop all changes it burns"]
)
def test_the_emergency_stop_needs_nothing_more(text):
    parsed = parse(text)
    assert isinstance(parsed, Parsed)
    assert parsed.verb.path[0] == "stop"


@given(st.text(max_size=200))
def test_any_text_parses_or_is_refused_without_an_exception(text):
    assert isinstance(parse(text), Parsed | Unparsed)
