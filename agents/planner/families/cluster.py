"""The cluster beyond its health: paths, quotas, room, certificates, grants, drift, alerts."""

from __future__ import annotations

import re
from typing import Any

from agents.planner.families.ask import ask
from agents.planner.reading import Reading

_END = r"(?:the )?(?P<{}>[a-z0-9][\w./-]*[a-z0-9])"
_PATH = re.compile(
    rf"\b(?:can|could|is|may) {_END.format('a')} (?:able to |still )?(?:reach|talk to|connect to|call|access) {_END.format('b')}"
    rf"|\b(?:blocks|stops?) {_END.format('a2')} from (?:calling |reaching )?{_END.format('b2')}"
)  # fmt: skip
_PORT = re.compile(r"\b(?:on|port) (?:port )?(\d{1,5})\b")
_NODE = re.compile(r"\bnode (?P<a>[a-z0-9][\w.-]*\d)\b|\bcan (?P<b>[a-z0-9][\w.-]*\d) be drained\b")
_RELEASE = re.compile(r"\bhelm release (?!is\b|in\b|of\b|has\b|that\b)(?P<name>[a-z0-9][a-z0-9.-]*)")
_COUNT = re.compile(
    r"\b(\d{1,4}) (?:more |extra |another )?(?:replicas?|pods?|copies)\b|\banother (\d{1,4})\b"
)
_SIZE = re.compile(r"(?P<cpu>\d+m?) cpus?\b(?: and (?P<memory>\d+(?:Gi|Mi)))?", re.IGNORECASE)
_RIGHTS = r"\b(?:rbac|role ?bindings?|cluster ?roles?|kubernetes (?:rights|permissions|access|roles)|(?:holds?|has|have) (?:which|what) (?:roles?|rights))\b"
_DRAWN = r"\b(?:graph|picture|diagram|drawing|draw|visuali[sz]e|map)\b"
_WHO = re.compile(
    r"\bwhat (?:can|may|is) (?:service ?account )?(?P<who>system:serviceaccount:[\w:-]+|[\w.@-]+) (?:in \S+ )?(?:do|allowed)\b"
    r"|\brights has (?:group |user )?(?P<who2>[\w.@-]+) on kubernetes\b"
)


def _path(reading: Reading) -> dict[str, Any]:
    match, port = _PATH.search(reading.low), _PORT.search(reading.norm)
    if match is None:
        return {}
    ends = {"source": match["a"] or match["a2"], "target": match["b"] or match["b2"]}
    return ends | ({"port": port[1]} if port else {})


def _node(reading: Reading) -> dict[str, Any]:
    match = _NODE.search(reading.low)
    return {"name": match["a"] or match["b"]} if match else {}


def _release(reading: Reading) -> dict[str, Any]:
    match = _RELEASE.search(reading.low)
    return {"name": match["name"]} if match else {}


def _fits(reading: Reading) -> dict[str, Any]:
    count, size = _COUNT.search(reading.norm), _SIZE.search(reading.raw)
    args: dict[str, Any] = {"count": int(count[1] or count[2])} if count else {}
    return args | ({key: value for key, value in size.groupdict().items() if value} if size else {})


def _who(reading: Reading) -> dict[str, Any]:
    match = _WHO.search(reading.low)
    return {"who": match["who"] or match["who2"]} if match else {}


FAMILY = (
    ask("k8s_path", r"\bnetwork polic(?:y|ies)\b.*\b(?:blocks?|stops?)\b|\b(?:can|could|is|may) (?!you\b|we\b|i\b|nobody\b|no one\b|anyone\b|people\b|users\b|customers\b)(?:the )?[a-z0-9][\w./-]* (?:able to |still )?(?:reach|talk to|connect to) (?:the )?[a-z0-9]", _path, needs="source"),
    ask("k8s_quota", r"\bquotas?\b(?!.*\b(?:oci|oracle|block storage)\b)"),
    ask("k8s_fits", r"\bstill fit\b|\bwould \d+ more\b.*\bfit\b|\b(?:room for|how many more|another) \d*\b.*\b(?:replicas?|pods?|fit)\b", _fits, target=True),
    ask("k8s_certificates", r"\bcertificates?\b|\bcerts\b|\btls secrets?\b"),
    ask("k8s_releases", r"\bhelm\b(?=.*\b(?:releases?|charts?|upgrades?|installs?|rollbacks?|history|stuck|pending|failed|operation)\b)|\b(?:releases?|charts?|history)\b.*\bhelm\b", _release),
    ask("k8s_autoscaling", r"\bautoscal\w+\b|\bhpas?\b|\bwhy does \S+ not scale up\b", target=True),
    ask("k8s_volumes", r"\bvolume claims?\b|\bpersistent volumes?\b|\bpvcs? (?:are|is)\b|\bpvc not bound\b|\bvolumes? nearly full\b"),
    ask("k8s_rbac_graph", rf"{_RIGHTS}.*{_DRAWN}|{_DRAWN}.*{_RIGHTS}"),
    ask("k8s_risky_grants", r"\brisky\b.*\b(?:rbac|grants?)\b|\brbac grants? are risky\b|\bbecome cluster[ -]admin\b|\bover-?privileged in the cluster\b|\bdangerous role ?bindings?\b|\boverly broad clusterroles?\b"),
    ask("k8s_service_accounts", r"\bservice ?accounts\b.*\b(?:unused|too many|mount|in)\b|\bover-?privileged service ?accounts?\b|\bruns as service ?account\b|\blist the service ?accounts\b"),
    ask("k8s_what_can", r"\bwhat (?:can|may) \S+ do in the cluster\b|\bwhat (?:can|may) system:serviceaccount:\S+ do\b|\bwhat (?:can|may|is) service ?account \S+ (?:in \S+ )?(?:do|allowed)\b|\brights has \S+ ?\S* on kubernetes\b", _who, needs="who"),
    ask("k8s_drift", r"\bdrift\w*\b|\bby hand\b|\bedited manually\b|\bdiffers? from its manifest\b", target=True),
    ask("prom_alerts", r"\bprometheus alerts?\b|\balertmanager\b|\bsilences\b|\balerts? (?:is|are) silenced\b"),
    ask("ops_map", r"\bservice map\b(?=.*\b(?:propos\w+|suggest\w*|add\w*|discover\w*|missing)\b)|\b(?:propos\w+|suggest\w*|discover\w*)\b.*\bservice map\b|\bwhat (?:can|do) you see from here\b"),
    ask("prom_dashboards", r"\bgrafana\b"),
    ask("k8s_node", r"\b(?:describe|on|is|can) node [\w.-]+\d\b(?!.*\bcordon)|\bcan [\w.-]+\d be drained\b|\bdraining node \S+|\bnode conditions\b", _node),
    ask("ops_suspects", r"\bsuspects\b|\bchanged? before\b.*\b(?:all|every) sources?\b"),
    ask("k8s_overview", r"\bwhat runs where\b|\bhow are all clusters\b|\bwhole cluster\b|\bversion does the cluster\b|\bnamespace \S+ at a glance\b"),
    ask("k8s_workload", r"\bdescribe (?:deployment|statefulset|daemonset|cronjob) \S+|\bwhat probes does\b|\bshow (?:me )?the (?:whole )?(?:deployment|statefulset|daemonset) \S+|\bwhich (?:services|configmaps)\b.* does \S+ use\b", target=True),
    ask("ops_changes", r"\b(?:what|which changes) (?:did|has|have) (?:you|cloudops|(?:the|this) bot) (?:changed?|made?|make)\b|\bthe bot'?s changes\b"),
)  # fmt: skip
