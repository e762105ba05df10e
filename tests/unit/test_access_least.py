"""The policy that docs/access.md calls the least one is enough for every tool on access, and without the audit one of them is not told."""

import re
from pathlib import Path

import pytest

from tests.unit.oci_running import running
from tests.unit.oci_tenancy import tenancy
from tests.unit.oracle_calls import desk
from tools.access.statements import parse
from tools.errors import ToolError
from tools.registry import TOOLS

PAGE = Path(__file__).parents[2] / "docs/access.md"
LEAST = re.findall(r"^Allow group CloudOpsReaders .*$", PAGE.read_text(), re.MULTILINE)
ARGS = {
    "iam_who_can": {"verb": "use", "resource": "instances"},
    "iam_what_can": {"who": "Operators"},
    "iam_why_not": {"who": "Operators", "verb": "use", "resource": "instances"},
    "iam_diff": {"add": "Allow group Operators to read buckets in tenancy"},
}
TOOLS_ON_ACCESS = [one for one in TOOLS if one.name.startswith("iam_")]


def with_policy(statements):
    file = tenancy()
    body = file.model_dump(by_alias=True)
    policies = body["resources"]["identity"]["Policy"]
    next(one for one in policies if one["name"] == "readers")["fields"]["statements"] = statements
    return type(file).model_validate(body)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    said = [one.replace("CloudOpsReaders", "Readers") for one in LEAST]
    with running(with_policy(said), tmp_path_factory.mktemp("least"), speed=20) as one:
        yield one


def test_every_statement_of_the_page_is_one():
    assert len(LEAST) == 9
    assert all(parse(one) for one in LEAST)


@pytest.mark.parametrize("tool", TOOLS_ON_ACCESS, ids=lambda one: one.name)
async def test_the_least_policy_is_enough(small, tool):
    with desk(small) as at:
        found = await at.run(tool, **ARGS.get(tool.name, {}))
    assert not [one for one in found.could_not_see if not one.startswith("CIS")]


async def test_without_the_audit_the_use_of_grants_is_not_told(tmp_path):
    said = [one.replace("CloudOpsReaders", "Readers") for one in LEAST if "audit" not in one]
    unused = next(one for one in TOOLS_ON_ACCESS if one.name == "iam_unused")
    with (
        running(with_policy(said), tmp_path, speed=20) as small,
        desk(small) as at,
        pytest.raises(ToolError),
    ):
        await at.run(unused)
