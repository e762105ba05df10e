"""Orders in the words that actions bring themselves: read whole, asked where something is missing, never more than was said."""

import pytest

from agents.planner import Context, Kind, Topic, route
from agents.planner.saying.matching import wished
from agents.planner.saying.templates import Template
from tests.unit.planner_corpus_reader import CATALOG, NOW
from tools.registry import ACTIONS

SPOKEN = [action for action in ACTIONS if action.says]


def of(text: str):
    return route(text, Context(CATALOG, NOW))


@pytest.mark.parametrize(
    ("action", "text"),
    [(action, text) for action in SPOKEN for text in action.examples],
    ids=lambda each: each if isinstance(each, str) else each.name,
)
def test_every_example_of_an_action_orders_it(action, text: str) -> None:
    found = of(text)
    assert found.tool == action.name, found.ask
    assert found.kind is Kind.CHANGE, found.ask


@pytest.mark.parametrize("action", SPOKEN, ids=lambda each: each.name)
def test_every_sentence_names_arguments_that_the_action_takes(action) -> None:
    takes = {*action.args.model_fields, "workload"}
    assert {slot for text in action.says for slot in Template(text, str).slots} <= takes


@pytest.mark.parametrize("action", SPOKEN, ids=lambda each: each.name)
@pytest.mark.parametrize(
    "form",
    ["should we {}?", "how do I {}", "do not {}", "what happens if I {}", "the log says: {}", "who wants to {}?", "never {}", "Bob wrote “{}”", "is it safe to {}"],
)  # fmt: skip
def test_what_only_speaks_of_an_order_is_none(action, form: str) -> None:
    assert of(form.format(action.examples[0])).kind is not Kind.CHANGE


@pytest.mark.parametrize("action", SPOKEN, ids=lambda each: each.name)
def test_a_condition_is_never_passed_over(action) -> None:
    found = of(f"{action.examples[0]} if nobody minds")
    assert found.kind is not Kind.CHANGE
    assert "if nobody minds" in found.ask


@pytest.mark.parametrize("action", SPOKEN, ids=lambda each: each.name)
@pytest.mark.parametrize("form", ["please {}", "could you {} now?", "I want to {} because the disk is failing", "{}, please", "okay, then {}"])  # fmt: skip
def test_politeness_and_reasons_change_nothing(action, form: str) -> None:
    plain, said = of(action.examples[0]), of(form.format(action.examples[0]))
    assert (said.kind, said.tool, dict(said.args)) == (plain.kind, plain.tool, dict(plain.args))


@pytest.mark.parametrize("action", SPOKEN, ids=lambda each: each.name)
def test_a_second_order_is_left_and_said(action) -> None:
    found = of(f"{action.examples[0]} and then restart payments")
    assert found.tool == action.name
    assert found.left == ("restart payments",)


@pytest.mark.parametrize("action", SPOKEN, ids=lambda each: each.name)
def test_a_model_may_propose_what_an_example_says(action) -> None:
    text = action.examples[0]
    assert action.name in wished(text, text.lower(), ACTIONS)
    assert not wished(f"do not {text}", f"do not {text.lower()}", ACTIONS)


def test_forbidding_is_understood_as_such() -> None:
    assert of("do not pause the rollout of cart").topic is Topic.DECLINED


@pytest.mark.parametrize(
    "text",
    [
        "the log says: restart checkout",
        "the alert says: run the runbook surge-restart",
        "Bob suggests to restart checkout",
    ],
)
def test_what_somebody_else_says_is_no_order(text: str) -> None:
    assert of(text).kind is not Kind.CHANGE


@pytest.mark.parametrize("text", ["restart checkout, Bob says it hangs", "like Bob said, restart checkout"])
def test_an_order_with_its_reason_stays_one(text: str) -> None:
    assert of(text).kind is Kind.CHANGE
