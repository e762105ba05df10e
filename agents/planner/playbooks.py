"""The playbooks by name, and the tools each of them may run, first to last."""

from __future__ import annotations

WHY_FAILING = "why_failing"
WHY_DOWN = "why_down"
WHY_SLOW = "why_slow"
IS_PROBLEM = "is_problem"
OVERVIEW = "overview"
WHAT_CHANGED = "what_changed"
SAFE_TO_CHANGE = "safe_to_change"

PLAYBOOKS: dict[str, tuple[str, ...]] = {
    WHY_FAILING: ("k8s_diagnose", "k8s_rollouts", "k8s_logs", "prom_query", "ops_service", "oci_service"),
    WHY_DOWN: ("k8s_diagnose", "k8s_rollouts", "k8s_logs", "prom_query", "ops_service", "oci_service"),
    WHY_SLOW: (
        "k8s_diagnose",
        "k8s_rollouts",
        "k8s_usage",
        "k8s_logs",
        "prom_query",
        "ops_service",
        "oci_service",
    ),
    IS_PROBLEM: ("prom_query", "k8s_rollouts", "k8s_diagnose", "k8s_logs", "ops_service"),
    OVERVIEW: ("ops_service", "k8s_diagnose"),
    WHAT_CHANGED: ("k8s_rollouts", "k8s_events"),
    SAFE_TO_CHANGE: ("k8s_diagnose", "k8s_rollouts", "ops_service"),
}

# A playbook without a workload, over a namespace or everything.
WIDE: dict[str, tuple[str, ...]] = {
    WHY_FAILING: ("k8s_unhealthy",),
    WHY_DOWN: ("k8s_unhealthy",),
    WHY_SLOW: ("k8s_unhealthy",),
    OVERVIEW: ("k8s_unhealthy",),
    WHAT_CHANGED: ("k8s_events",),
}
