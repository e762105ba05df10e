"""All detectors over one snapshot, in order of how much each finding explains."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tools.cluster.diagnosis import (
    access,
    aggregated,
    autoscaling,
    chaos,
    config,
    crash,
    credentials,
    gateways,
    helmed,
    image,
    ingress,
    init,
    issuing,
    jobs,
    leaving,
    local,
    mine,
    nodes,
    pending,
    policies,
    probes,
    refused,
    release,
    rollout,
    said,
    services,
    shadowed,
    throttled,
    vanished,
)
from tools.cluster.diagnosis.finding import Detector, Finding
from tools.cluster.diagnosis.unknown import Unexplained, unexplained
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload, workloads

# What a detector looks at, in words; the kinds that it needs; the detector.
DETECTORS: tuple[tuple[str, tuple[str, ...], Detector], ...] = (
    (
        "admission: quota, LimitRange, Pod Security, webhooks, ServiceAccount",
        ("replicasets",),
        refused.detect,
    ),
    ("pods that stay Terminating", (), leaving.detect),
    ("the namespace's own deletion", ("namespaces",), leaving.detect_namespaces),
    ("node readiness and pressure", ("nodes",), nodes.detect),
    ("rollout progress, pauses, scale to zero", ("deployments", "replicasets"), rollout.detect),
    ("scheduling: room, selectors, taints, affinity, volumes", (), pending.detect),
    ("ConfigMap, Secret and volume references", ("events",), config.detect),
    ("init containers", (), init.detect),
    ("crashes, exits, memory kills, liveness probes", (), crash.detect),
    ("image pulls", (), image.detect),
    ("rights of service accounts in the logs", (), access.detect),
    ("Jobs and CronJobs", ("jobs", "cronjobs"), jobs.detect),
    ("readiness probes", (), probes.detect),
    ("Service selectors and ports", ("services",), services.detect),
    ("Ingress classes and backends", ("ingresses", "services"), ingress.detect),
    ("Gateways and their routes", ("gateways", "httproutes"), gateways.detect),
    ("certificates that are issued", ("certificates",), issuing.detect),
    ("autoscalers", ("horizontalpodautoscalers",), autoscaling.detect_hpa),
    ("disruption budgets", ("poddisruptionbudgets",), autoscaling.detect_pdb),
    ("aggregated APIs", ("horizontalpodautoscalers",), aggregated.detect),
    ("Services that clients call by name", ("services",), vanished.detect),
    ("NetworkPolicies between clients and what they call", ("networkpolicies",), policies.detect),
    ("Services that serve on their own nodes only", ("services",), local.detect),
    ("expired certificates and throttling in the logs", (), said.detect),
    ("variables given twice, ConfigMaps newer than their pods", ("configmaps",), shadowed.detect),
    ("credentials from Secrets that are refused", (), credentials.detect),
    ("processor throttling in the metrics", (), throttled.detect),
    ("chaos experiments", ("events",), chaos.detect),
    ("releases against errors and metrics", ("replicasets",), release.detect),
    ("Helm releases", (helmed.RECORDS,), helmed.detect),
    ("rights of my own", (), mine.detect),
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`findings` best explanation first, risks last. No fault among them means: nothing is wrong with what was seen."""

    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    workloads: tuple[Workload, ...]
    unexplained: tuple[Unexplained, ...] = ()

    @property
    def faults(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity == "fault")

    @property
    def verdict(self) -> str:
        """The fault that explains most; that nothing is wrong is an answer, too."""
        if self.faults:
            return self.faults[0].fault
        return "unexplained" if self.unexplained else "nothing_wrong"


def analyse(snap: Snapshot, focus: frozenset[str] = frozenset()) -> Diagnosis:
    """Only what could be read counts as checked. `focus` holds `<kind>/<name>` of what was asked about, kind `*` for any; empty means the whole namespace."""
    everything = workloads(snap)
    findings = [finding for _, _, detect in DETECTORS for finding in detect(snap, everything)]
    if focus:
        findings = [_asked_about(f) for f in findings if _concerns(f, focus)]
        everything = tuple(w for w in everything if _named(f"{w.kind}/{w.name}", focus))
    findings.sort(key=lambda f: (f.severity == "risk", f.rank, -f.confidence, f.object))
    faults = tuple(f for f in findings if f.severity == "fault")
    return Diagnosis(
        tuple(findings),
        tuple(
            words
            for words, kinds, _ in DETECTORS
            if all(snap.knows(kind) or kind in snap.spared for kind in kinds)
        ),
        everything,
        unexplained(snap, everything, faults),
    )


def _asked_about(finding: Finding) -> Finding:
    """Something that is off on purpose is only a fault to who asks why it does not run."""
    return replace(finding, severity="fault") if finding.fault in {"scaled_to_zero", "cronjob"} else finding


def _concerns(finding: Finding, focus: frozenset[str]) -> bool:
    return any(_named(touched, focus) for touched in finding.touches)


def _named(thing: str, focus: frozenset[str]) -> bool:
    return thing in focus or f"*/{thing.partition('/')[2]}" in focus
