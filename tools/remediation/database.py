"""An autonomous database: what a change of it reads. Its writes take an etag and no retry token: each is sent once."""

from __future__ import annotations

from typing import Final

from tools.oracle.where import text_of
from tools.remediation.cloud_draft import Write
from tools.remediation.cloud_resource import Sort, Subject
from tools.remediation.cloud_turn import Turn
from tools.remediation.cloud_works import common
from tools.spec import Json

AVAILABLE: Final = "AVAILABLE"
STOPPED: Final = "STOPPED"
ECPUS, STORAGE = "ECPUs", "storage (TB)"
MOVING: Final = frozenset(
    {
        "STARTING",
        "STOPPING",
        "RESTARTING",
        "SCALE_IN_PROGRESS",
        "UPDATING",
        "PROVISIONING",
        "MAINTENANCE_IN_PROGRESS",
    }
)
SORT: Final = Sort(
    "database", "AutonomousDatabase", "database", "get_autonomous_database", "autonomous_database_id"
)
READ: Final = ("autonomous database", "work requests", "audit events")
NEEDS: Final = ("AUTONOMOUS_DATABASE_INSPECT", "AUTONOMOUS_DATABASE_UPDATE", "WORKREQUEST_INSPECT")


def number(value: object) -> str:
    """`4.0` is what people call 4."""
    return f"{float(str(value)):g}" if value is not None else "(unset)"


def _values(found: Subject) -> dict[str, str]:
    return {
        ECPUS: number(found.item.get("computeCount")),
        STORAGE: number(found.item.get("dataStorageSizeInTBs")),
        "lifecycleState": found.state,
    }


def turn(*work: str) -> Turn:
    """`work` are words of which one is in the kind of its work request."""
    return Turn(
        SORT,
        _values,
        MOVING,
        fields=("dbName", "dbWorkload", "computeModel"),
        works=common,
        work=work,
        tokens=False,
    )


def write(found: Subject, operation: str, **more: Json) -> Write:
    return Write("database", operation, {"autonomous_database_id": found.id, **more})


def autoscaled(found: Subject) -> bool:
    return bool(found.item.get("isAutoScalingEnabled"))


def about(found: Subject) -> str:
    """For the blast."""
    kind = {"OLTP": "transactions", "DW": "a data warehouse"}.get(text_of(found.item, "dbWorkload"), "")
    return "1 database" + (f" for {kind}" if kind else "")
