"""What `find_tools` puts first for the words that people and models use."""

import pytest

from agents.conversation.toolset import CORE, toolset_of
from agents.ranking import ranked
from tests.unit.planner_corpus_reader import lookups
from tools.registry import ACTIONS, TOOLS

MORE = [tool for tool in TOOLS if tool.name not in CORE]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("who stopped this instance", "oci_who_changed"),
        ("who changed the load balancer", "oci_who_changed"),
        ("audit log", "oci_audit"),
        ("oracle cloud audit events", "oci_audit"),
        ("spend by service", "cost_summary"),
        ("how much did we spend last week", "cost_summary"),
        ("cost by compartment", "cost_summary"),
        ("cost spike on monday", "cost_why"),
        ("why did the bill jump", "cost_why"),
        ("idle instance cost", "cost_idle"),
        ("is the database up", "oci_database"),
        ("load balancer backends of frontend", "oci_service"),
        ("health of a service's oracle cloud parts", "oci_service"),
        ("cpu of vm", "oci_metric"),
        ("memory utilization of a vm", "oci_metric"),
        ("gpu metric chart", "oci_metric"),
        ("firing alarms", "oci_alarms"),
        ("cloud alerts", "oci_alarms"),
        ("list instances", "oci_resources"),
        ("cloud inventory by compartment", "oci_inventory"),
        ("cloud instances", "oci_resources"),
        ("describe vm", "oci_instance"),
        ("shape of an instance", "oci_instance"),
        ("node capacity", "k8s_capacity"),
        ("capacity of nodes", "k8s_capacity"),
    ],
)
def test_the_tool_that_is_meant_comes_first(words: str, first: str) -> None:
    assert ranked(words, MORE)[0].name == first, [tool.name for tool in ranked(words, MORE)[:3]]


def test_what_is_found_first_comes_with_its_arguments() -> None:
    found = toolset_of(TOOLS, ACTIONS).find("who stopped this instance")
    lines = found.splitlines()
    assert lines[1].startswith("oci_who_changed:")
    assert "Arguments:" in lines[1]


def test_a_change_is_found_with_its_arguments_and_words_that_order_it() -> None:
    found = toolset_of(TOOLS, ACTIONS).find("reset an instance")
    line = next(line for line in found.splitlines() if line.startswith("instance_reset("))
    assert "resource" in line
    assert "E.g. reset instance bastion-1." in line


@pytest.mark.parametrize(
    ("query", "line"),
    [("drain a node", "node_drain(name, "), ("cordon", "node_cordon(name)"), ("delete a pod", "pod_delete(name, namespace?"), ("clean up failed pods", "pods_clean_up(service?, namespace?"), ("change the image", "set_image(service or name, ")],
)  # fmt: skip
def test_a_change_says_what_it_is_made_on(query: str, line: str) -> None:
    assert f"\n{line}" in toolset_of(TOOLS, ACTIONS).find(query)


def test_no_change_is_named_to_whoever_may_make_none() -> None:
    assert "propose_change" not in toolset_of(TOOLS, ()).find("reset an instance")


def test_every_change_is_found_by_what_it_says_of_itself() -> None:
    tools = toolset_of(TOOLS, ACTIONS)
    missed = [
        a.name
        for a in ACTIONS
        if not any(f"\n{a.name}(" in tools.find(text) for text in (a.summary, *a.examples))
    ]
    assert missed == []


def test_what_people_ask_finds_its_tool_among_the_first_three():
    asked = [(case.text, case.accepts[0].label.partition(":")[2]) for case in lookups()]
    missed = [text for text, tool in asked if tool not in {found.name for found in ranked(text, MORE)[:3]}]
    assert len(missed) / len(asked) <= 0.05, missed
