"""Without a right in the tenancy, what may be seen in single compartments is read, and the others are named."""

import pytest

from agents.redaction import Redactor
from sandbox.scenarios.loader import load
from tests.unit.oci_running import running
from tests.unit.oracle_calls import desk
from tools.errors import ToolError
from tools.reads.cost_advice import COST_ADVICE
from tools.reads.oci_alarm_history import OCI_ALARM_HISTORY
from tools.reads.oci_alarms import OCI_ALARMS
from tools.reads.oci_metric import OCI_METRIC
from tools.reads.oci_metrics import OCI_METRICS
from tools.reads.oci_problems import OCI_PROBLEMS
from tools.reads.oci_secrets import OCI_SECRETS

TREE = ("Allow group CloudOpsReaders to inspect tenancies in tenancy", "Allow group CloudOpsReaders to inspect compartments in tenancy")  # fmt: skip
PLACE = "Allow group CloudOpsReaders to read all-resources in compartment shop:shop-prod"
ASKED = [(OCI_ALARMS, {"firing": False}), (OCI_ALARM_HISTORY, {}), (OCI_METRIC, {"metric": "cpu"}), (OCI_METRICS, {})]  # fmt: skip
AT_HOME = {  # its compartment, what is there, what is elsewhere; and the column of its table that tells them
    OCI_PROBLEMS: ("network", "shop-public", "data-science", 2),
    COST_ADVICE: ("shop:shop-prod", "old-scratch", "bastion-1", 0),
}
SHUT = {"root", "shop", "shop/shop-prod", "shop/shop-stg", "network", "data-science"}
NAMES = [tool.name for tool, _ in ASKED]


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    with running(load("shop").tenancy, tmp_path_factory.mktemp("oci"), speed=20) as one:
        yield one


@pytest.fixture
def at(local):
    with desk(local) as one:
        yield one


def allow(local, *said):
    for region in local.server.regions.values():
        policies = region.tenancy.records.of("identity", "Policy")
        next(one for one in policies if one.name == "cloudops").body["statements"] = [*TREE, *said]


@pytest.mark.parametrize(("tool", "args"), ASKED, ids=NAMES)
async def test_a_right_in_one_compartment_shows_that_one_and_names_the_rest(at, local, tool, args):
    allow(local, "Allow group CloudOpsReaders to read all-resources in tenancy")
    every = await at.run(tool, **args)
    allow(local, PLACE)
    at.oracle.forget()
    some = await at.run(tool, **args)
    assert not any("compartment" in gap and " in eu-" in gap for gap in every.could_not_see)
    assert some.evidence
    missing = [gap for gap in some.could_not_see if gap.startswith("data-science in ")]
    assert missing, some.could_not_see
    assert all("may not see" in gap or "not allow" in gap for gap in missing)
    assert not any(gap.startswith("shop/shop-prod in ") for gap in some.could_not_see)


@pytest.mark.parametrize(("tool", "args"), ASKED, ids=NAMES)
async def test_a_right_nowhere_is_no_empty_answer(at, local, tool, args):
    allow(local)
    at.oracle.forget()
    with pytest.raises(ToolError):
        await at.run(tool, **args)


@pytest.mark.parametrize("tool", AT_HOME, ids=lambda tool: tool.name)
async def test_so_do_cloud_guard_and_the_advisor_which_are_asked_in_one_region(at, local, tool):
    place, seen, hidden, column = AT_HOME[tool]
    path = place.replace(":", "/")
    allow(local, "Allow group CloudOpsReaders to read all-resources in tenancy")
    every = await at.run(tool)
    assert {seen, hidden} <= {row[column] for row in every.tables[0].rows}
    assert not any(" in eu-" in gap for gap in every.could_not_see)
    allow(local, f"Allow group CloudOpsReaders to read all-resources in compartment {place}")
    at.oracle.forget()
    for some in (await at.run(tool), await at.run(tool, compartment=path)):
        assert [row[column] for row in some.tables[0].rows] == [seen]
        assert hidden not in str(some.data)
        assert not any(gap.startswith(path) for gap in some.could_not_see)
    missing = [gap for gap in (await at.run(tool)).could_not_see if " in eu-frankfurt-1: " in gap]
    shut = {gap.partition(" in eu-")[0] for gap in missing}
    assert shut == SHUT - {path}
    allow(local)
    at.oracle.forget()
    with pytest.raises(ToolError):
        await at.run(tool)


async def test_what_oracle_writes_of_a_proposal_is_missed_by_name(at, local):
    """The recommendation is the tenancy's."""
    allow(local, PLACE)
    at.oracle.forget()
    gaps = (await at.run(COST_ADVICE)).could_not_see
    assert "what Oracle writes of 1 proposal: I may not see its recommendation" in gaps


async def test_the_age_of_a_secret_that_is_called_a_password_is_not_taken_for_one(at, local):
    allow(local, "Allow group CloudOpsReaders to read all-resources in tenancy")
    found = await at.run(OCI_SECRETS)
    clean = Redactor().clean
    assert "reports-db-password" in found.digest
    assert clean(found.digest) == found.digest
    for one in found.evidence:
        text = f"Evidence: {one.label}: {one.value}"
        assert clean(text) == text
        assert "days ago" in text or "not known" in text
    assert "[redacted" in clean("reports-db-password: hunter2-is-it")
