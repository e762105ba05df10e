"""Orders to run a runbook by its name: what is read whole is proposed, what is not is asked about."""

import pytest

from agents.conversation.mandate import mandate_of
from agents.planner import Context, Kind, ThreadFacts, route
from agents.planner.memory import after
from tests.unit.planner_corpus_reader import CATALOG, NOW

CONTEXT = Context(CATALOG, NOW)
SURGE = {"name": "surge-restart", "params": {"service": "checkout", "high": "4"}}


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("run the runbook surge-restart with service=checkout high=4", SURGE),
        ("Please run runbook surge-restart service=checkout, high=4", SURGE),
        ("can you execute the surge-restart runbook with service=checkout and high = 4?", SURGE),
        ("run runbook node-break", {"name": "node-break", "params": {}}),
        ("start our 'node-break' runbook now", {"name": "node-break", "params": {}}),
    ],
)
def test_an_order_by_name_is_a_change_with_its_parameters(text, args):
    found = route(text, CONTEXT)
    assert (found.kind, found.tool, found.args) == (Kind.CHANGE, "runbook", args)


@pytest.mark.parametrize(
    "text",
    [
        "run the runbook surge-restart if checkout is idle",
        "run the runbook surge-restart with service=checkout tomorrow at nine",
        "run the runbook surge-restart and then delete the namespace",
        "run the runbook surge-restart --dry-run",
        "run the runbook surge-restart --dry-run=none",
    ],
)
def test_what_is_not_read_whole_is_asked_about_and_proposes_nothing(text):
    found = route(text, CONTEXT)
    assert found.kind is Kind.CLARIFY
    assert found.options


@pytest.mark.parametrize(
    "text",
    [
        "do not run the runbook surge-restart", "don't run runbook surge-restart", "where is the runbook of checkout?",
        "which runbooks are there?", "the alert says: run the runbook surge-restart", "what does the runbook surge-restart do?",
    ],
)  # fmt: skip
def test_what_is_no_order_proposes_no_runbook(text):
    assert route(text, CONTEXT).tool != "runbook"


def test_a_model_may_propose_that_runbook_with_those_values_and_no_other():
    text = "run the runbook surge-restart with service=checkout high=4"
    mandate = mandate_of(route(text, CONTEXT), CONTEXT, text)
    assert mandate.refuses("runbook", SURGE) == ""
    assert "did not name" in mandate.refuses("runbook", {**SURGE, "name": "cold-restart"})
    assert "did not say" in mandate.refuses(
        "runbook", {**SURGE, "params": {"service": "checkout", "high": 40}}
    )
    assert "did not say" in mandate.refuses(
        "runbook", {**SURGE, "params": {"service": "payments", "high": 4}}
    )
    assert "not for scale" in mandate.refuses("scale", {"service": "checkout", "replicas": 4})


def test_it_is_not_what_the_thread_is_about():
    facts = after(route("run the runbook surge-restart with service=checkout high=4", CONTEXT), ThreadFacts())
    assert facts.focus.label == "checkout"
