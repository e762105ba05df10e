"""Prometheus metrics of this process. Labels are small closed sets; nobody's text becomes a label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

REGISTRY = CollectorRegistry()

DELIVERIES = Counter(
    "cloudops_deliveries_total", "Slack deliveries by kind and fate.", ["kind", "fate"], registry=REGISTRY
)
RETRIES = Counter(
    "cloudops_redeliveries_total",
    "Deliveries by signed HTTP that Slack had sent before.",
    ["reason"],
    registry=REGISTRY,
)
TURNS = Counter("cloudops_turns_total", "Turns by outcome.", ["outcome"], registry=REGISTRY)
TURN_SECONDS = Histogram(
    "cloudops_turn_seconds",
    "Seconds from delivery to reply.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 40, 60),
    registry=REGISTRY,
)
ALERTS = Counter(
    "cloudops_alert_deliveries_total",
    "Deliveries of alerts, by source and what became of them.",
    ["source", "status"],
    registry=REGISTRY,
)
DEPLOYS = Counter(
    "cloudops_deploy_events_total",
    "Deliveries of deploy systems, by system and answer.",
    ["system", "status"],
    registry=REGISTRY,
)
COMMANDS = Counter(
    "cloudops_commands_total", "Commands by verb and fate.", ["verb", "fate"], registry=REGISTRY
)
CLICKS = Counter(
    "cloudops_clicks_total", "Clicks on cards by decision and fate.", ["decision", "fate"], registry=REGISTRY
)
FEEDBACK = Counter(
    "cloudops_feedback_total",
    "Words of people on answers, as first said or changed, by verdict.",
    ["verdict"],
    registry=REGISTRY,
)
EXCESS = Counter(
    "cloudops_excess_total",
    "Deliveries told to wait or refused for overload, by fate.",
    ["fate"],
    registry=REGISTRY,
)
WAITING = Gauge("cloudops_waiting", "Deliveries that wait for their turn.", registry=REGISTRY)
ALARMS = Counter("cloudops_alarms_total", "Things a person must look at.", ["alarm"], registry=REGISTRY)
AUDIT_VERIFIED = Counter(
    "cloudops_audit_verifications_total",
    "Verifications of the whole audit on a schedule, by what came of it.",
    ["result"],
    registry=REGISTRY,
)
PURGED = Counter(
    "cloudops_purged_total",
    "Rows older than they must be kept that went, by what.",
    ["what"],
    registry=REGISTRY,
)
ALIVE = Gauge(
    "cloudops_workers_alive", "Processes that work on this database, this one included.", registry=REGISTRY
)
TAKEOVERS = Counter(
    "cloudops_takeovers_total",
    "Processes that fell silent and whose work this one took over.",
    registry=REGISTRY,
)
NOTIFICATIONS = Counter(
    "cloudops_notifications_total",
    "Tries to deliver a notification, by way out and what became of them (sent, again, dead).",
    ["way", "result"],
    registry=REGISTRY,
)
NOTIFICATIONS_IN = Gauge(
    "cloudops_notifications_kept", "Notifications kept, by state.", ["state"], registry=REGISTRY
)
NOTIFICATIONS_AGE = Gauge(
    "cloudops_notifications_oldest_seconds",
    "Since when the one that waits longest should have been delivered; 0 when none waits.",
    registry=REGISTRY,
)
HEARTBEATS = Counter(
    "cloudops_heartbeats_total", "Heartbeats to the outside, by result.", ["result"], registry=REGISTRY
)
READY = Gauge("cloudops_ready", "1 when messages would be answered.", registry=REGISTRY)


def exposition() -> bytes:
    return generate_latest(REGISTRY)
