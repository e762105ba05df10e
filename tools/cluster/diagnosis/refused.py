"""Pods that the API server refuses to create: then there is no pod to look at, only what the controller was told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tools.cluster.diagnosis.finding import Finding, about
from tools.cluster.objects import condition, event_start, name, status, when
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the controller was told when it tried to create a pod."""

    message: str
    since: datetime
    facts: tuple[Evidence, ...]


_QUOTA = re.compile(
    r"exceeded quota: (?P<name>[^,]+), requested: (?P<asked>.+?), used: (?P<used>.+?), limited: (?P<hard>.+)"
)
_MUST = re.compile(r"failed quota: (?P<name>[^:]+): must specify (?P<what>.+)")
_LIMIT = re.compile(
    r"(?P<rule>(?:maximum|minimum) \S+ usage per \w+ is \S+, but (?:limit|request) is \S+)\.?"
)
_PSA = re.compile(r'violates PodSecurity "(?P<level>[^"]+)": (?P<why>.+)')
_HOOK = re.compile(r'failed calling webhook "(?P<hook>[^"]+)"(?P<why>.*)')
_DENIED = re.compile(r'admission webhook "(?P<hook>[^"]+)" denied the request:? ?(?P<why>.*)')
_ACCOUNT = re.compile(
    r'serviceaccount "(?P<name>[^"]+)" not found|error looking up service account \S+/(?P<other>[^:\s]+)'
)


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        refusal = _refusal(snap, workload)
        if refusal is not None:
            fault, why, facts = _judge(snap, refusal.message)
            yield about(
                snap,
                workload,
                fault,
                f"{workload.kind} {workload.name} has {len(workload.live)} of {workload.desired or 1} pods because the API server refuses to create more: {why}",
                [*refusal.facts, *facts],
                rank=10,
                since=refusal.since,
                ruled_out=("image, program, probes and scheduling: no pod was created that could fail",),
                detail={"message": refusal.message[:400]},
            )


def _refusal(snap: Snapshot, workload: Workload) -> Refusal | None:
    if workload.plural == "deployments":
        current = workload.current(snap)
        failed = condition(current, "ReplicaFailure") if current else {}
        if current is not None and failed.get("status") == "True":
            message = failed.get("message", "")
            facts = (
                snap.fact(
                    "replicasets",
                    current,
                    "status.conditions[ReplicaFailure].reason",
                    failed.get("reason", ""),
                ),
                snap.fact("replicasets", current, "status.conditions[ReplicaFailure].message", message),
            )
            return Refusal(message, when(failed.get("lastTransitionTime")), facts)
        return None
    if len(workload.live) >= max(workload.desired, 1) or workload.plural in {"pods", "cronjobs"}:
        return None
    if workload.plural == "jobs" and _over(workload.item):
        return None
    events = snap.events(workload.plural, workload.item, "FailedCreate")
    if not events:
        return None
    return Refusal(events[0].get("message", ""), min(event_start(e) for e in events), (snap.told(events[0]),))


def _over(job: Json) -> bool:
    return any(
        condition(job, kind).get("status") == "True" for kind in ("Complete", "Failed", "SuccessCriteriaMet")
    )


def _judge(snap: Snapshot, message: str) -> tuple[str, str, list[Evidence]]:
    if found := _QUOTA.search(message):
        why = f"quota {found['name']} is used up (asked {found['asked']}, used {found['used']}, limit {found['hard']})"
        return "quota_exceeded", why, _quota_facts(snap, found["name"])
    if found := _MUST.search(message):
        what = " and ".join(_resources(found["what"]))
        why = f"quota {found['name']} demands {what}, which the pod template does not set"
        return "quota_exceeded", why, _quota_facts(snap, found["name"])
    if found := _LIMIT.search(message):
        ranges = [
            snap.fact("limitranges", item, "spec.limits", found["rule"].split(", but")[0])
            for item in snap.of("limitranges")
        ]
        return "limit_range", f"a LimitRange refuses it: {found['rule']}", ranges
    if found := _PSA.search(message):
        return (
            "pod_security",
            f"Pod Security level {found['level']} refuses it: {found['why'][:200]}",
            _level(snap),
        )
    if found := _HOOK.search(message):
        why = found["why"].lstrip(": ")[:200]
        return (
            "webhook_denied",
            f"admission webhook {found['hook']} cannot be called: {why}",
            _hook_facts(snap, found["hook"]),
        )
    if found := _DENIED.search(message):
        return "webhook_denied", f"admission webhook {found['hook']} denies it: {found['why'][:200]}", []
    if found := _ACCOUNT.search(message):
        account = found["name"] or found["other"]
        return (
            "service_account_missing",
            f"ServiceAccount {account} does not exist",
            _account_facts(snap, account),
        )
    return "quota_exceeded" if "quota" in message else "webhook_denied", message[:300], []


def _resources(text: str) -> list[str]:
    """`limits.cpu for: a,b; limits.memory for: a` to the resources, each once."""
    return list(
        dict.fromkeys(
            part.split(" for:")[0].strip() for part in re.split(r"[;,]", text) if "." in part or part.strip()
        )
    )


def _quota_facts(snap: Snapshot, wanted: str) -> list[Evidence]:
    quota = snap.named("resourcequotas", wanted)
    if quota is None:
        return []
    hard, used = status(quota).get("hard") or {}, status(quota).get("used") or {}
    text = ", ".join(f"{key} {used.get(key, '0')} of {value}" for key, value in sorted(hard.items()))
    return [snap.fact("resourcequotas", quota, "status.used", text, label=f"quota {wanted}")]


def _level(snap: Snapshot) -> list[Evidence]:
    namespace = snap.named("namespaces", snap.namespace)
    if namespace is None:
        return []
    key = "pod-security.kubernetes.io/enforce"
    level = (namespace["metadata"].get("labels") or {}).get(key, "")
    return [snap.fact("namespaces", namespace, f"metadata.labels[{key}]", level, label="enforced level")]


def _hook_facts(snap: Snapshot, hook: str) -> list[Evidence]:
    facts = []
    for plural in ("validatingwebhookconfigurations", "mutatingwebhookconfigurations"):
        for item in snap.of(plural):
            for entry in item.get("webhooks") or []:
                if entry.get("name") == hook:
                    service = (entry.get("clientConfig") or {}).get("service") or {}
                    text = f"Service {service.get('namespace')}/{service.get('name')}, failurePolicy {entry.get('failurePolicy')}"
                    facts.append(
                        snap.fact(
                            plural,
                            item,
                            f"webhooks[{hook}].clientConfig.service",
                            text,
                            label=f"webhook {hook}",
                        )
                    )
    return facts


def _account_facts(snap: Snapshot, account: str) -> list[Evidence]:
    if not snap.knows("serviceaccounts"):
        return []
    known = ", ".join(name(item) for item in snap.of("serviceaccounts"))
    return [
        Evidence(f"{snap.address('serviceaccounts', account)}#metadata.name", "ServiceAccounts there", known)
    ]
