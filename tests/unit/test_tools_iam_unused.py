"""Grants held against what was done: used, unused, nobody's, and what an audit cannot tell."""

from pathlib import Path

import pytest
import yaml

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.access_worlds import GROUPS, TREE, ident, known
from tests.unit.oci_running import running
from tests.unit.oracle_calls import desk
from tools.access.catalogue import catalogue
from tools.access.people import People
from tools.access.usage import Deed, usage
from tools.errors import TryLater
from tools.reads.iam_unused import IAM_UNUSED

SHOP = Path(__file__).parents[2] / "sandbox/scenarios/shop/oracle.yaml"
PEOPLE = People(GROUPS, {}, {"ocid1.group.oc1..d": ("ann", "bob"), "ocid1.group.oc1..o": ()})
MANAGE = "Allow group Devs to manage instances in compartment shop"


def judged(text, *deeds):
    (one,) = known(text)
    found = usage(one, [Deed(who, name, ident(at)) for who, name, at in deeds], PEOPLE, TREE, catalogue())
    return found and (found.verdict.value, found.permissions)


@pytest.mark.parametrize(
    ("text", "deeds", "told"),
    [
        (MANAGE, [("ann", "InstanceAction", "prod")], ("used", ("INSTANCE_POWER_ACTIONS",))),
        (MANAGE, [], ("unused", ())),
        (MANAGE, [("zoe", "InstanceAction", "prod")], ("unused", ())),
        (MANAGE, [("ann", "InstanceAction", "lab")], ("unused", ())),
        (MANAGE, [("ann", "UpdatePolicy", "prod")], ("unused", ())),
        (MANAGE, [("ann", "BrandNewThing", "prod")], ("cannot tell", ())),
        (f"{MANAGE} where request.permission != 'INSTANCE_POWER_ACTIONS'", [("ann", "InstanceAction", "prod")], ("unused", ())),
        ("Allow group Ops to manage instances in tenancy", [], ("nobody is in it", ())),
        ("Allow group Others to manage instances in tenancy", [], ("cannot tell", ())),
        ("Allow group Devs to manage instances in compartment gone", [], ("cannot tell", ())),
        ("Allow group Devs to read all-resources in tenancy", [], None),
        ("Deny group Devs to manage instances in tenancy", [], None),
        ("Allow any-user to manage instances in tenancy", [], None),
    ],
)  # fmt: skip
def test_a_grant_is_used_when_its_people_did_what_it_takes_where_it_counts(text, deeds, told):
    assert judged(text, *deeds) == told


async def test_the_shop_s_grants_are_held_against_its_audit(tmp_path):
    file = TenancyFile.model_validate(yaml.safe_load(SHOP.read_text()))
    with running(file, tmp_path, speed=20) as shop, desk(shop) as at:
        found = await at.run(IAM_UNUSED)
        by = {(one["policy_name"], one["line"]): one for one in found.data["grants"]}
        assert by["data-science", 1]["used"] == ["INSTANCE_CREATE", "VNIC_ATTACH", "VNIC_CREATE"]
        assert by["cloudops", 7]["verdict"] == "unused"
        assert "looks unused" in found.digest
        mine = await at.run(IAM_UNUSED, group="datascience", compartment="shop", paths=("shop",))
        assert mine.data["grants"] == []
        shop.local("/local/faults", {"operation": "list_events", "status": 404, "times": 1})
        part = await at.run(IAM_UNUSED)
        assert part.could_not_see[0].startswith("audit of ")
        assert "unused as far as I could see" in part.digest
        shop.local("/local/faults", {"operation": "list_events", "status": 503, "times": 900})
        with pytest.raises(TryLater):
            await at.run(IAM_UNUSED, seconds=4)
