"""Every command, with its arguments, options and the permission that shows it in help."""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands.detectorverbs import DETECTOR_VERBS
from bot.commands.digestverbs import DIGEST_VERBS
from bot.commands.lookups import LOOKUP_VERBS
from bot.commands.memoryverbs import MEMORY_VERBS
from bot.commands.notifyverbs import NOTIFY_VERBS
from bot.commands.oracleverbs import ORACLE_VERBS
from bot.commands.roomverbs import ROOM_VERBS
from bot.commands.serviceverbs import SERVICE_VERBS
from bot.commands.settingverbs import SETTING_VERBS
from bot.commands.shortcuts import SHORTCUTS
from bot.commands.triageverbs import TRIAGE_VERBS
from bot.commands.verb import AUDIT, CHANGE, K8S, READ, WHERE, Verb
from bot.commands.watchverbs import WATCH_VERBS

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
    *SHORTCUTS,
    *LOOKUP_VERBS,
    Verb(
        ("change",),
        ("action?", "arguments...?"),
        "propose any change by its name; alone it lists them",
        CHANGE,
        ("reason",),
        "change scale service=checkout replicas=4",
    ),
    *ORACLE_VERBS,
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
    Verb(
        ("reviews",),
        (),
        "uses of break-glass that nobody has reviewed",
        "remediation:read",
        example="reviews",
    ),
    Verb(
        ("reviews", "close"),
        ("plan", "words..."),
        "review a use of break-glass, in words",
        CHANGE,
        example="reviews close plan_01ABC the pods were out of memory and nobody else was awake",
    ),
    Verb(
        ("access",),
        (),
        "who holds what for a while, and what the policy offers",
        "remediation:read",
        example="access",
    ),
    Verb(
        ("access", "grant"),
        ("person", "offer"),
        "propose to give somebody something for a while",
        CHANGE,
        ("for", "until", "reason"),
        "access grant alice night-approver --for 2h",
    ),
    Verb(
        ("access", "revoke"),
        ("person", "offer"),
        "propose to take it back now",
        CHANGE,
        ("reason",),
        "access revoke alice night-approver",
    ),
    Verb(("runbooks",), (), "several changes as one plan", "remediation:read", example="runbooks"),
    Verb(
        ("runbooks", "show"),
        ("name", "parameters...?"),
        "plan every step of a runbook, proposing nothing",
        CHANGE,
        example="runbooks show surge-restart service=checkout high=4 normal=3",
    ),
    Verb(
        ("runbooks", "run"),
        ("name", "parameters...?"),
        "propose a runbook",
        CHANGE,
        example="runbooks run surge-restart service=checkout high=4 normal=3",
    ),
    Verb(
        ("changes",),
        ("service?",),
        "what this bot changed, who asked and who approved",
        READ,
        (*WHERE, "since", "until", "person"),
        "changes checkout --since 1d",
    ),
    Verb(
        ("audit",),
        (),
        "records by time, person, target",
        AUDIT,
        ("since", "until", "person", "target", "what"),
        "audit --since 1d --target checkout",
    ),
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
    Verb(
        ("incident",),
        (),
        "the incident of this channel, and who is on duty",
        "remediation:read",
        example="incident",
    ),
    Verb(
        ("incident", "declare"),
        ("title...",),
        "declare an incident in this channel",
        CHANGE,
        example="incident declare checkout is down",
    ),
    Verb(
        ("incident", "close"),
        ("note...?",),
        "close this channel's incident",
        CHANGE,
        example="incident close rolled back, holds",
    ),
    Verb(
        ("incident", "budget"),
        (),
        "raise the hourly budget of changes until it is closed (one approver)",
        "approve:high",
        example="incident budget",
    ),
    *ROOM_VERBS,
    *MEMORY_VERBS,
    *DIGEST_VERBS,
    *DETECTOR_VERBS,
    *SETTING_VERBS,
    *TRIAGE_VERBS,
    *WATCH_VERBS,
    *NOTIFY_VERBS,
    *SERVICE_VERBS,
    Verb(("keys",), (), "keys of people, for decisions while Slack is away", example="keys"),
    Verb(
        ("keys", "confirm"),
        ("key",),
        "say that a key is yours; as an admin, that it is that person's",
        example="keys confirm 0a1b-2c3d-4e5f-6071-8293-a4b5",
    ),
    Verb(
        ("keys", "revoke"),
        ("key",),
        "let a key count no more: your own, or as an admin anybody's",
        example="keys revoke 0a1b-2c3d-4e5f-6071-8293-a4b5",
    ),
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
