"""What each tool takes beside its target and time: log level and text, verb and resource, kind to list, metric to query."""

from __future__ import annotations

import re
from typing import Any

from agents.planner.entities import KINDS, is_word
from agents.planner.reading import Reading

TIMED = frozenset({"k8s_logs", "k8s_events", "k8s_usage", "prom_query", "k8s_rollouts"})
ENDING = frozenset({"k8s_events", "k8s_rollouts"})  # these take an end of the window too
_VERBS = {
    "delete": "delete", "remove": "delete", "create": "create", "add": "create", "get": "get", "read": "get", "see": "get",
    "view": "get", "list": "list", "watch": "watch", "patch": "patch", "update": "update", "edit": "update",
    "change": "update", "modify": "update", "restart": "patch", "scale": "patch", "roll": "patch", "rollback": "patch",
    "deploy": "create", "write": "update", "exec": "create", "access": "get", "touch": "update", "kill": "delete",
    "impersonate": "impersonate", "bind": "bind", "escalate": "escalate",
}  # fmt: skip
_PLURALS = {
    "pod": "pods", "deployment": "deployments", "service": "services", "secret": "secrets", "configmap": "configmaps",
    "node": "nodes", "namespace": "namespaces", "job": "jobs", "cronjob": "cronjobs", "statefulset": "statefulsets",
    "daemonset": "daemonsets", "ingress": "ingresses", "role": "roles", "rolebinding": "rolebindings",
    "clusterrole": "clusterroles", "replicaset": "replicasets", "event": "events", "pvc": "persistentvolumeclaims",
    "hpa": "horizontalpodautoscalers", "persistentvolumeclaim": "persistentvolumeclaims",
    "horizontalpodautoscaler": "horizontalpodautoscalers", "log": "pods/log", "serviceaccount": "serviceaccounts",
}  # fmt: skip
_QUOTED = re.compile(
    r"(?:\bgrep|\bcontain(?:s|ing)?|\bmatching|\bmention(?:s|ing)?|\bwith|\bfor the (?:text|word|string))\s+[\"'`](?P<text>[^\"'`]{2,80})[\"'`]|\bgrep\s+(?:for\s+)?(?P<word>[\w.-]{3,40})"
)
_SIGNALS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "error_rate",
        r"\berror (?:rate|ratio|budget)s?\b|\b5xx\b|\b4xx\b|\bfailure rates?\b|\berrors (?:per|a)\b|\bhttp 5\w\w\b|\bsuccess rates?\b|\bavailability\b|\bslo\b|\b500s\b",
        ("error", "failure", "5xx", "success", "availability"),
    ),
    (
        "latency_p95",
        r"\blatenc\w+\b|\bp-?\d\d+\b|\bresponse times?\b|\bslow\w*\b|\bduration\b|\bpercentiles?\b|\bmedian\b",
        ("latency", "p95", "p99", "duration", "response"),
    ),
    ("connections", r"\bconnections?\b|\bpool\b", ("connection", "pool")),
    (
        "requests",
        r"\brequests?\b|\bqps\b|\brps\b|\btraffic\b|\bthroughput\b|\bcalls\b|\bhits\b|\borders per\b|\btransactions\b",
        ("request", "traffic", "rps", "qps", "throughput"),
    ),
    ("queue", r"\bqueue\b|\blag\b", ("queue", "lag")),
    ("memory", r"\bmemory\b", ("memory",)),
    ("cpu", r"\bcpu\b", ("cpu",)),
)
_PROMQL = re.compile(
    r"(?P<q>(?:\b(?:rate|sum|avg|min|max|count|increase|irate|histogram_quantile|topk|max_over_time|avg_over_time)\s*(?:by\s*\([^)]*\)\s*)?\(.+\)|[a-zA-Z_:][\w:]*\{[^}]*\}(?:\[\w+\])?)(?:\s*[-+/*<>]\s*\S+)*)"
)
_METRIC = re.compile(r"\b[a-z]+(?:_[a-z0-9]+){2,}\b")


def _logs(reading: Reading) -> dict[str, Any]:
    args: dict[str, Any] = {}
    if re.search(
        r"\b(?:errors?|exceptions?|failures?|stack ?traces?|tracebacks?|panics?|fatal)\b", reading.norm
    ):
        args["level"] = "error"
    elif re.search(r"\bwarnings?\b", reading.norm):
        args["level"] = "warning"
    if match := _QUOTED.search(reading.raw):
        args["contains"] = match["text"] or match["word"]
    if re.search(
        r"\bprevious (?:container|instance|pod|run|crash|one)\b|\bbefore (?:the|it) (?:crash|restart)\w*\b|--previous\b",
        reading.norm,
    ):
        args["previous"] = True
    return args


