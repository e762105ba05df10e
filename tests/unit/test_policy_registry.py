"""R3: every registered tool and action has a permission that exists, a risk, and a name of the agreed form."""

import re

import pytest

from agents.policy import Permission
from tools.registry import ACTIONS, TOOLS
from tools.spec import Risk

NAME = re.compile(r"(k8s|oci|cost|iam|prom|ops)_[a-z_]{2,50}")


@pytest.mark.parametrize("tool", TOOLS, ids=lambda t: t.name)
def test_r3_tools(tool):
    assert tool.permission in set(Permission)
    assert tool.risk is Risk.LOW
    assert NAME.fullmatch(tool.name)
    assert tool.args.model_config["extra"] == "forbid"
    assert not tool.permission.endswith((":write", ":execute")), "reads are not mutations"


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.name)
def test_r3_actions(action):
    assert action.permission == Permission.REMEDIATION_EXECUTE
    assert isinstance(action.risk, Risk)
    assert action.args.model_config["extra"] == "forbid"


def test_r3_names_are_unique():
    names = [t.name for t in TOOLS] + [a.name for a in ACTIONS]
    assert len(names) == len(set(names))
