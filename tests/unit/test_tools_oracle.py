"""What the Oracle tools find, name, leave out and admit not to see."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.oci_running import Running, running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import Desk, desk
from tools.clients import Clients
from tools.cluster.clusters import Clusters
from tools.errors import AskBack, GiveUp, NotAllowed, TryLater
from tools.oracle.searching import kind_of
from tools.reads.oci_instance import OCI_INSTANCE
from tools.reads.oci_resources import OCI_RESOURCES
from tools.services.directory import Services

COUNT = 45


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    usual = instances(COUNT, freeformTags={"team": "shop"})
    quiet = [
        one | {"name": f"db-{n}", "in": "prod-data", "state": "STOPPED"} for n, one in enumerate(instances(2))
    ]
    file = tenancy(resources={"core": {"Instance": [*usual, *quiet]}})
    with running(file, tmp_path_factory.mktemp("oci"), speed=20) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


async def test_resources_are_counted_by_kind_and_state_with_their_compartment(at):
    found = await at.run(OCI_RESOURCES, kind="instances", compartment="prod")
    assert found.data["total"] == COUNT + 2
    assert found.data["states"] == {"RUNNING": COUNT, "STOPPED": 2}
    assert "47 resources: 47 Instance." in found.digest
    assert "showing 40 of 47" in found.digest
    assert (found.scope.compartment, found.scope.region) == ("prod", "2 regions")
    assert found.evidence[0].ref.startswith("oci:ocid1.instance.")
    assert found.raw is not None
    assert found.raw.count("Instance node-") == COUNT


async def test_resources_are_found_by_part_of_the_name_and_by_state_in_any_case(at):
    assert [one["name"] for one in (await at.run(OCI_RESOURCES, name="NODE-7")).data["resources"]] == [
        "node-7"
    ]
    stopped = await at.run(OCI_RESOURCES, kind="instance", state="stopped")
    assert {one["compartment"] for one in stopped.data["resources"]} == {"prod/prod-data"}
    assert (await at.run(OCI_RESOURCES, kind="instance", compartment="lab")).digest == "0 resources."


async def test_what_a_person_may_not_see_is_not_there_for_them(at):
    found = await at.run(OCI_RESOURCES, kind="instance", paths=("prod/prod-data",))
    assert {one["name"] for one in found.data["resources"]} == {"db-0", "db-1"}
    with pytest.raises(AskBack) as asked:
        await at.run(OCI_RESOURCES, compartment="prod", paths=("lab",))
    assert asked.value.options == ("lab",)
    with pytest.raises(NotAllowed):
        await at.run(OCI_RESOURCES, paths=("nowhere",))


async def test_a_region_that_does_not_answer_is_named_and_the_rest_is_shown(at, local):
    local.local("/local/faults", {"operation": "search_resources", "status": 404, "times": 1})
    found = await at.run(OCI_RESOURCES, kind="instance", compartment="prod")
    assert len(found.could_not_see) == 1
    assert "does not exist, or I may not see it" in found.could_not_see[0]
    local.local("/local/faults", {"operation": "search_resources", "status": 404, "times": 2})
    with pytest.raises(GiveUp):
        await at.run(OCI_RESOURCES, kind="instance", compartment="prod")


async def test_an_unknown_region_or_compartment_is_asked_back(at):
    with pytest.raises(AskBack) as asked:
        await at.run(OCI_RESOURCES, region="us-ashburn-1")
    assert asked.value.options == ("eu-frankfurt-1", "eu-amsterdam-1")
    assert (await at.run(OCI_RESOURCES, region="Frankfurt", kind="instance")).scope.region == "eu-frankfurt-1"
    with pytest.raises(AskBack):
        await at.run(OCI_RESOURCES, compartment="data'; drop")


async def test_an_instance_is_described_with_evidence(at, local):
    found = await at.run(OCI_INSTANCE, resource="node-3")
    ident = local.ocid("instance", "node-3")
    assert found.data["id"] == ident
    assert found.data["facts"]["state"] == "RUNNING"
    assert found.data["facts"]["compartment"] == "prod"
    assert found.data["facts"]["tags"] == "team=shop"
    assert {one.ref for one in found.evidence} >= {f"oci:{ident}#lifecycleState", f"oci:{ident}#shape"}
    assert found.data["etag"]
    assert (await at.run(OCI_INSTANCE, resource=ident.upper())).data["name"] == "node-3"


async def test_an_instance_that_several_names_fit_is_asked_back(at):
    with pytest.raises(AskBack) as asked:
        await at.run(OCI_INSTANCE, resource="db")
    assert asked.value.options[0].endswith("in prod/prod-data, eu-frankfurt-1")
    with pytest.raises(AskBack, match="I see no instance"):
        await at.run(OCI_INSTANCE, resource="web")


async def test_network_and_work_requests_that_cannot_be_seen_are_said(at, local):
    for operation in ("list_vnic_attachments", "list_work_requests"):
        local.local("/local/faults", {"operation": operation, "status": 404, "times": 1})
    found = await at.run(OCI_INSTANCE, resource="node-4")
    assert sorted(text.split(":")[0] for text in found.could_not_see) == ["network", "work requests"]


async def test_oracle_that_is_away_is_an_error_and_never_an_empty_list(at, local):
    local.local("/local/faults", {"operation": "search_resources", "status": 503, "times": 50})
    with pytest.raises(TryLater):
        await at.run(OCI_RESOURCES, seconds=4)


async def test_without_oracle_cloud_the_setting_is_named(at):
    at.clients = Clients(Clusters(()), Services.load(None))
    with pytest.raises(GiveUp, match="OCI_CONFIG_FILE"):
        await at.run(OCI_RESOURCES)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Instances", "instance"),
        ("load balancers", "loadbalancer"),
        ("policies", "policy"),
        ("databases", "autonomousdatabase"),
        ("db_system", "dbsystem"),
    ],
)
def test_kinds_are_read_as_people_write_them(word: Any, kind: Any) -> None:
    assert kind_of(word) == kind