_ACCOUNT = re.compile(
    r"\bsystem:serviceaccount:[a-z0-9-]+:[a-z0-9-]+|\bservice ?accounts? (?:named |called )?[\"'`]?(?P<name>[a-z0-9][a-z0-9-]*)"
)
_SUBJECT = re.compile(
    r"\bsystem:serviceaccount:\S+|\b(?:the |which |any )?(?:\w+ )?service ?accounts?\b(?= (?:\S+ )?(?:can|may|has|have|read|get|list|delete|create|watch|see|access|do))"
)
_PERSON = re.compile(
    r"^(?:and |so |please )*(?:can|may|could|is)\s+(?:the\s+)?(?:user\s+)?(?P<name>[A-Za-z0-9][\w.@:+-]*)\s+(?:be\s+)?(?:allowed to |able to |permitted to )?(?:delete|create|get|list|read|patch|update|exec|scale|restart|see|access|watch|edit|roll)\b",
    re.IGNORECASE,
)
_ANYBODY = frozenset(
    {"i", "we", "you", "they", "he", "she", "it", "who", "anyone", "anybody", "everyone", "someone", "bot"}
)
_PEOPLE = frozenset({"alice", "bob", "carol", "dan"})  # no English words, only never names of workloads
_BEFORE = re.compile(r"\b(?P<name>[a-z0-9][a-z0-9-]*) service ?account\b")
_ARTICLES = {
    "can",
    "may",
    "in",
    "of",
    "for",
    "have",
    "has",
    "is",
    "are",
    "with",
    "to",
    "that",
    "do",
    "does",
    "the",
    "a",
    "which",
    "any",
    "what",
    "my",
    "our",
}
_NO_ACCOUNT = frozenset({*_ARTICLES, *_VERBS})


def _account(reading: Reading) -> dict[str, str]:
    """The service account that is asked about, in the form that RBAC names it."""
    if person := _person(reading):
        return {"who": person}
    match = _ACCOUNT.search(reading.low)
    if match is not None and match["name"] in _NO_ACCOUNT:
        match = _BEFORE.search(reading.low)
    if match is None or match["name"] in _NO_ACCOUNT:
        return {}
    if match["name"] is None:
        return {"who": match.group()}
    namespace = reading.found.namespace or reading.context.scope.namespace
    return {"who": f"system:serviceaccount:{namespace}:{match['name']}"} if namespace else {}


def _person(reading: Reading) -> str:
    """The one user who is asked about, as the cluster may know them; nobody where the words mean anybody."""
    match = _PERSON.search(reading.raw)
    name = match["name"] if match else ""
    low = name.lower()
    if not name or low.startswith("system:") or low in _NO_ACCOUNT | _ANYBODY or low in reading.found.spans:
        return ""
    return "" if is_word(low) and low not in _PEOPLE else name


def _who_can(reading: Reading) -> dict[str, Any]:
    account = _account(reading)
    words = re.findall(r"[a-z]+", _SUBJECT.sub(" ", reading.norm))
    after = words[words.index("can") + 1 :] if "can" in words else words
    verb = next(
        (_VERBS[word] for word in after if word in _VERBS),
        next((_VERBS[w] for w in words if w in _VERBS), "get"),
    )
    args: dict[str, Any] = {"verb": verb, "resource": _resource(words, verb, reading)}
    if re.search(r"\bexec\b", reading.norm):
        args |= {"verb": "create", "resource": "pods/exec"}
    return args | account


def _resource(words: list[str], verb: str, reading: Reading) -> str:
    for word in words:
        singular = word.removesuffix("s")
        if word in _PLURALS or singular in _PLURALS:
            return _PLURALS.get(word) or _PLURALS[singular]
        if word.endswith("es") and word[:-2] in _PLURALS:
            return _PLURALS[word[:-2]]
    return "deployments" if verb in {"patch", "update"} or reading.found.specific else "pods"


def _resources(reading: Reading) -> dict[str, Any]:
    kind = reading.found.listed_kind or reading.found.kind
    if not kind:
        kind = next((KINDS[word] for word in re.findall(r"[a-z]+", reading.norm) if word in KINDS), "")
    if not kind and re.search(r"\breplicas?\b|\bworkloads?\b|\bapps?\b|\bapplications\b", reading.norm):
        kind = "deployment"
    return {"kind": kind or "pod"}


def _query(reading: Reading) -> dict[str, Any]:
    if match := _PROMQL.search(reading.raw):
        return {"query": match["q"].strip()}
    if reading.found.specific is False and (match := _METRIC.search(reading.low)):
        return {"query": match.group()}
    known = _metrics_known(reading)
    named = next(
        (name for name in known if name.lower().replace("_", " ") in reading.norm.replace("_", " ")), ""
    )
    if named:
        return {"metric": named}
    for signal, pattern, parts in _SIGNALS:
        if re.search(pattern, reading.norm):
            fits = [name for name in known if any(part in name.lower() for part in parts)]
            return {"metric": fits[0] if fits else signal}
    return {}


def _metrics_known(reading: Reading) -> tuple[str, ...]:
    focus = reading.context.facts.focus
    name = reading.found.services[0] if reading.found.services else (focus.service if focus else "")
    return next((item.metrics for item in reading.context.catalog.find(name, "service")), ())


FILLERS = {"k8s_logs": _logs, "k8s_who_can": _who_can, "k8s_resources": _resources, "prom_query": _query}
