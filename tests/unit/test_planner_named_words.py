"""Namespaces and services that are called like a command: their place in the text says that they are names."""

import pytest

from agents.planner import Catalog, Known, route
from agents.planner.route import Context
from bot.commands.verbs import VERBS
from tests.unit.planner_corpus_reader import CATALOG, NOW

# After "in namespace" these go on with the sentence, or mean every one of them.
NO_NAMES = {"all", "by", "me", "now", "why", "without"}
WORDS = sorted({word for verb in VERBS for word in verb.path if word.isalpha()} - NO_NAMES)
MONEY = ("billing", "bills", "costs", "spend", "budget", "budgets", "invoice", "health", "alarms", "alarm")
KINDS = {"node", "instance", "secrets", "services", "service", "events", "volumes"}  # `node/api` is a node


def read(text, *known):
    return route(text, Context(Catalog((*CATALOG.known, *known)), NOW))


@pytest.mark.parametrize("name", sorted({*WORDS, *MONEY}))
def test_a_namespace_may_be_called_like_a_command(name):
    wrong = read(f"what is wrong in namespace {name}?")
    assert (wrong.tool, wrong.args) == ("k8s_diagnose", {"namespace": name})
    logs = read(f"show me the logs of pod ledger-5c657dbddd-568hq in namespace {name}")
    assert (logs.tool, logs.args["namespace"]) == ("k8s_logs", name)
    order = read(f"restart deployment ledger in namespace {name}")
    assert (order.tool, order.args["namespace"], order.args["name"]) == ("rollout_restart", name, "ledger")


@pytest.mark.parametrize("name", sorted({*WORDS, *MONEY} - KINDS))
def test_a_path_that_is_asked_about_is_a_path(name):
    found = read(f"why is {name}/api failing?")
    assert (found.tool, found.playbook) == ("k8s_diagnose", "why_failing")
    assert (found.args["namespace"], found.args["service"]) == (name, "api")


@pytest.mark.parametrize("name", ["billing", "cost", "alarms", "budget"])
def test_a_known_service_may_be_called_like_a_command(name):
    found = read(f"why is {name} failing?", Known(name, "service", namespace="shop"))
    assert (found.tool, found.args["service"]) == ("k8s_diagnose", name)


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("what did billing come to last month?", "cost_summary"),
        ("show me the alarms", "oci_alarms"),
        ("costs per namespace", "cost_summary"),
        ("how do we stand with our budgets in namespace shop", "cost_budgets"),
        ("why did our costs jump?", "cost_why"),
    ],
)
def test_elsewhere_the_words_mean_what_they_mean(text, tool):
    assert read(text).tool == tool
