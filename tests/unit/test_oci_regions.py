"""Regions of the local OCI: what is in one is not in the other, and each can fail by itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.oci.tenancy.building import BadTenancy
from tests.unit.oci_running import Running, refused, running
from tests.unit.oci_tenancy import instances, tenancy

HOME, OTHER = "eu-frankfurt-1", "eu-amsterdam-1"


def file() -> Any:
    standby = instances(1)[0] | {"name": "standby", "region": OTHER}
    return tenancy(
        resources={"core": {"Instance": [*instances(1), standby]}},
        metrics=[
            {"namespace": "n", "resource": f"@instance/{name}", "metrics": {"CpuUtilization": {"base": 1}}}
            for name in ("node-1", "standby")
        ],
        events=[
            {
                "at": "-1h",
                "by": "ada",
                "name": "LaunchInstance",
                "source": "ComputeApi",
                "resource": "@instance/standby",
            },
            {
                "at": "-2h",
                "by": "ada",
                "name": "CreateGroup",
                "source": "IdentityControlPlane",
                "resource": "@group/Readers",
            },
        ],
    )


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(file(), tmp_path_factory.mktemp("oci"), speed=1) as one:
        yield one


def client(local: Running, service: str, kind: str, region: str, profile: str = "CHANGE") -> Any:
    made = local.client(service, kind, profile, timeout=10)
    made.base_client.endpoint = made.base_client.endpoint.replace(f"/{service}/", f"/{region}/{service}/")
    return made


def names(local: Running, region: str) -> list[str]:
    compute = client(local, "core", "ComputeClient", region)
    return [one.display_name for one in compute.list_instances(local.ocid("compartment", "prod")).data]


def test_each_region_has_its_own_and_without_a_name_it_is_home(local: Running) -> None:
    assert (names(local, HOME), names(local, OTHER)) == (["node-1"], ["standby"])
    plain = local.client("core", "ComputeClient").list_instances(local.ocid("compartment", "prod")).data
    assert [one.display_name for one in plain] == ["node-1"]


def test_an_identifier_says_its_region_and_is_not_known_in_another(local: Running) -> None:
    compute = client(local, "core", "ComputeClient", OTHER)
    found = compute.list_instances(local.ocid("compartment", "prod")).data[0]
    assert (found.region, found.id.split(".")[3]) == (OTHER, OTHER)
    assert refused(client(local, "core", "ComputeClient", HOME).get_instance, found.id).status == 404


def test_identity_is_known_in_every_region(local: Running) -> None:
    trees = [
        client(local, "identity", "IdentityClient", region)
        .list_compartments(local.root, compartment_id_in_subtree=True)
        .data
        for region in (HOME, OTHER)
    ]
    assert trees[0] == trees[1] != []


def test_metrics_and_audit_stay_in_their_region(local: Running) -> None:
    from oci.monitoring.models import ListMetricsDetails

    prod = local.ocid("compartment", "prod")
    for region, wanted in ((HOME, "node-1"), (OTHER, "standby")):
        found = client(local, "monitoring", "MonitoringClient", region, "DEFAULT").list_metrics(
            prod, ListMetricsDetails()
        )
        assert [one.dimensions["resourceDisplayName"] for one in found.data] == [wanted]
    told = [list(one.tenancy.audit.between(prod, 0, 9e9)) for one in local.server.regions.values()]
    assert ["LaunchInstance" in {one["data"]["eventName"] for one in events} for events in told] == [
        False,
        True,
    ]


def test_what_identity_did_is_in_the_audit_of_the_home_region_alone(local: Running) -> None:
    client(local, "identity", "IdentityClient", OTHER).list_groups(local.root)
    home, other = (
        [event["data"]["eventName"] for event in one.tenancy.audit.between(local.root, 0, 9e9)]
        for one in local.server.regions.values()
    )
    assert {"CreateGroup", "ListGroups"} <= set(home)
    assert not {"CreateGroup", "ListGroups"} & set(other)


def test_one_region_can_be_in_trouble_alone(local: Running) -> None:
    local.local("/local/faults", {"region": OTHER, "status": 503, "times": 9})
    assert names(local, HOME) == ["node-1"]
    assert refused(names, local, OTHER).status == 503
    local.local("/local/faults", method="DELETE")


def test_what_was_stopped_elsewhere_stays_stopped_over_a_restart(tmp_path: Path) -> None:
    with running(file(), tmp_path, speed=1) as local:
        compute = client(local, "core", "ComputeClient", OTHER)
        ident = compute.list_instances(local.ocid("compartment", "prod")).data[0].id
        compute.instance_action(ident, "STOP")
    with running(file(), tmp_path, speed=1) as local:
        assert (
            client(local, "core", "ComputeClient", OTHER).get_instance(ident).data.lifecycle_state
            == "STOPPING"
        )
        assert names(local, HOME) == ["node-1"]


def test_a_name_that_is_in_no_region_is_refused_at_the_start(tmp_path: Path) -> None:
    wrong = tenancy(metrics=[{"namespace": "n", "resource": "@instance/ghost", "metrics": {}}])
    with pytest.raises(BadTenancy, match="@instance/ghost"), running(wrong, tmp_path):
        pass
