"""Each kind of trouble changes the score of the local Oracle Cloud by its stated arithmetic, and what is not known is named."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.oci_running import Running, running
from tests.unit.oci_service_parts import backend, network
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import Desk, desk
from tools.oracle.least import DOMAINS, statements
from tools.reads.oci_health import OCI_HEALTH

CHECK = {"protocol": "HTTP", "port": 80, "urlPath": "/", "returnCode": 200, "responseBodyRegex": ".*"}
USUAL = {"base": 40, "day": 10, "noise": 3, "unit": "percent", "high": 100}
BUSY = USUAL | {"then": [{"at": "-5h", "base": 92, "day": 2, "noise": 2}]}
IDLE = USUAL | {"then": [{"at": "-5h", "base": 1, "day": 0, "noise": 0.2}]}
BURST = USUAL | {"then": [{"at": "-40h", "base": 92, "day": 2, "noise": 2}, {"at": "-30h", "base": 40, "day": 10, "noise": 3}]}  # fmt: skip


def balancer(name: str, *addresses: str) -> dict[str, Any]:
    fields = {
        "shapeName": "flexible", "isPrivate": False, "ipAddresses": [], "subnetIds": ["@subnet/net"],
        "backendSets": {"web": {"name": "web", "policy": "ROUND_ROBIN", "healthChecker": CHECK, "backends": [backend(one) for one in addresses]}},
    }  # fmt: skip
    return {"name": name, "in": "prod", "fields": fields}


def flat(name: str, health: str) -> dict[str, Any]:
    fields = {"subnetId": "@subnet/net", "ipAddresses": []}
    return {"name": name, "in": "prod", "fields": fields, "aside": {"health": health}}


def alarm(name: str, threshold: int, severity: str) -> dict[str, Any]:
    fields = {
        "metricCompartmentId": "@compartment/prod", "namespace": "oci_computeagent", "severity": severity, "destinations": [],
        "query": f'CpuUtilization[1m]{{resourceDisplayName = "node-1"}}.mean() > {threshold}', "pendingDuration": "PT1M", "isEnabled": True,
    }  # fmt: skip
    return {"name": name, "in": "prod", "created": "-50d", "fields": fields}


def problem(name: str, risk: str, detail: str = "OPEN", **more: Any) -> dict[str, Any]:
    fields = {
        "detectorRuleId": name.upper(), "detectorId": "IAAS_CONFIGURATION_DETECTOR", "riskLevel": risk, "lifecycleDetail": detail,
        "timeFirstDetected": "~-26d", "timeLastDetected": "~-2h", "labels": [],
    }  # fmt: skip
    return {"name": name, "in": "prod", "created": "-26d", "fields": fields | more}


def work(name: str, status: str, ago: str) -> dict[str, Any]:
    about = {"actionType": "CREATED", "entityType": "instance", "identifier": "@instance/node-2"}
    fields = {
        "operationType": f"Launch {name}", "status": status, "percentComplete": 100.0, "timeAccepted": f"~-{ago}", "resources": [about],
    }  # fmt: skip
    return {"name": name, "in": "prod", "created": f"-{ago}", "fields": fields, "aside": {"logs": [], "errors": []}}  # fmt: skip


def limit(name: str, used: int, most: int) -> dict[str, Any]:
    fields = {"name": name, "scopeType": "REGION", "value": most}
    return {"name": name, "fields": fields, "aside": {"service": "compute", "used": used, "about": name}}


def emits(resource: str, course: dict[str, Any]) -> dict[str, Any]:
    return {"namespace": "oci_computeagent", "resource": f"@instance/{resource}", "metrics": {"CpuUtilization": course}}  # fmt: skip


def whole() -> Any:
    nodes = [one | {"created": "-60d"} for one in instances(4)]
    young = instances(1)[0] | {"name": "young", "created": "-2h"}
    addresses = {"node-1": "10.0.0.1", "node-2": "10.0.0.2"}
    disk = {"availabilityDomain": "AD-1", "sizeInGBs": 50, "sizeInMBs": 51200}
    core = {
        "Instance": [*nodes, young],
        "Volume": [{"name": "torn", "in": "prod", "fields": disk | {"lifecycleState": "FAULTY"}}],
        **{kind: [network(n, a)[kind] for n, a in addresses.items()] for kind in ("Vnic", "VnicAttachment")},
    }
    return tenancy(
        resources={
            "core": core,
            "monitoring": {"Alarm": [alarm("hot", 80, "CRITICAL"), alarm("warm", 70, "WARNING"), alarm("cold", 99, "ERROR")]},
            "load_balancer": {"LoadBalancer": [
                balancer("well", "10.0.0.1"), balancer("half", "10.0.0.1", "10.0.0.9"), balancer("gone", "10.0.0.8", "10.0.0.9"),
            ]},
            "network_load_balancer": {"NetworkLoadBalancer": [flat("flat-well", "OK"), flat("flat-bad", "WARNING"), flat("flat-dark", "UNKNOWN"), flat("flat-mute", "")]},
            "cloud_guard": {"Problem": [
                problem("ports", "CRITICAL", resourceId="ocid1.securitylist.oc1..x", resourceName="list"), problem("keys", "HIGH"),
                problem("tags", "LOW"), problem("old", "CRITICAL", "RESOLVED"),
            ]},
            "work_requests": {"WorkRequest": [work("late", "FAILED", "50m"), work("past", "FAILED", "30h"), work("fine", "SUCCEEDED", "5m")]},
            "limits": {"LimitValueSummary": [limit("full-count", 12, 12), limit("near-count", 9, 10), limit("free-count", 1, 10)]},
        },
        metrics=[emits("node-1", BUSY), emits("node-2", USUAL), emits("node-3", IDLE), emits("node-4", BURST), emits("young", BUSY)],
    )  # fmt: skip


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(whole(), tmp_path_factory.mktemp("oci"), speed=1) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


@pytest.fixture(scope="module")
def found(local: Running) -> Any:
    with desk(local) as one:
        return asyncio.run(one.run(OCI_HEALTH))


def part(found: Any, name: str) -> tuple[str, str]:
    one = next(one for one in found.data["parts"] if one["name"] == name and one["kind"] != "compartment")
    return one["kind"], one["arithmetic"]


def test_every_kind_costs_what_is_stated(found):
    lost = {
        "alarms": 33,
        "states": 30,
        "balancers": 45,
        "problems": 23,
        "work": 5,
        "metrics": 12,
        "limits": 14,
    }
    assert found.data["lost"] == lost
    assert "balancers: 1 CRITICAL, 2 WARNING; 60, of which 45 count" in found.data["arithmetic"]
    assert found.data["score"] == 0
    where = {one["name"]: one["score"] for one in found.data["parts"] if one["kind"] == "compartment"}
    assert set(where) == {"prod", "root"}
    assert where["root"] == 100 - 14, "limits are the tenancy's own"


@pytest.mark.parametrize(
    ("name", "kind", "arithmetic"),
    [
        ("hot", "alarm", "100 - 25 (alarms: 1 CRITICAL) = 75"),
        ("warm", "alarm", "100 - 8 (alarms: 1 WARNING) = 92"),
        ("torn", "resource", "100 - 30 (states: 1 FAULTY) = 70"),
        ("gone", "resource", "100 - 30 (balancers: 1 CRITICAL) = 70"),
        ("half", "resource", "100 - 15 (balancers: 1 WARNING) = 85"),
        ("flat-bad", "resource", "100 - 15 (balancers: 1 WARNING) = 85"),
        ("list", "resource", "100 - 15 (problems: 1 CRITICAL) = 85"),
        ("KEYS", "problem", "100 - 8 (problems: 1 HIGH) = 92"),
        ("Launch late", "work request", "100 - 5 (work: 1 FAILED) = 95"),
        ("node-1", "resource", "100 - 6 (metrics: 1 ABOVE) = 94"),
        ("node-3", "resource", "100 - 6 (metrics: 1 BELOW) = 94"),
        ("compute full-count", "limit", "100 - 10 (limits: 1 FULL) = 90"),
        ("compute near-count", "limit", "100 - 4 (limits: 1 NEAR) = 96"),
    ],
)
def test_each_thing_that_has_trouble_has_its_own_score_and_is_called_what_it_is(
    found, name, kind, arithmetic
):
    assert part(found, name) == (kind, arithmetic)


def test_what_is_well_over_or_little_costs_nothing(found):
    named = {one["name"] for one in found.data["parts"]}
    clear = {"cold", "well", "flat-well", "flat-dark", "flat-mute", "TAGS", "OLD", "Launch past", "Launch fine", "node-2", "node-4", "young", "compute free-count"}  # fmt: skip
    assert not named & clear


def test_what_is_not_known_is_named_and_not_called_healthy(found):
    assert "health of load balancers that is not told (UNKNOWN): flat-dark, flat-mute" in found.could_not_see
    assert "of what could be seen" in found.digest
    assert "1 series too young to be judged." in found.digest
    assert "out of the band of their own 14 days" in found.digest


async def test_a_part_of_the_tenancy_has_no_limits_of_its_own(at):
    found = await at.run(OCI_HEALTH, compartment="prod")
    assert "limits" not in found.data["lost"]
    assert "Service limits belong to the whole tenancy and are not counted here." in found.digest


async def test_whoever_sees_a_part_is_told_that_limits_are_not_theirs_to_see(at):
    found = await at.run(OCI_HEALTH, paths=("prod",))
    assert any(one.startswith("service limits:") for one in found.could_not_see)
    assert "limits" not in found.data["lost"]


async def test_failed_work_of_one_resource_is_found_though_the_list_does_not_say_whose_it_is(at, local):
    assert (await at.run(OCI_HEALTH, resource=local.ocid("instance", "node-2"))).data["lost"] == {"work": 5}
    assert (await at.run(OCI_HEALTH, resource=local.ocid("instance", "node-4"))).data["lost"] == {}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("instances", "instances: "), ("alarms", "alarms: "), ("metrics", "metrics: "), ("load-balancers", "load balancers: "),
        ("network-load-balancers", "network load balancers: "), ("cloud-guard-problems", "Cloud Guard: "),
        ("resource-availability", "compute in "),
    ],
)  # fmt: skip
async def test_a_right_that_is_missing_is_named_and_costs_nothing(local, at, kind, said):
    domain = next(one for one in DOMAINS if one.name == "monitoring")
    policies = [
        one for r in local.server.regions.values() for one in r.tenancy.records.of("identity", "Policy")
    ]
    mine = [one for one in policies if one.name == "readers"]
    kept = [one.body["statements"] for one in mine]
    left = [one for one in statements(domain, "Readers") if one.split()[5] != kind]
    for one in mine:
        one.body["statements"] = left
    try:
        at.oracle.forget()
        found = await at.run(OCI_HEALTH)
    finally:
        for one, statements_ in zip(mine, kept, strict=True):
            one.body["statements"] = statements_
    assert any(one.startswith(said) for one in found.could_not_see), found.could_not_see
    assert "lose nothing" not in found.digest
