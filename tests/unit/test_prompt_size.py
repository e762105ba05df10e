"""What a model is sent before a question: small, the same bytes for everybody of a role, and nothing in it unexplained."""

import json

import pytest

from agents.conversation.toolset import MAX_CORE, toolset_of
from agents.models.tokens import estimate_prompt
from prompts.load import load
from tools.registry import ACTIONS, TOOLS

SELF_EXPLAINING = {"service", "cluster", "namespace", "limit"}  # the system prompt explains them once


def system():
    return load("conversation").text


def size(tools, actions):
    return estimate_prompt(system(), toolset_of(tools, actions).functions)


def test_the_full_tool_set_leaves_room_for_the_question():
    """P6 allows 2,700 tokens for the first turn; 150 of them are for thread notes and the message."""
    assert size(TOOLS, ACTIONS) <= 2_550


def test_the_prefix_does_not_depend_on_the_order_of_registration():
    assert toolset_of(TOOLS, ACTIONS).key == toolset_of(tuple(reversed(TOOLS)), ACTIONS).key
    assert json.dumps(toolset_of(TOOLS, ACTIONS).functions) == json.dumps(
        toolset_of(TOOLS, ACTIONS).functions
    )


def test_a_role_that_may_do_less_is_shown_less():
    logs_only = tuple(tool for tool in TOOLS if tool.name == "k8s_logs")
    assert size(logs_only, ()) < size(TOOLS, ACTIONS) / 2
    assert toolset_of(logs_only, ()).key != toolset_of(TOOLS, ACTIONS).key


@pytest.mark.parametrize(
    "function", toolset_of(TOOLS, ACTIONS).functions, ids=lambda f: f["function"]["name"]
)
def test_every_argument_says_what_it_is(function):
    properties = function["function"]["parameters"]["properties"]
    if function["function"]["name"] in {"find_tools", "call_tool", "propose_change"}:
        assert len(function["function"]["description"]) > 40
        return
    unexplained = [
        name for name, schema in properties.items()
        if name not in SELF_EXPLAINING and not schema.get("description") and not schema.get("enum")
    ]  # fmt: skip
    assert unexplained == []


def test_the_three_nearest_tools_are_found_with_their_arguments():
    found = toolset_of(TOOLS, ACTIONS).find("idle instances in oracle cloud").split("\nChanges, only for")[0]
    assert found.count(" Arguments: {") == 3


def test_at_most_a_dozen_tools_are_listed_and_all_others_can_be_found():
    tools = toolset_of(TOOLS, ACTIONS)
    assert len(tools.core) <= MAX_CORE
    assert {tool.name for tool in tools.more} | set(tools.core) == {tool.name for tool in TOOLS}
    assert all(tool.name in tools.find(tool.summary) for tool in tools.more)
