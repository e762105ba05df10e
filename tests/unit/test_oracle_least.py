"""docs/oracle-cloud.md: a user with exactly a domain's statements can run its tools; without any one, a tool says what it lacks."""

import pytest

from sandbox.scenarios.loader import load
from tests.unit.oci_running import running
from tests.unit.oracle_calls import desk
from tools.access.catalogue import catalogue
from tools.access.statements import parse
from tools.errors import AskBack, ToolError
from tools.oracle.least import ALWAYS, DOMAINS, statements
from tools.registry import TOOLS

BY_NAME = {one.name: one for one in TOOLS}
OWN = {"cost_savings"}  # reads our own record and asks Oracle nothing
INSTANCE = "train-recsys-1"
ARGS = {
    "oci_query": {"query": "CpuUtilization[5m].mean()", "metric_namespace": "oci_computeagent"},
    "oci_metric": {"metric": "cpu"},
    "oci_trend": {"metric": "cpu"},
    "oci_instance": {"resource": INSTANCE},
    "oci_describe": {"resource": INSTANCE},
    "oci_service": {"service": "reports"},
    "oci_console": {"resource": "oke-pool1-b"},
    "cost_of_change": {"resource": INSTANCE, "change": "stop"},
    "iam_who_can": {"verb": "use", "resource": "instances"},
    "iam_what_can": {"who": "Platform"},
    "iam_why_not": {"who": "Platform", "verb": "use", "resource": "instances"},
    "iam_diff": {"add": "Allow group Platform to read buckets in tenancy"},
}
ALWAYS_SAID = (
    "database systems (not autonomous)",
    "days from",
    "a budget names",
    "Cloud Advisor names",
    "what is planned",
    "CIS 1.",
    "credentials of 2 users of other identity domains",
)


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    tenancy = load("shop").tenancy
    assert tenancy is not None
    with running(tenancy, tmp_path_factory.mktemp("oci"), speed=20) as one:
        yield one


@pytest.fixture
def at(local):
    with desk(local) as one:
        yield one


def allow(local, said):
    """The policy of the bot's principals becomes these statements, in every region."""
    for region in local.server.regions.values():
        policies = region.tenancy.records.of("identity", "Policy")
        next(one for one in policies if one.name == "cloudops").body["statements"] = list(said)


async def lacks(at, name):
    """What the tool says that it lacks; empty when it lacks nothing."""
    at.oracle.forget()
    try:
        found = await at.run(BY_NAME[name], **ARGS.get(name, {}))
    except (ToolError, AskBack) as error:
        return (str(error),)
    return tuple(one for one in found.could_not_see if not one.startswith(ALWAYS_SAID))


async def some_lacks(at, names):
    for name in names:
        if await lacks(at, name):
            return True
    return False


def test_every_tool_of_oracle_cloud_is_in_one_domain():
    named = [tool for domain in DOMAINS for tool in domain.needs]
    assert len(named) == len(set(named))
    assert set(named) | OWN == {one for one in BY_NAME if one.startswith(("oci_", "cost_", "iam_"))}


@pytest.mark.parametrize("right", sorted({r for domain in DOMAINS for r in domain.rights} | set(ALWAYS)))
def test_each_right_is_in_the_language_and_where_oracle_lists_its_type_the_verb_adds_to_it(right):
    verb, kind = right.split()
    assert parse(f"Allow group G to {right} in tenancy")
    known = catalogue()
    if kind in known.types and verb == "read":
        assert known.types[kind].upto("read")


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda one: one.name)
async def test_exactly_these_statements_are_enough(local, at, domain):
    allow(local, statements(domain))
    said = {name: await lacks(at, name) for name in domain.needs}
    assert not any(said.values()), [f"{k}: {v}" for k, v in said.items() if v]


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda one: one.name)
async def test_without_any_one_of_them_a_tool_says_what_it_lacks(local, at, domain):
    untold = []
    for statement in statements(domain):
        kind = statement.split()[5]
        allow(local, [one for one in statements(domain) if one != statement])
        tools = [n for n, rights in domain.needs.items() if any(r.endswith(f" {kind}") for r in rights)]
        if not await some_lacks(at, tools or list(domain.needs)[:1]):
            untold.append(statement)
    assert not untold, "\n".join(untold)
