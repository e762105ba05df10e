"""The commands of Oracle Cloud whose words are more than the arguments of a tool in their order."""

from __future__ import annotations

from bot.commands.verb import CLOUD, COST, READ, WHERE, Verb

ORACLE_LOGS = (
    "compartment",
    "region",
    "source",
    "log",
    "worst",
)  # options that mean the logs of Oracle Cloud

ORACLE_VERBS: tuple[Verb, ...] = (
    Verb(
        ("cost",),
        (),
        "what Oracle Cloud costs, by day",
        COST,
        (*CLOUD, "by", "days", "period"),
        "cost --by compartment --days 30",
    ),
    Verb(("cost", "why"), ("day?",), "why a day cost more", COST, CLOUD, "cost why monday"),
    Verb(
        ("cost", "savings"),
        (),
        "what changes made here save a month",
        COST,
        ("since",),
        "cost savings --since 90d",
    ),
    Verb(("savings",), (), "the same", COST, ("since",), "savings"),
    Verb(
        ("oci", "list"),
        ("kind?",),
        "what is there in Oracle Cloud",
        READ,
        (*CLOUD, "name", "state"),
        "oci list instances --state running",
    ),
    Verb(("oci", "instance"), ("name",), "one instance with its facts", READ, CLOUD, "oci instance web-1"),
    Verb(
        ("oci", "metric"),
        ("metric", "resource?"),
        "the course of a metric",
        READ,
        (*CLOUD, "since", "kind", "stat", "metric_namespace"),
        "oci metric cpu web-1 --since 1d",
    ),
    Verb(("oci", "alarms"), ("name?",), "alarms that fire", READ, CLOUD, "oci alarms"),
    Verb(
        ("oci", "changes"),
        ("resource?",),
        "who changed what",
        READ,
        (*CLOUD, "since", "who"),
        "oci changes --since 7d",
    ),
    Verb(
        ("oci", "who-can"),
        ("verb", "resource in compartment...?"),
        "who may do this in Oracle Cloud, by which statement",
        "iam:read",
        ("compartment", "service"),
        "oci who-can manage instances in shop/prod",
    ),
    Verb(
        ("iam", "who-can"),
        ("verb", "resource in compartment...?"),
        "the same",
        "iam:read",
        ("compartment", "service"),
        "iam who-can terminate instances in shop/prod",
    ),
    Verb(
        ("logs",),
        ("workload?",),
        "what a workload's logs say; alone, what Oracle Cloud's say",
        "kubernetes:logs",
        (*WHERE, "since", "until", "grep", "level", *ORACLE_LOGS),
        "logs checkout --since 1h",
        switches=("worst",),
    ),
)
