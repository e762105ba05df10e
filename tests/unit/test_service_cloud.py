"""The service map over both worlds: which parts of Oracle Cloud a service has, how they are, and what was not seen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.oci_running import Running, running
from tests.unit.oci_service_parts import SERVICES, TILL, file
from tests.unit.oracle_calls import Desk, Reaches, desk
from tools.clients import Clients
from tools.cluster.clusters import Clusters
from tools.errors import AskBack, GiveUp, TryLater
from tools.reads.k8s_diagnose import K8S_DIAGNOSE
from tools.reads.oci_service import OCI_SERVICE
from tools.reads.ops_map import OPS_MAP
from tools.reads.ops_service import OPS_SERVICE
from tools.services.cloud import parts_of
from tools.services.directory import Services
from tools.services.load import ServicesError, parse
from tools.spec import Call


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(file(), tmp_path_factory.mktemp("oci"), speed=50) as one:
        yield one


@pytest.fixture
async def at(local: Running) -> Any:
    with desk(local) as one:
        one.clients.services = Services(None, SERVICES)
        yield one
        await one.clients.close()


def power(local: Running, name: str, action: str) -> None:
    """With the administrator's rights, and until it is done."""
    client = local.client("core", "ComputeClient", "ADMIN")
    ident = local.ocid("instance", name)
    client.instance_action(ident, action)
    wanted = {"STOP": "STOPPED", "START": "RUNNING"}[action]
    for _ in range(200):
        if client.get_instance(ident).data.lifecycle_state == wanted:
            return
    raise AssertionError(f"{name} did not become {wanted}")


def words(found: Any) -> list[str]:
    return [part["words"] for part in found.data["parts"]]


async def test_parts_are_found_by_name_and_by_tag_and_all_of_them_serve(at: Desk, local: Running) -> None:
    found = await at.run(OCI_SERVICE, service="till")
    assert words(found) == [
        "load balancer front is ACTIVE (2 of 2 backends answer)",
        "database books is AVAILABLE (storage 71 %, cpu 20 %)",
        "instance batch-1 is RUNNING",
        "instance web-1 is RUNNING",
        "instance web-2 is RUNNING",
    ]
    assert found.data["healthy"] is True
    assert "5 of 5 parts of till in Oracle Cloud serve." in found.digest
    assert found.ruled_out[0] == "Oracle Cloud: load balancer front is ACTIVE (2 of 2 backends answer)"
    assert found.could_not_see == ()
    assert f"oci:{local.ocid('loadbalancer', 'front')}#health" in [e.ref for e in found.evidence]
    assert found.scope.compartment == "prod"


async def test_an_alias_means_the_same_parts(at: Desk) -> None:
    assert len((await at.run(OCI_SERVICE, service="kasse")).data["parts"]) == 5


async def test_a_stopped_instance_is_a_fault_and_so_are_the_backends_behind_it(
    at: Desk, local: Running
) -> None:
    power(local, "web-2", "STOP")
    try:
        found = await at.run(OCI_SERVICE, service="till")
    finally:
        power(local, "web-2", "START")
    assert words(found)[:2] == [
        "load balancer front gets no answer from 1 of 2 backends: 10.0.0.2:80",
        "instance web-2 is STOPPED",
    ]
    assert found.data["healthy"] is False
    assert "2 of 5 parts of till in Oracle Cloud do not serve." in found.digest
    assert not any("web-2" in line for line in found.ruled_out)


async def test_a_database_at_its_limit_is_a_fault(tmp_path: Any) -> None:
    with running(file(storage=97), tmp_path, speed=50) as local, desk(local) as at:
        at.clients.services = Services(None, SERVICES)
        found = await at.run(OCI_SERVICE, service="till")
        assert (
            words(found)[0] == "database books is at its limit: storage is at 97 % (storage 97 %, cpu 20 %)"
        )
        await at.clients.close()


async def test_a_stopped_database_is_a_fault(tmp_path: Any) -> None:
    stopped = file()
    base = stopped.resources["database"]["AutonomousDatabase"][0].model_copy(update={"state": "STOPPED"})
    kinds = {**stopped.resources, "database": {"AutonomousDatabase": (base,)}}
    with (
        running(stopped.model_copy(update={"resources": kinds}), tmp_path, speed=50) as local,
        desk(local) as at,
    ):
        at.clients.services = Services(None, SERVICES)
        found = await at.run(OCI_SERVICE, service="till")
        assert words(found)[0].startswith("database books is STOPPED")
        await at.clients.close()


async def test_a_service_that_only_a_tag_knows_is_discovered_and_asked_about_by_name(at: Desk) -> None:
    services = await at.clients.known_services()
    assert services.resolve("training").label == "training in lab"
    found = await at.run(OCI_SERVICE, service="training", compartment="lab")
    assert words(found) == ["instance gpu-1 is RUNNING"]


async def test_a_tagged_service_out_of_reach_is_not_named(at: Desk) -> None:
    await at.clients.known_services()
    with pytest.raises(AskBack):
        at.clients.services.resolve("training", None, Reaches("prod"))


async def test_a_service_without_parts_says_so(at: Desk) -> None:
    with pytest.raises(GiveUp, match="name no part of plain"):
        await at.run(OCI_SERVICE, service="plain")


async def test_a_part_that_is_not_there_and_one_that_several_are_called_are_could_not_see(at: Desk) -> None:
    wrong = TILL.replace("load_balancer: front", "load_balancer: frnt")
    at.clients.services = Services(None, parse(wrong))
    found = await at.run(OCI_SERVICE, service="till")
    assert found.could_not_see == ("load balancer frnt: not visible or not there",)
    assert "could not see: load balancer frnt" in found.digest


