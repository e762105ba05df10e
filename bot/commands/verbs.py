"""Every command, with its arguments, options and the permission that shows it in help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """One command. `words` are its positional arguments; `...` takes the rest, a trailing `?` is optional."""

    path: tuple[str, ...]
    words: tuple[str, ...]
    summary: str
    permission: str = ""  # what a person needs to see it in help; the gate decides again on the arguments
    flags: tuple[str, ...] = ()
    example: str = ""

    @property
    def name(self) -> str:
        return " ".join(self.path)

    @property
    def usage(self) -> str:
        words = [f"[{w.rstrip('?.')}]" if w.endswith("?") else f"<{w.rstrip('.')}>" for w in self.words]
        return " ".join([*self.path, *words])

    @property
    def least(self) -> int:
        return sum(not word.endswith("?") for word in self.words)


WHERE = ("namespace", "cluster", "service", "kind")
READ = "monitoring:read"
K8S = "kubernetes:read"
CHANGE = "remediation:execute"
AUDIT = "audit:read"
CLOUD = ("compartment", "region", "service")
COST = "cost:read"

VERBS: tuple[Verb, ...] = (
    Verb(("help",), ("command?", "subcommand?"), "what you may do here", example="help k8s logs"),
    Verb(("ask",), ("question...",), "ask in words", "genai:use", example="ask why is checkout failing?"),
    Verb(("status",), (), "how the bot and its connections are", example="status"),
    Verb(("whoami",), (), "who you are to the bot and what you may do here", example="whoami"),
    Verb(
        ("k8s", "overview"),
        ("service?",),
        "a service or namespace at a glance",
        READ,
        WHERE,
        "k8s overview checkout",
    ),
    Verb(("k8s", "unhealthy"), (), "workloads that are not well", K8S, WHERE, "k8s unhealthy -n shop"),
    Verb(("k8s", "why"), ("workload?",), "diagnose a workload or namespace", K8S, WHERE, "k8s why checkout"),
    Verb(
        ("k8s", "logs"),
        ("workload",),
        "log lines, clustered",
        "kubernetes:logs",
        (*WHERE, "since", "grep", "level"),
        "k8s logs checkout --since 15m",
    ),
    Verb(
        ("k8s", "events"),
        ("workload?",),
        "events, worst first",
        K8S,
        (*WHERE, "since"),
        "k8s events checkout",
    ),
    Verb(
        ("k8s", "rollouts"),
        ("workload",),
        "revisions and what changed between them",
        K8S,
        WHERE,
        "k8s rollouts checkout",
    ),
    Verb(
        ("k8s", "usage"),
        ("workload?",),
        "usage against requests and limits",
        K8S,
        (*WHERE, "since"),
        "k8s usage checkout",
    ),
    Verb(
        ("k8s", "who-can"),
        ("verb", "resource", "name?"),
        "who may do this in the cluster",
        "iam:read",
        WHERE,
        "k8s who-can delete pods -n shop",
    ),
    Verb(
        ("k8s", "undo"),
        ("workload",),
        "propose to roll back",
        CHANGE,
        (*WHERE, "revision", "reason"),
        "k8s undo checkout",
    ),
    Verb(
        ("k8s", "restart"),
        ("workload",),
        "propose a restart",
        CHANGE,
        (*WHERE, "reason"),
        "k8s restart checkout",
    ),
    Verb(
        ("k8s", "scale"),
        ("workload", "replicas"),
        "propose a number of replicas",
        CHANGE,
        (*WHERE, "reason"),
        "k8s scale checkout 4",
    ),
    Verb(
        ("k8s", "set-resources"),
        ("workload", "resources..."),
        "propose requests and limits",
        CHANGE,
        (*WHERE, "container", "reason"),
        "k8s set-resources checkout memory=256Mi",
    ),
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
        (*CLOUD, "since", "kind", "stat"),
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
    Verb(("plans",), (), "plans that wait, and the latest ones", "remediation:read", example="plans"),
    Verb(
        ("plans", "show"),
        ("plan",),
        "one plan as its card",
        "remediation:read",
        example="plans show plan_01ABC",
    ),
    Verb(
        ("plans", "cancel"),
        ("plan",),
        "withdraw a plan that has not started",
        CHANGE,
        example="plans cancel plan_01ABC",
    ),
    Verb(
        ("plans", "undo"),
        ("plan",),
        "propose to restore what a plan changed",
        CHANGE,
        example="plans undo plan_01ABC",
    ),
    Verb(("audit",), (), "the latest records", AUDIT, ("since", "person"), "audit --since 1h"),
    Verb(
        ("audit", "show"),
        ("record",),
        "one record, by number or request id",
        AUDIT,
        example="audit show 42",
    ),
    Verb(
        ("audit", "plan"),
        ("plan",),
        "everything about one plan",
        AUDIT,
        example="audit plan plan_01ABC",
    ),
    Verb(("audit", "verify"), (), "prove that nobody edited the record", AUDIT, example="audit verify"),
    Verb(("stop",), (), "stop all changes now", CHANGE, example="stop"),
    Verb(
        ("stop", "all"),
        ("changes?", "reason...?"),
        "stop all changes now",
        CHANGE,
        example="stop all changes",
    ),
    Verb(("resume",), (), "allow changes again (two admins)", "system:write", example="resume"),
)
BY_PATH: Mapping[tuple[str, ...], Verb] = {verb.path: verb for verb in VERBS}
GROUPS = frozenset(verb.path[0] for verb in VERBS if len(verb.path) > 1 and (verb.path[0],) not in BY_PATH)
FIRST_WORDS = tuple(dict.fromkeys(verb.path[0] for verb in VERBS))
