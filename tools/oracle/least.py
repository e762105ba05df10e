"""The least that a policy must give the reading principal, tool by tool: `VERB TYPE`, in the tenancy or in what may be seen.

docs/oracle-cloud.md is written from it, and a test runs every tool with its domain's statements and without each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ALWAYS: Final = ("inspect tenancies", "inspect compartments")  # which regions and compartments there are
_METRICS: Final = ("read metrics",)
_AUDIT: Final = ("read audit-events",)
_USAGE: Final = ("read usage-report",)
REPORTS: Final = "read objects"  # of Oracle's own tenancy, to which a policy must endorse them
REPORTS_OF: Final = "ocid1.tenancy.oc1..aaaaaaaaned4fkpkisbwjlr56u7cj63lf3wffbilvqknstgtvzub7vhqkggq"
_PAID_FOR: Final = (
    "read instances", "inspect volumes", "inspect volume-attachments", "inspect volume-backups",
    "inspect boot-volume-backups", "read load-balancers",
    "inspect autonomous-databases",
)  # fmt: skip
_CAUSES: Final = ("read usage-report", "read audit-events", "read instances", "read metrics")
_POLICIES: Final = ("inspect policies", "inspect groups", "inspect domains")
_WHO: Final = (*_POLICIES, "inspect dynamic-groups", "inspect users")


@dataclass(frozen=True, slots=True)
class Domain:
    """`needs` by tool, beyond `ALWAYS`."""

    name: str
    words: str
    needs: Mapping[str, tuple[str, ...]]

    @property
    def rights(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(right for rights in self.needs.values() for right in rights))

    def by(self, right: str) -> tuple[str, ...]:
        """The tools that need it."""
        return tuple(tool for tool, rights in self.needs.items() if right in rights)


DOMAINS: Final = (
    Domain("inventory", "what there is, its state and what it hangs on", {
        "oci_resources": ("inspect instances",),
        "oci_inventory": ("inspect instances",),
        "oci_instance": ("read instances", "inspect vnic-attachments", "read vnics", "inspect work-requests"),
        "oci_describe": ("read instances", "inspect vnic-attachments", "read vnics", "inspect volume-attachments", "inspect load-balancers"),
        "oci_service": ("read instances", "read load-balancers", "read autonomous-databases", *_METRICS),
        "oci_load_balancer": ("read load-balancers",),
        "oci_database": ("inspect autonomous-databases", "inspect autonomous-backups", "inspect db-systems"),
        "oci_clusters": ("inspect clusters", "read cluster-node-pools"),
        "oci_volumes": ("inspect volumes", "inspect volume-attachments", "inspect volume-backups"),
        "oci_network": (
            "inspect vcns", "inspect subnets", "inspect route-tables", "inspect security-lists",
            "inspect internet-gateways", "inspect network-security-groups",
        ),
        "oci_buckets": ("read buckets",),
        "oci_work_requests": ("inspect work-requests", "inspect cluster-work-requests"),
        "oci_limits": ("read resource-availability",),
    }),
    Domain("monitoring", "metrics, alarms, announcements, security problems", {
        "oci_metric": _METRICS, "oci_metrics": ("inspect metrics",), "oci_query": _METRICS, "oci_trend": _METRICS,
        "oci_alarms": ("inspect alarms",), "oci_alarm_history": ("read alarms",),
        "oci_health": (
            "inspect alarms", "inspect instances", "inspect load-balancers", "inspect network-load-balancers",
            "read cloud-guard-config", "read cloud-guard-problems", "inspect work-requests", *_METRICS,
            "read resource-availability",
        ),
        "oci_announcements": ("inspect announcements",),
        "oci_problems": ("read cloud-guard-config", "read cloud-guard-problems"),
    }),
    Domain("logging", "logs and serial consoles", {
        "oci_logs": ("read log-groups", "read log-content"),
        "oci_console": ("inspect instances", "read console-histories"),
    }),
    Domain("cost", "what is spent, foretold, out of the ordinary and saved", {
        "cost_summary": _USAGE, "cost_compare": _USAGE, "cost_untagged": _USAGE, "cost_forecast": _USAGE,
        "cost_why": _CAUSES, "cost_anomalies": (*_CAUSES, "inspect cost-anomaly-family"),
        "cost_budgets": ("inspect usage-budgets",), "cost_advice": ("inspect optimizer-api-family",),
        "cost_focus": (REPORTS,),
        "cost_idle": (*_USAGE, *_METRICS, *_PAID_FOR), "cost_oversized": (*_USAGE, *_METRICS, "read instances"),
        "cost_of_change": (*_USAGE, "read instances"),
    }),
    Domain("vault", "ages of secrets; no tool reads a value", {"oci_secrets": ("inspect secrets", "inspect secret-versions")}),
    Domain("changes", "who did what, from Oracle's audit", {"oci_audit": _AUDIT, "oci_who_changed": _AUDIT}),
    Domain("access", "policies, people, credentials; see [access](access.md)", {
        "iam_statements": ("inspect policies",),
        "iam_who_can": (*_POLICIES, "inspect users"),
        "iam_what_can": _WHO, "iam_why_not": _WHO, "iam_diff": _WHO,
        "iam_dynamic_groups": ("inspect policies", "inspect dynamic-groups", "inspect domains"),
        "iam_credentials": ("inspect users", "inspect domains"),
        "iam_findings": (*_WHO, "read authentication-policies"),
        "iam_unused": (*_POLICIES, "inspect users", "read audit-events"),
    }),
)  # fmt: skip
_VERBS: Final = ("inspect", "read", "use", "manage")


def statements(domain: Domain, group: str = "CloudOpsReaders") -> tuple[str, ...]:
    """With what every tool needs first; of two verbs on one type the stronger alone, since it includes the other."""
    strongest: dict[str, str] = {}
    for right in (*ALWAYS, *domain.rights):
        verb, kind = right.split()
        strongest[kind] = max(strongest.get(kind, verb), verb, key=_VERBS.index)
    return tuple(_said(group, f"{verb} {kind}") for kind, verb in strongest.items())


def _said(group: str, right: str) -> str:
    if right == REPORTS:
        return f"Endorse group {group} to {right} in tenancy usage-report"
    return f"Allow group {group} to {right} in tenancy"