async def test_a_compartment_that_is_not_there_is_said_and_nothing_is_guessed(at: Desk) -> None:
    at.clients.services = Services(None, parse(TILL.replace("compartment: prod", "compartment: prd")))
    with pytest.raises(TryLater, match="compartment prd of the service map"):
        await at.run(OCI_SERVICE, service="till")


async def test_one_service_of_oracle_that_is_away_costs_its_parts_alone(at: Desk, local: Running) -> None:
    local.local("/local/faults", {"service": "load_balancer", "status": 500, "times": 100})
    found = await at.run(OCI_SERVICE, service="till", seconds=4)
    assert any("load balancer front" in line for line in found.could_not_see)
    assert "instance web-1 is RUNNING" in words(found)
    assert not any("load balancer" in line for line in found.ruled_out)


async def test_what_may_not_be_seen_there_is_not_seen_through_a_service(at: Desk) -> None:
    call = Call(at.clients, datetime.now(UTC), 20, Reaches(), "r1", Reaches("lab"))
    cloud = await parts_of(call, SERVICES["till"])
    assert cloud.parts == ()
    assert cloud.unseen


async def test_the_overview_of_a_service_shows_both_worlds(at: Desk, local: Running) -> None:
    found = await at.run(OPS_SERVICE, service="till")
    assert "till is well" in found.digest
    assert "load balancer front is ACTIVE (2 of 2 backends answer)" in found.digest
    numbered = [line for line in found.digest.splitlines() if line.startswith("instance web-1")]
    number = int(numbered[0].split("[#")[1].rstrip("]"))
    assert found.evidence[number - 1].ref == f"oci:{local.ocid('instance', 'web-1')}#lifecycleState"


async def test_a_look_around_names_the_compartments_that_may_be_seen_alone(at: Desk) -> None:
    found = await at.run(OPS_MAP, paths=("prod", "prod/*"))
    assert "prod" in found.data["compartments"]
    assert not any(path.startswith("lab") for path in found.data["compartments"])
    assert found.data["clusters"] == [] and found.data["entries"] == []


async def test_an_oracle_cloud_that_is_away_is_named_and_nothing_is_said_of_it(
    at: Desk, local: Running
) -> None:
    local.local("/local/faults", {"service": "resource_search", "status": 500, "times": 100})
    found = await at.run(OPS_MAP, seconds=4)
    assert any("Oracle Cloud" in gap for gap in found.could_not_see)
    assert "could not see: Oracle Cloud" in found.digest


async def test_a_service_of_oracle_cloud_alone_is_not_looked_for_in_a_cluster(at: Desk) -> None:
    with pytest.raises(GiveUp, match="till runs in no cluster"):
        await at.run(K8S_DIAGNOSE, service="till")


async def test_without_oracle_cloud_the_overview_says_what_it_did_not_see(at: Desk) -> None:
    clients = Clients(Clusters(()), Services(None, SERVICES))
    call = Call(clients, datetime.now(UTC), 20, Reaches(), "r1")
    found = await OPS_SERVICE.run(call, OPS_SERVICE.args(service="till"))
    assert "not visible from here" in found.digest
    assert "instance role=web" in found.could_not_see[0]
    assert "no Oracle Cloud is configured" in found.could_not_see[0]


def test_words_that_mean_a_place_or_a_service_already_are_no_new_service() -> None:
    tags = [SERVICES["plain"].model_copy(update={"name": name, "discovered": True, "tagged": True, "compartment": "lab"}) for name in ("till", "shop", "new")]  # fmt: skip
    known = parse(
        TILL.replace(
            "    compartment: prod\n", "    workloads: [{cluster: c, namespace: shop, name: till}]\n"
        )
    )
    services = Services(None, known)
    services.learn_tagged(tags)
    assert [s.name for s in services.all()] == ["till", "plain", "new"]
    assert services.named("till").tagged
    assert not services.named("plain").tagged


@pytest.mark.parametrize(
    ("change", "line", "key"),
    [
        (("[role=web, batch-1]", "[role=, batch-1]"), 6, "services.till.instances.0"),
        (("[role=web, batch-1]", "[batch-1, batch-1]"), 6, "'batch-1' is named twice"),
        (("[role=web, batch-1]", "role=web"), 6, "services.till.instances: must be a list"),
        (("load_balancer: front", "load_balancer: ocid1.instance.oc1..x"), 5, "services.till.load_balancer"),
        (("database: books", "database: ocid1.loadbalancer.oc1..x"), 7, "services.till.database"),
        (("load_balancer: front", "loadbalancer: front"), 5, "loadbalancer: unknown key"),
    ],
)
def test_a_mistake_in_a_part_names_line_and_key(change: Any, line: int, key: str) -> None:
    with pytest.raises(ServicesError) as caught:
        parse(TILL.replace(*change))
    assert f"line {line}:" in str(caught.value), str(caught.value)
    assert key in str(caught.value)


async def test_an_ocid_names_a_part(at: Desk, local: Running) -> None:
    named = SERVICES["till"].model_copy(
        update={"instances": (local.ocid("instance", "batch-1"),), "load_balancer": "", "database": ""}
    )
    call = Call(at.clients, datetime.now(UTC), 20, Reaches(), "r1")
    assert [part.name for part in (await parts_of(call, named)).parts] == ["batch-1"]
    far = replace(call, deadline_s=20)
    assert (await parts_of(far, SERVICES["plain"])).parts == ()
