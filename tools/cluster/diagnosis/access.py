"""Workloads that are refused by the API server: what their logs say, proven against roles and bindings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding, about
from tools.cluster.objects import name, spec
from tools.cluster.rbac import Ask, Rules
from tools.cluster.rights.risks import HARMLESS
from tools.cluster.snapshot import Snapshot, Text
from tools.cluster.workloads import Workload
from tools.spec import Evidence

_FORBIDDEN = re.compile(
    r'User "system:serviceaccount:(?P<ns>[^:"]+):(?P<sa>[^"]+)" cannot (?P<verb>\w+) resource "(?P<resource>[^"]+)"'
    r' in API group "(?P<group>[^"]*)"(?: in the namespace "(?P<where>[^"]+)")?'
)


def bound_roles(snap: Snapshot) -> list[str]:
    """Which kinds of roles the bindings of those whom logs name refer to; none before the bindings were read."""
    if not snap.knows("rolebindings"):
        return []
    rules = Rules.of(snap)
    kinds = {
        binding.role_kind
        for log in snap.logs
        for match in _FORBIDDEN.finditer(log.text)
        for binding in rules.bindings_of(f"system:serviceaccount:{match['ns']}:{match['sa']}")
        if binding.role not in HARMLESS
    }
    return [plural for kind, plural in (("Role", "roles"), ("ClusterRole", "clusterroles")) if kind in kinds]


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        names = {name(pod) for pod in workload.pods}
        refused: dict[tuple[str, ...], tuple[Text, re.Match[str]]] = {}
        for log in snap.logs:
            if log.pod in names:
                for match in _FORBIDDEN.finditer(log.text):
                    refused.setdefault((match["sa"], match["verb"], match["resource"]), (log, match))
        for log, match in refused.values():
            finding = _finding(snap, workload, log, match)
            if finding is not None:
                yield finding


def _finding(snap: Snapshot, workload: Workload, log: Text, match: re.Match[str]) -> Finding | None:
    what = f"{match['verb']} {match['resource']}"
    ask = Ask(match["verb"], match["group"], match["resource"], match["where"] or "")
    subject = f"system:serviceaccount:{match['ns']}:{match['sa']}"
    rules = Rules.of(snap)
    facts: list[Evidence] = [snap.said(log, match.group(0))]
    sure = snap.knows("rolebindings") and all(map(snap.knows, bound_roles(snap)))
    if sure and rules.allowed(subject, ask):
        return None  # allowed by now: an old log line
    has = rules.verbs(subject, ask)
    words = f"; its roles give it {', '.join(has)} on {match['resource']}" if has else ""
    facts += [
        Evidence(binding.ref, f"binding {binding.name}", f"{binding.role_kind} {binding.role}")
        for binding in rules.bindings_of(subject)
    ]
    pod = next(p for p in workload.pods if name(p) == log.pod)
    facts.append(
        snap.fact(
            "pods",
            pod,
            "spec.serviceAccountName",
            spec(pod).get("serviceAccountName", "default"),
            label="service account",
        )
    )
    return about(
        snap,
        workload,
        "rbac_forbidden",
        f"{workload.kind} {workload.name} is not allowed to {what}: ServiceAccount {match['sa']} has no right to {what} in namespace {ask.namespace or '(all)'}{words}",
        facts,
        rank=21,
        confidence=0.95 if sure else 0.7,
        ruled_out=("network and API server: they answered, with a refusal",),
        touches=(f"serviceaccount/{match['sa']}",),
    )
