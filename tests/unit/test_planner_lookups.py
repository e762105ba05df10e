"""Questions for the tools of one family each: what is taken from the words, and that none is ever a change."""

import pytest

from agents.planner import Context, route
from agents.planner.lookups import ASKS
from tests.unit.planner_corpus_reader import CATALOG, NOW
from tools.registry import TOOLS

FIELDS = {tool.name: set(tool.args.model_fields) for tool in TOOLS}
STATEMENT = "Allow group Ops to use buckets in tenancy where request.user.name = 'x'"


@pytest.mark.parametrize(
    ("text", "args"),
    [
        (f"what would this statement allow: {STATEMENT}", {"add": (STATEMENT,)}),
        ("what changes if we remove `Allow group A to manage buckets in tenancy`?", {"remove": ("Allow group A to manage buckets in tenancy",)}),
        ("why can't Erin delete instances in compartment shop-prod?", {"who": "Erin", "verb": "delete", "resource": "instances", "compartment": "shop-prod"}),
        ("who has no mfa", {"kind": "mfa"}),
        ("can cart connect to payments on 8080?", {"source": "cart", "target": "payments", "port": "8080"}),
        ("how many pods with 2 cpu and 4Gi still fit?", {"cpu": "2", "memory": "4Gi"}),
    ],
)  # fmt: skip
def test_arguments_are_taken_as_they_were_typed(text, args):
    assert dict(route(text, Context(CATALOG, NOW)).args) == args


@pytest.mark.parametrize("text", [question for tool in TOOLS for question in tool.examples])
def test_what_a_question_of_a_tool_leads_to_is_a_call_that_its_tool_takes(text):
    found = route(text, Context(CATALOG, NOW))
    assert found.kind != "change"
    if found.kind == "tool" and any(ask.tool == found.tool for ask in ASKS):
        assert set(found.args) <= FIELDS[found.tool]


def test_every_ask_is_of_a_tool_that_there_is():
    assert {ask.tool for ask in ASKS} <= set(FIELDS)


@pytest.mark.parametrize("text", ["drain node worker-2", "delete the hpa of checkout", "rotate the vault secret db", "restart checkout"])  # fmt: skip
def test_an_order_is_no_lookup(text):
    found = route(text, Context(CATALOG, NOW))
    assert found.tool not in {ask.tool for ask in ASKS}
