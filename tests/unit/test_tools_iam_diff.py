"""What a policy change would add or take: by permission, place and person, and nothing is changed by asking."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.access_worlds import GROUPS, TREE, group, known
from tests.unit.oci_running import Running, running
from tests.unit.oracle_calls import Desk, desk
from tools.access.catalogue import catalogue
from tools.access.changing import Change, deltas, holders
from tools.errors import AskBack, TryLater
from tools.reads.iam_diff import IAM_DIFF

SHOP = Path(__file__).parents[2] / "sandbox/scenarios/shop/oracle.yaml"
TERMINATE = "Allow group Platform to {INSTANCE_DELETE} in compartment shop"


def differs(before, after, who="Devs"):
    """(place, gains, perhaps, loses) of a group, from the texts of two sets of statements."""
    old, new = known(*before), known(*after)
    found = deltas(Change(old, new, ()), group(who), TREE, catalogue())
    return [
        (one.at.path, sorted(one.gains.sure), sorted(one.gains.perhaps), sorted(one.loses.sure))
        for one in found
    ]


LIST = "Allow group Devs to {INSTANCE_DELETE} in compartment shop"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([], [LIST], [("shop", ["INSTANCE_DELETE"], [], [])]),
        ([LIST], [], [("shop", [], [], ["INSTANCE_DELETE"])]),
        ([LIST], [LIST, "Allow group Devs to {INSTANCE_DELETE} in compartment shop:prod"], []),
        (["Allow group Devs to manage all-resources in tenancy"], ["Allow group Devs to manage all-resources in tenancy", LIST], []),
        ([], [f"{LIST} where request.region = 'phx'"], [("shop", [], ["INSTANCE_DELETE"], [])]),
        ([f"{LIST} where request.region = 'phx'"], [LIST], [("shop", ["INSTANCE_DELETE"], [], [])]),
        ([LIST], [LIST, "Deny group Devs to {INSTANCE_DELETE} in compartment shop:prod"], [("shop/prod", [], [], ["INSTANCE_DELETE"])]),
        ([LIST], [LIST, "Deny any-user to {INSTANCE_DELETE} in tenancy where request.region = 'phx'"], [("shop", [], [], ["INSTANCE_DELETE"])]),
        ([], ["Allow group Ops to {INSTANCE_DELETE} in compartment shop"], []),
        ([], ["Allow any-user to {INSTANCE_DELETE} in compartment lab"], [("lab", ["INSTANCE_DELETE"], [], [])]),
        ([], ["Allow group Devs to {INSTANCE_DELETE} in tenancy"], [("root", ["INSTANCE_DELETE"], [], [])]),
    ],
)  # fmt: skip
def test_only_what_is_new_is_said_and_only_where_it_begins(before, after, told):
    assert differs(before, after) == told


def test_no_deny_takes_anything_from_the_administrators():
    grant = "Allow group Administrators to {INSTANCE_DELETE} in tenancy"
    assert differs([grant], [grant, "Deny any-user to {INSTANCE_DELETE} in tenancy"], "Administrators") == []


def test_whom_statements_are_about_is_told_by_name_and_ocid():
    found = holders(
        known(
            "Allow group devs, id ocid1.group.oc1..o to {A} in tenancy",
            "Allow service faas to {A} in tenancy",
            "Allow any-user to {A} in tenancy",
            "Endorse group Ops to {A} in any-tenancy",
        ),
        {"group": GROUPS},
    )
    assert [(one.kind, one.name) for one in found] == [
        ("group", "Devs"),
        ("group", "Ops"),
        ("service", "faas"),
        ("any-user", ""),
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    file = TenancyFile.model_validate(yaml.safe_load(SHOP.read_text()))
    with running(file, tmp_path_factory.mktemp("shop"), speed=20) as one:
        yield one


@pytest.fixture
def at(shop: Running) -> Iterator[Desk]:
    with desk(shop) as one:
        yield one


async def test_a_new_statement_is_told_by_group_place_and_person_and_nothing_is_written(at, shop):
    found = await at.run(IAM_DIFF, add=TERMINATE)
    (change,) = found.data["changes"]
    assert (change["who"]["name"], change["compartment"], change["gains"]) == (
        "Platform",
        "shop",
        ["INSTANCE_DELETE"],
    )
    assert found.data["users"] == {"gaining": ["bob@shop.example", "dave@shop.example"], "already": []}
    calls = json.dumps(shop.local("/local/calls"))
    assert not {"create_policy", "update_policy", "delete_policy"} & set(calls.split('"'))


async def test_what_somebody_has_already_is_nothing_new_and_a_broken_rule_is_named(at):
    again = await at.run(IAM_DIFF, add="Allow group DataScience to read buckets in tenancy")
    assert again.data["changes"] == []
    assert again.digest.startswith("Nothing would change")
    risky = await at.run(IAM_DIFF, add="Allow group Finance to manage policies in compartment network")
    assert risky.data["breaks"] == ["TOXIC policies: group Finance may write policies, and so give itself everything, in network (POLICY_CREATE)"]  # fmt: skip


async def test_a_policy_is_edited_and_a_statement_removed(at, shop):
    wide = "allow group DataScience  to manage all-resources in tenancy"
    found = await at.run(IAM_DIFF, remove=wide)
    assert "no longer surely may" in found.digest
    assert found.evidence[0].ref == f"oci:{shop.ocid('policy', 'data-science')}#statements[0]"
    edit = await at.run(
        IAM_DIFF, policy="finance", replace=True, add="Allow group Finance to read usage-report in tenancy"
    )
    assert [one["loses"] for one in edit.data["changes"]] == [["COMPARTMENT_INSPECT"]]


async def test_what_is_no_statement_or_no_policy_is_asked_back(at):
    for given, said in (
        ({"add": "Allow group X mange"}, "column 15"),
        ({"remove": "Allow group X to manage y in tenancy"}, "no statement"),
        ({"policy": "none", "add": TERMINATE}, "no policy"),
        ({"replace": True}, "Which policy"),
        ({}, "Which statement"),
    ):
        with pytest.raises(AskBack, match=said):
            await at.run(IAM_DIFF, **given)


async def test_members_that_cannot_be_read_are_named_and_policies_end_it(at, shop):
    shop.local("/local/faults", {"operation": "list_user_group_memberships", "status": 404, "times": 9})
    found = await at.run(IAM_DIFF, add=TERMINATE)
    assert found.data["complete"] is False
    assert found.could_not_see[0].startswith("members: ")
    shop.local("/local/faults", {"operation": "list_policies", "status": 503, "times": 90})
    with pytest.raises(TryLater):
        await at.run(IAM_DIFF, add=TERMINATE, seconds=4)
