"""Every tool and every action. A new one is one file, one test file and one line here."""

from __future__ import annotations

from typing import Any

from tools.plan import Action
from tools.reads.cost_advice import COST_ADVICE
from tools.reads.cost_anomalies import COST_ANOMALIES
from tools.reads.cost_budgets import COST_BUDGETS
from tools.reads.cost_compare import COST_COMPARE
from tools.reads.cost_focus import COST_FOCUS
from tools.reads.cost_forecast import COST_FORECAST
from tools.reads.cost_idle import COST_IDLE
from tools.reads.cost_of_change import COST_OF_CHANGE
from tools.reads.cost_oversized import COST_OVERSIZED
from tools.reads.cost_savings import COST_SAVINGS
from tools.reads.cost_summary import COST_SUMMARY
from tools.reads.cost_untagged import COST_UNTAGGED
from tools.reads.cost_why import COST_WHY
from tools.reads.iam_credentials import IAM_CREDENTIALS
from tools.reads.iam_diff import IAM_DIFF
from tools.reads.iam_dynamic_groups import IAM_DYNAMIC_GROUPS
from tools.reads.iam_findings import IAM_FINDINGS
from tools.reads.iam_statements import IAM_STATEMENTS
from tools.reads.iam_unused import IAM_UNUSED
from tools.reads.iam_what_can import IAM_WHAT_CAN
from tools.reads.iam_who_can import IAM_WHO_CAN
from tools.reads.iam_why_not import IAM_WHY_NOT
from tools.reads.k8s_autoscaling import K8S_AUTOSCALING
from tools.reads.k8s_capacity import K8S_CAPACITY
from tools.reads.k8s_certificates import K8S_CERTIFICATES
from tools.reads.k8s_diagnose import K8S_DIAGNOSE
from tools.reads.k8s_drift import K8S_DRIFT
from tools.reads.k8s_events import K8S_EVENTS
from tools.reads.k8s_fits import K8S_FITS
from tools.reads.k8s_logs import K8S_LOGS
from tools.reads.k8s_node import K8S_NODE
from tools.reads.k8s_overview import K8S_OVERVIEW
from tools.reads.k8s_path import K8S_PATH
from tools.reads.k8s_quota import K8S_QUOTA
from tools.reads.k8s_rbac_graph import K8S_RBAC_GRAPH
from tools.reads.k8s_releases import K8S_RELEASES
from tools.reads.k8s_resources import K8S_RESOURCES
from tools.reads.k8s_risky_grants import K8S_RISKY_GRANTS
from tools.reads.k8s_rollouts import K8S_ROLLOUTS
from tools.reads.k8s_service_accounts import K8S_SERVICE_ACCOUNTS
from tools.reads.k8s_unhealthy import K8S_UNHEALTHY
from tools.reads.k8s_usage import K8S_USAGE
from tools.reads.k8s_volumes import K8S_VOLUMES
from tools.reads.k8s_what_can import K8S_WHAT_CAN
from tools.reads.k8s_who_can import K8S_WHO_CAN
from tools.reads.k8s_workload import K8S_WORKLOAD
from tools.reads.oci_alarm_history import OCI_ALARM_HISTORY
from tools.reads.oci_alarms import OCI_ALARMS
from tools.reads.oci_announcements import OCI_ANNOUNCEMENTS
from tools.reads.oci_audit import OCI_AUDIT
from tools.reads.oci_buckets import OCI_BUCKETS
from tools.reads.oci_clusters import OCI_CLUSTERS
from tools.reads.oci_console import OCI_CONSOLE
from tools.reads.oci_database import OCI_DATABASE
from tools.reads.oci_describe import OCI_DESCRIBE
from tools.reads.oci_health import OCI_HEALTH
from tools.reads.oci_instance import OCI_INSTANCE
from tools.reads.oci_inventory import OCI_INVENTORY
from tools.reads.oci_limits import OCI_LIMITS
from tools.reads.oci_load_balancer import OCI_LOAD_BALANCER
from tools.reads.oci_logs import OCI_LOGS
from tools.reads.oci_metric import OCI_METRIC
from tools.reads.oci_metrics import OCI_METRICS
from tools.reads.oci_network import OCI_NETWORK
from tools.reads.oci_problems import OCI_PROBLEMS
from tools.reads.oci_query import OCI_QUERY
from tools.reads.oci_resources import OCI_RESOURCES
from tools.reads.oci_secrets import OCI_SECRETS
from tools.reads.oci_service import OCI_SERVICE
from tools.reads.oci_trend import OCI_TREND
from tools.reads.oci_volumes import OCI_VOLUMES
from tools.reads.oci_who_changed import OCI_WHO_CHANGED
from tools.reads.oci_work_requests import OCI_WORK_REQUESTS
from tools.reads.ops_changes import OPS_CHANGES
from tools.reads.ops_map import OPS_MAP
from tools.reads.ops_service import OPS_SERVICE
from tools.reads.ops_suspects import OPS_SUSPECTS
from tools.reads.prom_alerts import PROM_ALERTS
from tools.reads.prom_dashboards import PROM_DASHBOARDS
from tools.reads.prom_query import PROM_QUERY
from tools.remediation.alarm_create import ALARM_CREATE
from tools.remediation.alarm_edit import ALARM_EDIT
from tools.remediation.alarm_resume import ALARM_RESUME
from tools.remediation.alarm_suppress import ALARM_SUPPRESS
from tools.remediation.api_key_delete import API_KEY_DELETE
from tools.remediation.backend_drain import BACKEND_DRAIN
from tools.remediation.backend_offline import BACKEND_OFFLINE
from tools.remediation.backend_online import BACKEND_ONLINE
from tools.remediation.cronjob_resume import CRONJOB_RESUME
from tools.remediation.cronjob_suspend import CRONJOB_SUSPEND
from tools.remediation.database_scale import DATABASE_SCALE
from tools.remediation.database_start import DATABASE_START
from tools.remediation.database_stop import DATABASE_STOP
from tools.remediation.hpa_bounds import HPA_BOUNDS
from tools.remediation.instance_hard_reset import INSTANCE_HARD_RESET
from tools.remediation.instance_pool_size import INSTANCE_POOL_SIZE
from tools.remediation.instance_pool_start import INSTANCE_POOL_START
from tools.remediation.instance_pool_stop import INSTANCE_POOL_STOP
from tools.remediation.instance_reset import INSTANCE_RESET
from tools.remediation.instance_shape import INSTANCE_SHAPE
from tools.remediation.instance_start import INSTANCE_START
from tools.remediation.instance_stop import INSTANCE_STOP
from tools.remediation.job_delete import JOB_DELETE
from tools.remediation.job_rerun import JOB_RERUN
from tools.remediation.node_cordon import NODE_CORDON
from tools.remediation.node_cycle import NODE_CYCLE
from tools.remediation.node_drain import NODE_DRAIN
from tools.remediation.node_pool_size import NODE_POOL_SIZE
from tools.remediation.node_uncordon import NODE_UNCORDON
from tools.remediation.pod_delete import POD_DELETE
from tools.remediation.pod_evict import POD_EVICT
from tools.remediation.pods_clean_up import PODS_CLEAN_UP
from tools.remediation.rollout_pause import ROLLOUT_PAUSE
from tools.remediation.rollout_restart import ROLLOUT_RESTART
from tools.remediation.rollout_resume import ROLLOUT_RESUME
from tools.remediation.rollout_undo import ROLLOUT_UNDO
from tools.remediation.scale import SCALE
from tools.remediation.secret_rotate import SECRET_ROTATE
from tools.remediation.set_image import SET_IMAGE
from tools.remediation.set_resources import SET_RESOURCES
from tools.remediation.silence_create import SILENCE_CREATE
from tools.remediation.stack_apply import STACK_APPLY
from tools.remediation.stack_plan import STACK_PLAN
from tools.remediation.sync_pause import SYNC_PAUSE
from tools.remediation.sync_resume import SYNC_RESUME
from tools.remediation.tags_apply import TAGS_APPLY
from tools.remediation.volume_backup import VOLUME_BACKUP
from tools.remediation.volume_delete import VOLUME_DELETE
from tools.spec import Tool

