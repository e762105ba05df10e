"""What somebody may do, why not, which statements there are and who is in dynamic groups, asked of the shop's tenancy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.oci_running import Running, running
from tests.unit.oracle_calls import Desk, desk
from tools.errors import AskBack, GiveUp, NotAllowed, TryLater
from tools.reads.iam_dynamic_groups import IAM_DYNAMIC_GROUPS
from tools.reads.iam_statements import IAM_STATEMENTS
from tools.reads.iam_what_can import IAM_WHAT_CAN
from tools.reads.iam_why_not import IAM_WHY_NOT

SHOP = Path(__file__).parents[2] / "sandbox/scenarios/shop/oracle.yaml"
MORE = {
    "User": [{"name": "data", "fields": {"description": "an unlucky name"}}],
    "Group": [{"name": "data", "fields": {"description": "an unlucky name"}}],
    "DynamicGroup": [
        {"name": "anything-made", "fields": {"description": "d", "matchingRule": "ANY {instance.compartment.id = '@compartment/shop-prod'}"}},
        {"name": "broken-rule", "fields": {"description": "d", "matchingRule": "ALL {resource.type 'x'}"}},
    ],
    "Policy": [
        {
            "name": "partners",
            "fields": {
                "description": "p",
                "statements": [
                    "Define tenancy Acme as ocid1.tenancy.oc1..acme",
                    "Admit group Auditors of tenancy Acme to read audit-events in tenancy",
                    "Endorse group Platform to read buckets in tenancy Beta",
                    "Allow group Platform to fly",
                ],
            },
        }
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    body = yaml.safe_load(SHOP.read_text())
    for kind, items in MORE.items():
        body["resources"]["identity"][kind] += items
    file = TenancyFile.model_validate(body)
    with running(file, tmp_path_factory.mktemp("shop"), speed=20) as one:
        yield one


@pytest.fixture
def at(shop: Running) -> Iterator[Desk]:
    with desk(shop) as one:
        yield one


async def test_a_user_holds_what_their_groups_hold_less_what_a_deny_takes(at, shop):
    found = await at.run(IAM_WHAT_CAN, who="erin", compartment="shop-prod")
    sure = set(found.data["permissions"]["sure"])
    assert "INSTANCE_CREATE" in sure
    assert not sure & {"INSTANCE_DELETE", "VOLUME_DELETE"}
    assert found.data["groups"] == ["DataScience"]
    assert [row["through"] for row in found.data["grants"]] == ["group DataScience"]
    assert [row["ref"] for row in found.data["denies"]] == [
        f"oci:{shop.ocid('policy', 'guardrails')}#statements[0]"
    ]
    everywhere = await at.run(IAM_WHAT_CAN, who="user erin@shop.example")
    assert "INSTANCE_DELETE" in everywhere.data["permissions"]["sure"]


async def test_what_only_a_request_decides_is_perhaps_and_what_lies_below_is_marked(at):
    network = await at.run(IAM_WHAT_CAN, who="group Platform", compartment="network")
    assert network.data["permissions"]["sure"] == []
    assert "INSTANCE_DELETE" in network.data["permissions"]["perhaps"]
    below = await at.run(IAM_WHAT_CAN, who="Platform")
    assert {row["standing"] for row in below.data["grants"]} == {"below"}
    assert "that leaves nothing there itself" in below.digest
    shop_only = await at.run(IAM_WHAT_CAN, who="Platform", compartment="shop", paths=("shop",))
    assert "network" not in shop_only.digest


async def test_a_name_that_fits_nobody_or_two_is_asked_back(at):
    with pytest.raises(AskBack) as two:
        await at.run(IAM_WHAT_CAN, who="data")
    assert two.value.options == ("user data", "group data")
    assert (await at.run(IAM_WHAT_CAN, who="group data")).data["grants"] == []
    with pytest.raises(AskBack, match="I see no user, group or dynamic group"):
        await at.run(IAM_WHAT_CAN, who="nobody at all")
    with pytest.raises(AskBack, match="In which compartment"):
        await at.run(IAM_WHAT_CAN, who="Platform", paths=("shop",))


async def test_the_root_is_called_root_and_tenancy(at):
    for word in ("root", "tenancy", "the tenancy"):
        found = await at.run(IAM_WHAT_CAN, who="Platform", compartment=word)
        assert found.scope.compartment == "root"
    with pytest.raises(AskBack, match="I see no compartment 'tenancy'"):
        await at.run(IAM_WHAT_CAN, who="Platform", compartment="tenancy", paths=("shop",))


async def test_policies_that_cannot_be_read_are_said_and_groups_that_cannot_end_it(at, shop):
    shop.local("/local/faults", {"operation": "list_policies", "status": 404, "times": 1})
    found = await at.run(IAM_WHAT_CAN, who="Platform")
    assert found.data["complete"] is False
    assert "may not see it" in found.could_not_see[0]
    shop.local("/local/faults", {"operation": "list_user_group_memberships", "status": 404, "times": 9})
    with pytest.raises(GiveUp):
        await at.run(IAM_WHAT_CAN, who="erin")
    shop.local("/local/faults", {"operation": "list_policies", "status": 503, "times": 90})
    with pytest.raises(TryLater):
        await at.run(IAM_WHAT_CAN, who="Platform", seconds=4)


@pytest.mark.parametrize(
    ("who", "verdict", "because"),
    [
        ("erin", "may not", "taken away by a deny of guardrails"),
        ("bob", "cannot tell", "not everything could be read"),
        ("alba", "may", "What grants it stands below"),
        ("cluster-autoscaler", "may", ""),
    ],
)
async def test_why_somebody_may_not_is_said_with_its_proof(at, who, verdict, because):
    """One statement of the tenancy cannot be read: so that nothing else grants it cannot be known."""
    found = await at.run(
        IAM_WHY_NOT, who=who, verb="terminate", resource="instances", compartment="shop-prod"
    )
    assert found.data["verdict"] == verdict
    assert because in found.digest
    assert "group Administrators" in found.data["others"] or who == "alba"


async def test_what_was_nearly_a_grant_says_what_is_missing(at):
    found = await at.run(
        IAM_WHY_NOT, who="bob", verb="terminate", resource="instances", compartment="shop-prod"
    )
    assert [one["missing"] for one in found.data["nearly"]] == ["condition", "place", "verb"]
    assert "the request" not in found.digest.splitlines()[0]
    hidden = await at.run(IAM_WHY_NOT, who="bob", verb="terminate", resource="instances", compartment="shop-prod", paths=("shop",))  # fmt: skip
    assert "network" not in hidden.digest


async def test_statements_are_listed_by_kind_text_and_policy(at):
    found = await at.run(IAM_STATEMENTS)
    assert found.data["total"] == 28
    crossing = await at.run(IAM_STATEMENTS, kind="cross-tenancy")
    assert [row["kind"] for row in crossing.data["statements"]] == [
        "define",
        "endorse",
        "define",
        "admit",
        "endorse",
    ]
    admit, endorse = crossing.data["crossing"][3:]
    assert (admit["defined"], admit["undefined"]) == ({"Acme": "ocid1.tenancy.oc1..acme"}, [])
    assert endorse["undefined"] == ["Beta"]
    broken = await at.run(IAM_STATEMENTS, kind="unreadable")
    assert broken.data["statements"][0]["error"].startswith("column 25")
    assert broken.could_not_see == ("statement 4 of policy partners: not in the language (column 25)",)
    named = await at.run(IAM_STATEMENTS, policy="guard", text="datascience")
    assert [row["kind"] for row in named.data["statements"]] == ["deny"]


async def test_statements_of_compartments_that_one_may_not_see_are_left_out(at):
    found = await at.run(IAM_STATEMENTS, compartment="shop-stg", paths=("shop/shop-stg",))
    said = " ".join(row["statement"] for row in found.data["statements"])
    assert "in compartment network" not in said
    assert "shop-prod" not in said
    assert "Administrators" in said


async def test_rules_are_held_against_what_is_there(at):
    found = await at.run(IAM_DYNAMIC_GROUPS)
    by_name = {one["name"]: one for one in found.data["groups"]}
    assert {one["type"] for one in by_name["oke-nodes"]["members"]} >= {"instance", "loadbalancer"}
    made = by_name["anything-made"]
    assert (made["whole_compartment"], made["statements"]) == (True, [])
    assert {one["compartment"] for one in made["members"]} == {"shop/shop-prod"}
    assert by_name["broken-rule"]["error"].startswith("column")
    assert "Taking in whatever is made in a compartment: anything-made, notebooks." in found.digest
    with pytest.raises(AskBack):
        await at.run(IAM_DYNAMIC_GROUPS, name="none such")
    with pytest.raises(NotAllowed):
        await at.run(IAM_DYNAMIC_GROUPS, paths=("shop",))


async def test_without_the_search_no_rule_is_said_to_match_nothing(at, shop):
    shop.local("/local/faults", {"operation": "search_resources", "status": 503, "times": 90})
    with pytest.raises(TryLater):
        await at.run(IAM_DYNAMIC_GROUPS, seconds=4)
