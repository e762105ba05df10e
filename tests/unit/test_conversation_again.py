"""The option under a question is the person's own wish with the doubtful part put right: the wish is never lost."""

import pytest

from agents.conversation.again import again
from agents.planner import Context, route
from bot.commands.grammar import Parsed, parse
from bot.commands.reads import again as command_again
from tests.unit.planner_corpus_reader import CATALOG, NOW


@pytest.mark.parametrize(
    ("text", "typed", "namespace", "option", "whole"),
    [
        ("restart cart in kube-system", "cart", "kube-system", "cart in shop", "restart cart in shop"),
        ("scale cart to 3 in namespace kube-system please", "cart", "kube-system", "cart in shop", "scale cart to 3 please in shop"),
        ("restart chekout", "chekout", "", "checkout", "restart checkout"),
        ("why is cart slow?", "cart", "", "cart in shop", "why is cart slow in shop"),
        ("restart it", "cart", "", "cart", "restart it for cart"),
    ],
)  # fmt: skip
def test_an_option_is_the_whole_wish(text, typed, namespace, option, whole):
    assert again(text, typed, namespace, option) == whole


def test_the_option_of_an_order_is_an_order():
    sent = again("restart cart in kube-system", "cart", "kube-system", "cart in shop")
    found = route(sent, Context(CATALOG, NOW))
    assert (found.kind, found.tool) == ("change", "rollout_restart")
    assert (found.args["service"], found.args["namespace"]) == ("cart", "shop")


def test_the_option_of_a_command_is_the_command_without_the_wrong_place():
    parsed = parse("k8s restart cart -n kube-system")
    assert isinstance(parsed, Parsed)
    assert command_again(parsed, "cart in shop") == "k8s restart 'cart in shop'"