TOOLS: tuple[Tool[Any], ...] = (
    K8S_UNHEALTHY,
    K8S_DIAGNOSE,
    K8S_LOGS,
    K8S_EVENTS,
    K8S_ROLLOUTS,
    K8S_USAGE,
    OPS_SERVICE,
    OPS_CHANGES,
    K8S_WHO_CAN,
    K8S_RESOURCES,
    K8S_OVERVIEW,
    K8S_PATH,
    K8S_CAPACITY,
    PROM_QUERY,
    OCI_QUERY,
    OCI_RESOURCES,
    OCI_INSTANCE,
    OCI_SERVICE,
    OCI_METRIC,
    OCI_ALARM_HISTORY,
    OCI_ALARMS,
    OCI_LOAD_BALANCER,
    OCI_DATABASE,
    OCI_CLUSTERS,
    OCI_SECRETS,
    OCI_LIMITS,
    OCI_WORK_REQUESTS,
    OCI_PROBLEMS,
    OCI_DESCRIBE,
    OCI_HEALTH,
    OCI_INVENTORY,
    OCI_AUDIT,
    OCI_LOGS,
    OCI_METRICS,
    OCI_NETWORK,
    OCI_TREND,
    OCI_VOLUMES,
    OCI_CONSOLE,
    OCI_ANNOUNCEMENTS,
    OCI_BUCKETS,
    OCI_WHO_CHANGED,
    IAM_WHO_CAN,
    COST_SUMMARY,
    COST_WHY,
    COST_SAVINGS,
    COST_COMPARE,
    COST_BUDGETS,
    COST_ADVICE,
    COST_IDLE,
    COST_OVERSIZED,
    COST_OF_CHANGE,
    COST_ANOMALIES,
    COST_FOCUS,
    COST_FORECAST,
    COST_UNTAGGED,
    K8S_RISKY_GRANTS,
    K8S_WHAT_CAN,
    K8S_SERVICE_ACCOUNTS,
    PROM_ALERTS,
    OPS_SUSPECTS,
    K8S_QUOTA,
    K8S_VOLUMES,
    K8S_AUTOSCALING,
    K8S_FITS,
    K8S_DRIFT,
    K8S_NODE,
    K8S_WORKLOAD,
    IAM_WHAT_CAN,
    IAM_WHY_NOT,
    IAM_STATEMENTS,
    IAM_DYNAMIC_GROUPS,
    IAM_CREDENTIALS,
    IAM_FINDINGS,
    K8S_CERTIFICATES,
    K8S_RBAC_GRAPH,
    K8S_RELEASES,
    IAM_DIFF,
    PROM_DASHBOARDS,
    OPS_MAP,
    IAM_UNUSED,
)
ACTIONS: tuple[Action[Any], ...] = (
    ROLLOUT_UNDO,
    ROLLOUT_RESTART,
    SCALE,
    SET_RESOURCES,
    SET_IMAGE,
    ROLLOUT_PAUSE,
    ROLLOUT_RESUME,
    HPA_BOUNDS,
    POD_DELETE,
    PODS_CLEAN_UP,
    NODE_CORDON,
    NODE_UNCORDON,
    NODE_DRAIN,
    POD_EVICT,
    CRONJOB_SUSPEND,
    CRONJOB_RESUME,
    JOB_RERUN,
    JOB_DELETE,
    SYNC_PAUSE,
    SYNC_RESUME,
    INSTANCE_START,
    INSTANCE_STOP,
    INSTANCE_RESET,
    INSTANCE_HARD_RESET,
    INSTANCE_SHAPE,
    ALARM_SUPPRESS,
    ALARM_RESUME,
    ALARM_EDIT,
    ALARM_CREATE,
    API_KEY_DELETE,
    SECRET_ROTATE,
    SILENCE_CREATE,
    INSTANCE_POOL_SIZE,
    INSTANCE_POOL_START,
    INSTANCE_POOL_STOP,
    BACKEND_DRAIN,
    BACKEND_OFFLINE,
    BACKEND_ONLINE,
    TAGS_APPLY,
    VOLUME_BACKUP,
    VOLUME_DELETE,
    DATABASE_START,
    DATABASE_STOP,
    DATABASE_SCALE,
    NODE_POOL_SIZE,
    NODE_CYCLE,
    STACK_PLAN,
    STACK_APPLY,
)
