"""The words that patterns look for, and the English that must not be mistaken for a typo of them."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that carry a meaning here; a near miss of one of them is a typo.
VOCABULARY = _words(
    """
    rollback rollbacks revert restart restarts restarted restarting reboot bounce recycle scale scaled scaling replica
    replicas instance instances deployment deployments deploy deployed deploys rollout rollouts release released
    releases revision revisions version versions history memory limit limits request requests usage consumption
    utilization utilisation resources resource events event warning warnings errors error exception exceptions logs
    lines message messages traceback healthy unhealthy health failing fails failed failure crashing crashed crash
    crashes crashloop broken degraded pending unavailable unreachable responding running latency slow slower sluggish
    database connections connection problem problems issue issues cause culprit reason bottleneck namespace cluster
    workload workloads container containers service services statefulset daemonset configmap configmaps ingress
    diagnose diagnosis investigate troubleshoot debug analyse analyze inspect overview status summary describe owner
    owners runbook dashboard dependencies depends permission permissions allowed access metrics metric prometheus
    traffic throughput changed change changes previous latest recent yesterday today minutes minute hours hour
    approval approvals approver approvers authorize confirm confirmed proceed permission instructions previous
    somewhere somebody someone everyone nothing whether namespace alternative understand understood
    okayed agreed signed cleared proceed okay
    increase decrease reduce raise lower double approve approved increasing why what which show please happened
    happening everything anything throttled throttling production staging response
    """
)

SHORTHAND = {
    "pls": "please",
    "plz": "please",
    "plss": "please",
    "u": "you",
    "ur": "your",
    "wat": "what",
    "wht": "what",
    "wy": "why",
    "db": "database",
    "dbs": "databases",
    "mem": "memory",
    "ram": "memory",
    "ns": "namespace",
    "svc": "service",
    "svcs": "services",
    "deploys": "deployments",
    "pdos": "pods",
    "podz": "pods",
    "pdo": "pod",
    "lgos": "logs",
    "losg": "logs",
    "lgs": "logs",
    "msgs": "messages",
    "mins": "minutes",
    "hrs": "hours",
    "hr": "hour",
    "ok": "okay",
    "oks": "okay",
    "alright": "okay",
    "prod": "production",
    "stg": "staging",
    "perms": "permissions",
    "wrng": "wrong",
    "shwo": "show",
    "hwo": "how",
    "teh": "the",
    "fo": "of",
    "nd": "and",
    "thx": "thanks",
    "ty": "thanks",
    "evnts": "events",
    "erros": "errors",
    "err": "error",
    "errs": "errors",
    "metrix": "metrics",
    "rollbck": "rollback",
    "restrat": "restart",
    "restar": "restart",
    "scle": "scale",
    "dwn": "down",
    "sloow": "slow",
    "slwo": "slow",
    "helth": "health",
}

# English that lies one letter away from a word above.
COMMON = _words(
    """
    stale scare scales restate restarts start started starts starting stare where there their these those which while
    with will would should could about after again other another order orders cart carts catalog catalogue payment
    payments product products check checks checkout front frontend shop store stock search price prices user users
    event eventually place replace reply replies charge charged charges chance chances chart charts changing cash
    least last late later lately list lists listing live alive leave level levels light lighter right write
    cluster clusters clue fail fall falls feeling filling mails tails trails crust brush crush causes clause because
    pause paused issued tissue reasons season person people power owned owning other others tower lowered flower
    slowed flow flows show shows shown showing throw throws know known now normal never every very version
    health wealth request requested quest release relate related please pleased pleasing plane plans plan state
    states stating staging stage status statue hours house minute today delay relay replay ready already
    double doubled trouble broke broker brokers token tokens running runs ran raining training
    memories limited unlimited limits list access assess excess process processes message massage lines liner
    usage sausage usages service servers server serve serves nodes node notes note mode model models
    alert alerts alarm alarms ticket tickets incident incidents weather whether better latter letter
    connect connected connects correct detect direct directly response respond responds inspect expect expected
    """
)
