"""A tenancy with things that are paid for and not used, for the tools that look for savings; one server a module."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.oci_running import Running, running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import Desk, desk

OCPU, MEMORY = 0.05, 0.002
FLEX = {
    "name": "VM.Standard.E5.Flex",
    "fields": {
        "shape": "VM.Standard.E5.Flex", "isFlexible": True, "isBilledForStoppedInstance": False,
        "ocpuOptions": {"min": 1, "max": 94}, "memoryOptions": {"minInGBs": 1, "maxInGBs": 1049, "minPerOcpuInGBs": 1, "maxPerOcpuInGBs": 64},
    },
}  # fmt: skip
AD = "Xkqz:EU-FRANKFURT-1-AD-1"


def made(name: str, ocpus: float = 4, memory: float = 32, **more: Any) -> dict[str, Any]:
    shape = more.pop("shape", "VM.Standard.E5.Flex")
    (one,) = instances(1, shape=shape, shapeConfig={"ocpus": ocpus, "memoryInGBs": memory})
    tags = more.pop("tags", {})
    one["fields"] |= {"freeformTags": tags} | more.pop("fields", {})
    return one | {"name": name, "created": "-60d"} | more


def emits(name: str, cpu: float, memory: float | None = None, traffic: float | None = None, **then: Any) -> dict[str, Any]:  # fmt: skip
    metrics = {"CpuUtilization": {"base": cpu, "high": 100} | then}
    metrics |= {"MemoryUtilization": {"base": memory, "high": 100}} if memory is not None else {}
    metrics |= {"NetworksBytesIn": {"base": traffic}} if traffic is not None else {}
    return {"namespace": "oci_computeagent", "resource": f"@instance/{name}", "metrics": metrics}


def bills(resource: str, sku: str, unit: str, price: float, hourly: float, **more: Any) -> dict[str, Any]:
    return {"service": "ANY", "sku": sku, "part": sku, "unit": unit, "price": price, "hourly": hourly, "resource": resource} | more  # fmt: skip


def runs(name: str, ocpus: float, memory: float) -> list[dict[str, Any]]:
    of = f"@instance/{name}"
    return [
        bills(of, "Compute - Standard - E5 - OCPU", "OCPU HOURS", OCPU, ocpus, powered=True),
        bills(of, "Compute - Standard - E5 - Memory", "GB HOURS", MEMORY, memory, powered=True),
    ]


CORE = {
    "Shape": [FLEX],
    "Instance": [
        made("busy"), made("idle"), made("kept", tags={"protected": "true"}), made("young", created="-13h"), made("silent"),
        made("chatty"), made("large", 8, 64), made("off", 2, 16, state="STOPPED"), made("just-quiet"), made("dense", shape="VM.DenseIO.E4.Flex"),
        made("pooled", fields={"metadata": {"oke-pool-id": "p"}}), made("unpriced", shape="VM.Standard.E4.Flex"),
    ],
    "Volume": [
        {"name": "free", "in": "prod", "created": "-200d", "fields": {"availabilityDomain": AD, "sizeInGBs": 100, "sizeInMBs": 102400, "vpusPerGB": 10}},
        {"name": "held", "in": "prod", "created": "-200d", "fields": {"availabilityDomain": AD, "sizeInGBs": 50, "sizeInMBs": 51200, "vpusPerGB": 10}},
        {"name": "fresh", "in": "prod", "created": "-2h", "fields": {"availabilityDomain": AD, "sizeInGBs": 70, "sizeInMBs": 71680, "vpusPerGB": 0}},
    ],
    "VolumeAttachment": [{"name": "held", "in": "prod", "fields": {"attachmentType": "paravirtualized", "availabilityDomain": AD, "instanceId": "@instance/busy", "volumeId": "@volume/held"}}],
    "BootVolume": [
        {"name": "boot-free", "in": "lab", "created": "-90d", "fields": {"availabilityDomain": AD, "sizeInGBs": 200, "sizeInMBs": 204800, "vpusPerGB": 10}},
        {"name": "boot-busy", "in": "prod", "created": "-60d", "fields": {"availabilityDomain": AD, "sizeInGBs": 50, "sizeInMBs": 51200, "vpusPerGB": 10}},
    ],
    "BootVolumeAttachment": [{"name": "boot-busy", "in": "prod", "fields": {"availabilityDomain": AD, "instanceId": "@instance/busy", "bootVolumeId": "@bootvolume/boot-busy"}}],
    "VolumeBackup": [
        {"name": "ancient", "in": "prod", "created": "-300d", "fields": {"volumeId": "@volume/held", "type": "FULL", "sourceType": "MANUAL", "uniqueSizeInGBs": 40, "sizeInGBs": 50}},
        {"name": "ends-itself", "in": "prod", "created": "-300d", "fields": {"volumeId": "@volume/held", "type": "FULL", "sourceType": "SCHEDULED", "expirationTime": "~+30d"}},
        {"name": "recent", "in": "prod", "created": "-3d", "fields": {"volumeId": "@volume/held", "type": "FULL", "sourceType": "MANUAL"}},
    ],
}  # fmt: skip
BALANCER = {
    "shapeName": "flexible", "shapeDetails": {"minimumBandwidthInMbps": 10, "maximumBandwidthInMbps": 10}, "isPrivate": True,
    "listeners": {}, "backendSets": {},
}  # fmt: skip
DATABASE = {"dbWorkload": "DW", "computeModel": "ECPU", "computeCount": 4, "dataStorageSizeInTBs": 1, "isAutoScalingEnabled": True}  # fmt: skip
METRICS = [
    emits("busy", 55, 60, 5e7), emits("idle", 1, 4, 2e4), emits("kept", 2, 4), emits("young", 1), emits("chatty", 1, 5, 9e7),
    emits("large", 11, 20, 8e6), emits("pooled", 1, 5, 1e4), emits("unpriced", 1, 5, 1e4),
    emits("just-quiet", 80, 60, 1e4, then=[{"at": "-15h", "base": 1}]),
    {"namespace": "oci_autonomous_database", "resource": "@autonomousdatabase/forgotten", "metrics": {"CpuUtilization": {"base": 1}, "Sessions": {"base": 0}}},
    {"namespace": "oci_autonomous_database", "resource": "@autonomousdatabase/used", "metrics": {"CpuUtilization": {"base": 2}, "Sessions": {"base": 7}}},
    {"namespace": "oci_lbaas", "resource": "@loadbalancer/quiet", "metrics": {"HttpRequests": {"base": 0}}},
]  # fmt: skip
COSTS = [
    *runs("busy", 4, 32), *runs("idle", 4, 32), *runs("kept", 4, 32), *runs("large", 8, 64), *runs("chatty", 4, 32), *runs("pooled", 4, 32),
    bills("@instance/idle", "Block Volume - Storage", "GB MONTHS", 0.03, 0.2),
    bills("@volume/held", "Block Volume - Storage", "GB MONTHS", 0.03, 50 / 730),
    bills("@volume/held", "Block Volume - Performance Units", "PERFORMANCE UNITS PER GB MONTHS", 0.002, 500 / 730),
    bills("@autonomousdatabase/forgotten", "Autonomous Data Warehouse - ECPU", "ECPU HOURS", 0.3, 4, powered=True),
    bills("@autonomousdatabase/forgotten", "Autonomous Data Warehouse - Storage", "GB MONTHS", 0.02, 1.4),
    bills("@loadbalancer/bare", "Load Balancer Base", "LOAD BALANCER HOURS", 0.01, 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("oci")
    file = tenancy(
        currency="EUR", metrics=METRICS, costs=COSTS,
        resources={
            "core": CORE,
            "load_balancer": {"LoadBalancer": [{"name": one, "in": "prod", "created": "-50d", "fields": fields} for one, fields in (
                ("bare", BALANCER),
                ("quiet", BALANCER | {"backendSets": {"web": {"name": "web", "policy": "ROUND_ROBIN", "healthChecker": {"protocol": "TCP", "port": 80, "returnCode": 200, "responseBodyRegex": ".*"}, "backends": [
                    {"name": "10.0.0.1:80", "ipAddress": "10.0.0.1", "port": 80, "weight": 1, "drain": False, "backup": False, "offline": False}]}}}),
            )]},
            "database": {"AutonomousDatabase": [{"name": one, "in": "prod-data", "created": "-50d", "fields": DATABASE | {"dbName": one.upper()}} for one in ("forgotten", "used")]},
        },
    )  # fmt: skip
    with running(file, folder, speed=200) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one
