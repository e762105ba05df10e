"""A tenancy whose metrics have a story each: one instance busy since somebody changed it, a disk that fills, one that is new."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.oci_running import Running, running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import Desk, desk

OTHER = "eu-amsterdam-1"
USUAL = {"base": 40, "day": 10, "noise": 3, "unit": "percent", "high": 100}
BUSY = USUAL | {"then": [{"at": "-5h", "base": 92, "day": 2, "noise": 2}]}


def _emits(resource: str, **metrics: Any) -> dict[str, Any]:
    return {"namespace": "oci_computeagent", "resource": f"@instance/{resource}", "metrics": metrics}


def file() -> TenancyFile:
    nodes = [one | {"created": "-60d"} for one in instances(3)]
    new = instances(1)[0] | {"name": "new", "created": "-5h"}
    standby = instances(1)[0] | {"name": "standby", "region": OTHER, "created": "-60d"}
    lab = instances(1)[0] | {
        "name": "toy",
        "in": "lab",
        "created": "-60d",
        "fields": {**nodes[0]["fields"], "lifecycleState": "STOPPED"},
    }
    return tenancy(
        resources={"core": {"Instance": [*nodes, new, standby, lab]}, "monitoring": {"Alarm": alarms(), "AlarmSuppression": suppressions()}},
        metrics=[
            _emits("node-1", CpuUtilization=BUSY, MemoryUtilization=USUAL | {"noise": 1}),
            _emits("node-2", CpuUtilization=USUAL),
            _emits("node-3", CpuUtilization=USUAL),
            _emits("new", CpuUtilization=USUAL),
            _emits("standby", CpuUtilization=USUAL),
        ],
        events=[
            {"at": "-6h", "by": "ada", "name": "UpdateInstance", "source": "ComputeApi", "resource": "@instance/node-1",
             "before": {"shapeConfig": {"ocpus": 4}}, "after": {"shapeConfig": {"ocpus": 1}}},
            {"at": "-7h", "by": "operator", "name": "InstanceAction", "source": "ComputeApi", "resource": "@instance/node-2"},
            {"at": "-30h", "by": "operator", "name": "UpdateInstance", "source": "ComputeApi", "resource": "@instance/node-1"},
        ],
    )  # fmt: skip


def alarms() -> list[dict[str, Any]]:
    def one(name: str, query: str, severity: str, **more: Any) -> dict[str, Any]:
        fields = {
            "metricCompartmentId": "@compartment/prod", "namespace": "oci_computeagent", "query": query,
            "severity": severity, "pendingDuration": "PT1M", "destinations": [], "isEnabled": True,
        }  # fmt: skip
        return {"name": name, "in": "prod", "created": "-50d", "fields": fields | more}

    return [
        one("busy", "CpuUtilization[5m].mean() > 85", "CRITICAL", body="scale it"),
        one("busier", 'CpuUtilization[1m]{resourceDisplayName = "node-1"}.max() > 80', "WARNING"),
        one("quiet", "CpuUtilization[5m].mean() > 99", "ERROR",
            overrides=[{"ruleName": "idle", "query": "CpuUtilization[5m].mean() in (0, 1)", "severity": "INFO", "pendingDuration": "PT30M"}]),
        one("nervous", 'CpuUtilization[1m]{resourceDisplayName = "node-2"}.max() > 40 && CpuUtilization[1m].max() > 10', "INFO"),
        one("hushed", "MemoryUtilization[1m].max() > 10", "WARNING",
            suppression={"timeSuppressFrom": "2020-01-01T00:00:00Z", "timeSuppressUntil": "2099-01-01T00:00:00Z", "description": "known, until the move"}),
        one("off", "CpuUtilization[1m].max() > 1", "CRITICAL", isEnabled=False),
    ]  # fmt: skip


def suppressions() -> list[dict[str, Any]]:
    usual = {
        "level": "DIMENSION",
        "timeSuppressFrom": "2020-01-01T00:00:00Z",
        "timeSuppressUntil": "2099-01-01T00:00:00Z",
    }
    targets: dict[str, dict[str, Any]] = {
        "one node": {"alarmSuppressionTarget": {"targetType": "ALARM", "alarmId": "@alarm/busier"}, "dimensions": {"resourceDisplayName": "node-3"}},
        "over": {"alarmSuppressionTarget": {"targetType": "ALARM", "alarmId": "@alarm/quiet"}, "timeSuppressUntil": "2021-01-01T00:00:00Z"},
    }  # fmt: skip
    return [
        {"name": name, "in": "prod", "created": "-9d", "fields": usual | {"description": name} | one}
        for name, one in targets.items()
    ]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("oci")
    with running(file(), folder, speed=1) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one
