"""Policies, coarsely: `Allow group G to VERB FAMILY in PLACE`. A statement with a condition grants nothing here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sandbox.oci.tenancy.types import granting

VERBS: Final = ("inspect", "read", "use", "manage")
_STATEMENT: Final = re.compile(
    r"\s*allow\s+group\s+(?P<groups>.+?)\s+to\s+(?P<verb>inspect|read|use|manage)\s+(?P<family>[\w-]+)"
    r"\s+in\s+(?:(?P<root>tenancy)|compartment\s+(?P<id>id\s+)?(?P<place>[\w:.-]+))\s*",
    re.IGNORECASE,
)
_ENDORSED: Final = re.compile(
    r"\s*endorse\s+group\s+(\S+)\s+to\s+(inspect|read|use|manage)\s+([\w-]+)\s+in\s+tenancy\s+([\w-]+)\s*",
    re.IGNORECASE,
)
FAMILIES: Final[dict[str, frozenset[str]]] = {
    "audit": frozenset({"audit-events"}),
    "autoscaling": frozenset({"auto-scaling-configurations", "autoscaling-configurations"}),
    "budget": frozenset({"usage-budgets", "cost-anomaly-family"}),
    "container_engine": frozenset({"cluster-family", "clusters", "cluster-node-pools"}),
    "announcements_service": frozenset({"announcements"}),
    "cloud_guard": frozenset({"cloud-guard-family", "cloud-guard-problems"}),
    "core": frozenset(
        {
            "instance-family",
            "instances",
            "virtual-network-family",
            "volume-family",
            "compute-management-family",
        }
    ),
    "database": frozenset({"database-family", "autonomous-database-family", "autonomous-databases"}),
    "identity": frozenset({"users", "groups", "policies", "compartments", "tenancies", "dynamic-groups"}),
    "load_balancer": frozenset({"load-balancers"}),
    "network_load_balancer": frozenset({"network-load-balancers"}),
    "limits": frozenset({"limits", "resource-availability"}),
    "loggingsearch": frozenset({"logging-family", "log-content"}),
    "monitoring": frozenset({"metrics", "alarms"}),
    "object_storage": frozenset({"object-family", "buckets", "objects"}),
    "optimizer": frozenset({"optimizer-api-family"}),
    "resource_manager": frozenset({"orm-family", "orm-stacks", "orm-jobs"}),
    "secrets": frozenset({"secret-family", "secret-bundles"}),
    "usage_api": frozenset({"usage-report", "usage-reports"}),
    "vault": frozenset({"secret-family", "secrets"}),
    "work_requests": frozenset({"instance-family", "instances", "work-requests"}),
}


MANAGED: Final = frozenset(  # changes that make and end instances, and what Oracle asks as much for
    {"update_instance_pool", "update_node_pool", "detect_stack_drift", "put_object"}
)


WORK: Final = "work-requests"
INHERITED: Final = frozenset({"instances", "instance-family"})  # who may begin work may see it
READ: Final = frozenset(  # lists of contents, of which `inspect` shows nothing
    {"list_events", "search_logs", "summarize_metrics_data", "request_summarized_usages"}
)


@dataclass(frozen=True)
class Grant:
    """`place` is the name of a compartment (the last of a path), its OCID, or empty for the tenancy."""

    groups: frozenset[str]
    verb: str
    family: str
    place: str

    def covers(self, groups: frozenset[str], verb: str, service: str, kind: str = "") -> bool:
        """`kind`: the resource type, where more is known than the service."""
        families = (granting(kind) if kind else FAMILIES.get(service, frozenset())) | {"all-resources"}
        needed = "use" if kind == WORK and self.family in INHERITED else verb
        enough = VERBS.index(self.verb) >= VERBS.index(needed)
        return enough and self.family in families and bool(self.groups & groups)


def grants(statements: Iterable[str]) -> list[Grant]:
    return [found for text in statements if (found := _grant(text)) is not None]


def endorsements(statements: Iterable[str]) -> set[tuple[str, str, str, str]]:
    """Group, verb, family and the other tenancy, in small letters."""
    found = (_ENDORSED.fullmatch(text) for text in statements)
    return {(one[1].lower(), one[2].lower(), one[3].lower(), one[4].lower()) for one in found if one}


def _grant(text: str) -> Grant | None:
    found = _STATEMENT.fullmatch(text)
    if found is None:
        return None
    groups = frozenset(name.strip().strip("'\"").lower() for name in found["groups"].split(","))
    place = "" if found["root"] else found["place"].rpartition(":")[2]
    return Grant(groups, found["verb"].lower(), found["family"].lower(), place.lower())


def verb_of(operation: str) -> str:
    """What an operation of that name takes."""
    if operation in READ:
        return "read"
    first = operation.partition("_")[0]
    if first in {"list", "summarize", "search", "request", "retrieve"}:
        return "inspect"
    if first in {"get", "head"}:
        return "read"
    managed = first in {"create", "delete", "terminate", "launch"} or operation in MANAGED
    return "manage" if managed else "use"
