"""The same problem again has the same fingerprint: the rule and what it is about, without what changes from one time to the next."""

from __future__ import annotations

import hashlib
import json
import re

from agents.triage.alert import Alert
from agents.triage.subject import Subject, probed, subject_of

# Replicas of one workload, who measured, how bad it is now, and numbers are not part of what is wrong.
_PASSING = frozenset(
    (
        "pod", "pod_name", "kubernetes_pod_name", "instance", "endpoint", "prometheus", "prometheus_replica", "replica", "receiver",
        "container_id", "uid", "pod_uid", "alertstate", "value", "values", "job", "severity", "priority", "monitor", "image", "image_id",
        "revision", "version", "pod_template_hash", "ip", "pod_ip", "query", "shape", "count", "current", "threshold", "duration", "since",
        "trace_id", "request_id", "controller_revision_hash", "statuscode",
    )
)  # fmt: skip
_NUMBERS = re.compile(r"\d+(?:[.,:]\d+)*")
_SPACES = re.compile(r"\s+")


def fingerprint(alert: Alert) -> str:
    """16 hex digits."""
    sealed = json.dumps([rule_of(alert.name), _about(alert, subject_of(alert))], sort_keys=True)
    return hashlib.sha256(sealed.encode()).hexdigest()[:16]


def rule_of(name: str) -> str:
    """A rule's name without measured numbers; a name of one word keeps its digits."""
    plain = _SPACES.sub(" ", name.strip().lower())
    return _NUMBERS.sub("#", plain) if " " in plain else plain


def _about(alert: Alert, subject: Subject) -> dict[str, str]:
    kept = {key: text.lower() for key, text in alert.labels.items() if key not in _PASSING}
    if target := probed(alert.labels):
        kept["target"] = target
    if subject.workload:  # one problem of a workload, whichever pod shows it
        kept = {
            key: text for key, text in kept.items() if key not in ("node", "nodename", "host", "hostname")
        }
        kept["workload"] = subject.workload
    elif subject.node:
        kept["node"] = subject.node
    return kept
