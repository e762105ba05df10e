"""Which resource types a read is about, finer than its service: a policy may give some of them and not the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_OPERATIONS: Final[Mapping[str, Mapping[tuple[str, ...], str]]] = {
    "core": {
        ("instances",): "list_instances get_instance list_shapes",
        ("console-histories",): "list_console_histories get_console_history get_console_history_content",
        ("vnic-attachments",): "list_vnic_attachments",
        ("vnics",): "get_vnic",
        ("volume-attachments",): "list_volume_attachments list_boot_volume_attachments",
        ("volumes",): "list_volumes get_volume list_boot_volumes get_boot_volume",
        ("volume-backups",): "list_volume_backups get_volume_backup",
        ("boot-volume-backups",): "list_boot_volume_backups get_boot_volume_backup",
        ("vcns",): "list_vcns get_vcn",
        ("subnets",): "list_subnets get_subnet",
        ("route-tables",): "list_route_tables get_route_table",
        ("security-lists",): "list_security_lists get_security_list",
        ("internet-gateways",): "list_internet_gateways",
        (
            "network-security-groups",
        ): "list_network_security_groups list_network_security_group_security_rules",
        ("instance-pools",): "list_instance_pools get_instance_pool list_instance_pool_instances",
    },
    "identity": {
        ("tenancies",): "get_tenancy list_region_subscriptions",
        ("compartments",): "list_compartments get_compartment",
        ("policies",): "list_policies get_policy",
        ("groups",): "list_groups get_group list_user_group_memberships",
        ("dynamic-groups",): "list_dynamic_groups",
        (
            "users",
        ): "list_users get_user list_api_keys list_auth_tokens list_customer_secret_keys list_smtp_credentials",
        ("authentication-policies",): "get_authentication_policy",
        ("domains",): "list_domains",
    },
    "identity_domains": {
        ("users",): "list_users",
        ("groups",): "list_groups",
        ("dynamic-groups",): "list_dynamic_resource_groups",
    },
    "database": {
        ("autonomous-databases",): "list_autonomous_databases get_autonomous_database",
        ("autonomous-backups",): "list_autonomous_database_backups",
        ("db-systems",): "list_db_systems",
    },
    "container_engine": {
        ("clusters",): "list_clusters get_cluster",
        ("cluster-node-pools",): "list_node_pools get_node_pool",
        ("cluster-work-requests",): "list_work_requests get_work_request list_work_request_errors",
    },
    "monitoring": {
        ("metrics",): "list_metrics summarize_metrics_data",
        (
            "alarms",
        ): "list_alarms get_alarm list_alarms_status get_alarm_history list_alarm_suppressions retrieve_dimension_states",
    },
    "budget": {
        ("usage-budgets",): "list_budgets get_budget list_alert_rules",
        ("cost-anomaly-family",): "list_cost_anomaly_events list_cost_anomaly_monitors",
    },
    "loggingsearch": {("log-groups", "log-content"): "search_logs"},
    "cloud_guard": {
        ("cloud-guard-config",): "get_configuration",
        ("cloud-guard-problems",): "list_problems get_problem",
    },
    "vault": {("secrets",): "list_secrets get_secret", ("secret-versions",): "list_secret_versions"},
    "object_storage": {("buckets",): "list_buckets get_bucket"},
    "work_requests": {
        (
            "work-requests",
        ): "list_work_requests get_work_request list_work_request_errors list_work_request_logs"
    },
}
_BY_NAME: Final = {
    (service, name): kinds
    for service, table in _OPERATIONS.items()
    for kinds, names in table.items()
    for name in names.split()
}
_FAMILIES: Final[Mapping[str, str]] = {
    "instance-family": "console-histories instances volume-attachments vnic-attachments",
    "volume-family": "volumes volume-attachments volume-backups boot-volume-backups",
    "virtual-network-family": "vcns subnets route-tables security-lists internet-gateways network-security-groups vnics vnic-attachments",
    "compute-management-family": "instance-pools",
    "database-family": "autonomous-databases autonomous-backups db-systems",
    "autonomous-database-family": "autonomous-databases autonomous-backups",
    "cluster-family": "clusters cluster-node-pools cluster-work-requests",
    "logging-family": "log-groups log-content",
    "cloud-guard-family": "cloud-guard-config cloud-guard-problems",
    "secret-family": "secrets secret-versions",
    "object-family": "buckets",
}
_MODELS: Final = {
    "Alarm": "alarms", "AutonomousDatabase": "autonomous-databases", "Compartment": "compartments", "Group": "groups",
    "Instance": "instances", "LoadBalancer": "load-balancers", "NetworkLoadBalancer": "network-load-balancers", "Policy": "policies", "Subnet": "subnets", "User": "users",
    "Vcn": "vcns", "Vnic": "vnics", "DynamicGroup": "dynamic-groups", "InstancePool": "instance-pools", "BootVolume": "volumes",
    "Secret": "secrets", "Volume": "volumes", "Bucket": "buckets", "Cluster": "clusters",
    "NetworkSecurityGroup": "network-security-groups", "RouteTable": "route-tables", "SecurityList": "security-lists",
}  # fmt: skip


def kinds(service: str, operation: str) -> tuple[str, ...]:
    """All that must be granted; none where the whole service is one."""
    return _BY_NAME.get((service, operation), ())


def kind_of(model: str) -> tuple[str, ...]:
    """As search asks it of each resource."""
    return (_MODELS[model],) if model in _MODELS else ()


def granting(kind: str) -> frozenset[str]:
    """The words of a policy that reach a type: itself and its families."""
    if kind == "work-requests":
        return frozenset({kind, "instances", "instance-family"})
    return frozenset({kind, *(family for family, types in _FAMILIES.items() if kind in types.split())})
