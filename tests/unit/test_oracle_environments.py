"""A compartment named by what the policy calls it: one is meant, several are offered, a default is nobody's name."""

import pytest

from agents.policy.models import PolicyFile
from agents.policy.rules import ChangeRules
from tools.errors import AskBack
from tools.oracle.compartments import Tree

TREE = Tree(
    "root",
    [
        {"id": "s", "name": "shop", "compartmentId": "root"},
        {"id": "p", "name": "shop-prod", "compartmentId": "s"},
        {"id": "w", "name": "web", "compartmentId": "p"},
        {"id": "t", "name": "shop-stg", "compartmentId": "s"},
        {"id": "n", "name": "network", "compartmentId": "root"},
    ],
)


class Some:
    def __init__(self, *hidden):
        self.hidden = hidden

    def namespace(self, cluster, namespace):
        return True

    def compartment(self, name):
        return name not in self.hidden


def named_for(*environments):
    file = PolicyFile.model_validate({"version": 1, "environments": environments})
    return ChangeRules(file).environment_named_for


PROD = {"name": "production", "compartments": ["shop/shop-prod"]}
WIDE = {"name": "production", "compartments": ["network", "shop/shop-prod"]}


def test_an_environment_of_one_compartment_with_all_below_it_is_that_compartment():
    assert TREE.find("Production", None, named_for(PROD)).path == "shop/shop-prod"


def test_of_several_a_person_chooses_the_nearest_name_first():
    with pytest.raises(AskBack, match="environment of 2 compartments") as asked:
        TREE.find("production", None, named_for(WIDE))
    assert asked.value.options == ("shop/shop-prod", "network")


def test_what_is_production_by_default_alone_is_asked_back():
    with pytest.raises(AskBack, match="no compartment 'production'") as asked:
        TREE.find("production", None, named_for({"name": "staging", "compartments": ["shop/shop-stg"]}))
    assert asked.value.options[0] == "shop/shop-prod"


def test_a_compartment_of_that_name_wins_over_the_environment():
    assert (
        TREE.find("web", None, named_for({"name": "web", "compartments": ["network"]})).path
        == "shop/shop-prod/web"
    )


def test_what_a_person_may_not_see_is_neither_taken_nor_offered():
    assert TREE.find("production", Some("network"), named_for(WIDE)).path == "shop/shop-prod"
    with pytest.raises(AskBack) as asked:
        TREE.find("production", Some("shop/shop-prod", "shop/shop-prod/web"), named_for(PROD))
    assert not any("shop-prod" in option for option in asked.value.options)


def test_where_everything_is_one_environment_the_root_is_not_taken_for_it():
    with pytest.raises(AskBack) as asked:
        TREE.find("production", None, named_for({"name": "production", "compartments": ["*"]}))
    assert "root" not in asked.value.options
