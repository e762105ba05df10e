"""Commands that are one read tool each: a line says the words, the tool's own schema says the options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_origin

from pydantic.fields import FieldInfo

from bot.commands.verb import Verb
from tools.registry import TOOLS
from tools.spec import Tool


@dataclass(frozen=True, slots=True)
class Lookup:
    """`words` are arguments of the tool in their order; `workload` is a service or a workload, as elsewhere."""

    path: str
    tool: str
    words: tuple[str, ...]
    summary: str
    example: str = ""


_ALL = (
    Lookup("oci limits", "oci_limits", ("limited?",), "service limits that are nearly used up", "compute"),
    Lookup("oci balancers", "oci_load_balancer", ("resource?",), "load balancers and their backends", "shop-public"),
    Lookup("oci databases", "oci_database", ("resource?",), "databases: state, space, backup", "shop-reports"),
    Lookup("oci clusters", "oci_clusters", ("resource?",), "OKE clusters and node pools"),
    Lookup("oci secrets", "oci_secrets", ("name?",), "vault secrets by age, never values", "--older-than-days 180"),
    Lookup("oci work", "oci_work_requests", (), "what Oracle is doing, and what failed", "--since 1d"),
    Lookup("oci problems", "oci_problems", ("risk?",), "what Cloud Guard found", "critical"),
    Lookup("oci service", "oci_service", ("service",), "a service's parts in Oracle Cloud", "frontend"),
    Lookup("oci health", "oci_health", ("resource?",), "health score of a compartment or resource"),
    Lookup("oci trend", "oci_trend", ("metric", "resource?"), "trend, anomaly and forecast of a metric", "cpu web-1"),
    Lookup("oci metrics", "oci_metrics", ("resource?",), "which metrics there are"),
    Lookup("oci query", "oci_query", ("query...",), "a metric query of your own", "CpuUtilization[5m].mean()"),
    Lookup("oci alarm-history", "oci_alarm_history", ("name?",), "how alarms went, and which hang together"),
    Lookup("oci describe", "oci_describe", ("resource",), "anything, by name or OCID", "web-1"),
    Lookup("oci inventory", "oci_inventory", (), "how much of what there is, where"),
    Lookup("oci logs", "oci_logs", ("text...?",), "search Oracle Cloud's logs"),
    Lookup("oci audit", "oci_audit", ("resource?",), "audit events by person, resource, time"),
    Lookup("oci console", "oci_console", ("resource",), "console history of an instance", "web-1"),
    Lookup("oci announcements", "oci_announcements", (), "what Oracle announced"),
    Lookup("oci network", "oci_network", ("resource?",), "networks, subnets, rules; who may reach what"),
    Lookup("oci volumes", "oci_volumes", ("resource?",), "volumes and their backups"),
    Lookup("oci buckets", "oci_buckets", ("name?",), "buckets: size, public access"),
    Lookup("cost compare", "cost_compare", ("unit?",), "a day, week or month against the one before", "month --by sku"),
    Lookup("cost untagged", "cost_untagged", ("tag?",), "spend without a value of a tag", "Ops.CostCenter"),
    Lookup("cost focus", "cost_focus", ("by?",), "what the cost reports in FOCUS come to", "sku --days 3"),
    Lookup("cost forecast", "cost_forecast", (), "what the month will cost"),
    Lookup("cost anomalies", "cost_anomalies", (), "days that cost more than they should"),
    Lookup("cost budgets", "cost_budgets", (), "budgets and how fast they burn"),
    Lookup("cost idle", "cost_idle", (), "what is paid for and not used"),
    Lookup("cost oversized", "cost_oversized", (), "what is larger than it needs to be"),
    Lookup("cost change", "cost_of_change", ("resource",), "what a change would cost or save a month", "loadtest-1 --ocpus 4"),
    Lookup("cost advice", "cost_advice", (), "what Cloud Advisor recommends"),
    Lookup("iam what-can", "iam_what_can", ("who...",), "what somebody may do in Oracle Cloud", "group Platform"),
    Lookup("iam why-not", "iam_why_not", ("who", "verb", "resource?"), "why somebody may not", "erin delete instances --compartment shop-prod"),
    Lookup("iam diff", "iam_diff", ("add...",), "what a policy statement would newly allow", "Allow group Platform to manage instances in compartment shop"),
    Lookup("iam without", "iam_diff", ("remove...",), "what taking a policy statement back would take away", "Allow group Platform to manage instances in compartment shop"),
    Lookup("iam findings", "iam_findings", ("severity?",), "what is wrong with access", "high"),
    Lookup("iam credentials", "iam_credentials", ("who?",), "keys and tokens by age, users without MFA", "--kind mfa"),
    Lookup("iam statements", "iam_statements", ("text?",), "policies and their statements", "Platform --kind cross-tenancy"),
    Lookup("iam dynamic-groups", "iam_dynamic_groups", ("name?",), "who is in the dynamic groups", "oke-nodes"),
    Lookup("iam unused", "iam_unused", ("group?",), "rights that nobody used"),
    Lookup("k8s cluster", "k8s_overview", (), "a cluster or namespace at a glance", "-n shop"),
    Lookup("k8s capacity", "k8s_capacity", (), "how full the nodes are"),
    Lookup("k8s list", "k8s_resources", ("kind",), "objects of a kind", "pods -n shop"),
    Lookup("k8s workload", "k8s_workload", ("workload",), "a workload whole", "checkout"),
    Lookup("k8s node", "k8s_node", ("name?",), "one node or all", "worker-2"),
    Lookup("k8s path", "k8s_path", ("source", "target", "port?"), "can one reach the other, and which policy says no", "gateway checkout"),
    Lookup("k8s quota", "k8s_quota", (), "quotas of namespaces, used and left", "-n shop"),
    Lookup("k8s volumes", "k8s_volumes", ("name?",), "volume claims: pending, full, unused", "-n shop"),
    Lookup("k8s autoscalers", "k8s_autoscaling", ("workload?",), "autoscalers, and why one does not scale", "checkout"),
    Lookup("k8s fits", "k8s_fits", ("workload?",), "what would still fit", "checkout --count 5"),
    Lookup("k8s drift", "k8s_drift", ("workload?",), "what was changed by hand", "-n shop"),
    Lookup("k8s certificates", "k8s_certificates", (), "certificates that expire", "--days 30"),
    Lookup("k8s releases", "k8s_releases", ("name?",), "Helm releases: failed, stuck, history", "payments"),
    Lookup("k8s rbac", "k8s_risky_grants", ("who?",), "risky grants, worst first", "--level high"),
    Lookup("k8s rbac graph", "k8s_rbac_graph", ("namespace?",), "who holds what in a namespace, as a picture", "shop"),
    Lookup("k8s what-can", "k8s_what_can", ("who",), "what somebody may do in the cluster", "alice"),
    Lookup("k8s accounts", "k8s_service_accounts", ("name?",), "service accounts: unused, over-privileged", "-n shop"),
    Lookup("k8s query", "prom_query", ("metric?",), "a metric of Prometheus, over time", "error_rate --service checkout"),
    Lookup("k8s dashboards", "prom_dashboards", ("text?",), "Grafana dashboards, and what is on one", "checkout"),
    Lookup("k8s alerts", "prom_alerts", ("name?",), "Prometheus alerts and silences", "--state firing"),
    Lookup("suspects", "ops_suspects", ("service?",), "what changed, from every source", "checkout --since 2h"),
    Lookup("health", "oci_health", ("resource?",), "health score of a compartment or resource of Oracle Cloud"),
    Lookup("alarms", "oci_alarms", ("name?",), "alarms that fire in Oracle Cloud"),
    Lookup("alarms history", "oci_alarm_history", ("name?",), "how alarms went, and which hang together", "--since 7d"),
    Lookup("resources", "oci_resources", ("kind?",), "what is there in Oracle Cloud", "instances"),
    Lookup("resources count", "oci_inventory", (), "how much of what there is, where"),
    Lookup("resources describe", "oci_describe", ("resource",), "anything, by name or OCID", "web-1"),
    Lookup("metrics", "oci_metric", ("metric", "resource?"), "the course of a metric", "cpu web-1"),
    Lookup("metrics list", "oci_metrics", ("resource?",), "which metrics there are"),
    Lookup("metrics trend", "oci_trend", ("metric", "resource?"), "trend, anomaly and forecast of a metric", "cpu web-1"),
    Lookup("metrics query", "oci_query", ("query...",), "a metric query of your own", "CpuUtilization[5m].mean()"),
    Lookup("cost by", "cost_summary", ("by",), "what Oracle Cloud costs, by service, compartment, region, resource or sku", "compartment --days 30"),
    Lookup("budget", "cost_budgets", (), "budgets and how fast they burn"),
    Lookup("iam", "iam_findings", (), "what is wrong with access, the worst first"),
)  # fmt: skip
_BY_NAME = {tool.name: tool for tool in TOOLS}
LOOKUPS = {item.path: item for item in _ALL if item.tool in _BY_NAME}


def tool_of(item: Lookup) -> Tool[Any]:
    return _BY_NAME[item.tool]


def _verb(item: Lookup) -> Verb:
    tool = tool_of(item)
    fields = tool.args.model_fields
    taken = {word.rstrip("?.") for word in item.words}
    switches = tuple(name for name, each in fields.items() if each.annotation is bool)
    verbatim = any(_several(fields, word) for word in taken)
    return Verb(
        tuple(item.path.split()),
        item.words,
        item.summary,
        str(tool.permission),
        tuple(name for name in fields if name not in taken and not (verbatim and _several(fields, name))),
        f"{item.path} {item.example}".strip(),
        switches=switches,
        verbatim=verbatim,
    )


def _several(fields: Mapping[str, FieldInfo], name: str) -> bool:
    return name in fields and get_origin(fields[name].annotation) is tuple


LOOKUP_VERBS = tuple(_verb(item) for item in LOOKUPS.values())
