"""Under which name and for how long the results of tools are kept."""

import pytest

from agents.gate.kept import key_of, seconds_of
from storage.cache import LIFETIMES_S
from storage.shared.shelf import name_of
from tools.registry import TOOLS

BY_NAME = {tool.name: tool for tool in TOOLS}


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool.family], ids=lambda tool: tool.name)
def test_a_family_names_its_keys_and_bounds_their_life(tool):
    assert 0 < seconds_of(tool) <= LIFETIMES_S[tool.family]
    assert name_of(key_of("T1", tool, "all", "h")).startswith(f"cloudops:cache:T1:{tool.family}:")


def test_tools_of_one_family_never_share_an_answer():
    one, other = (key_of("T1", BY_NAME[name], "all", "h") for name in ("cost_summary", "cost_why"))
    assert one.kind == other.kind == "cost"
    assert one != other
    assert name_of(one) != name_of(other)
