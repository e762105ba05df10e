"""Autoscalers that cannot work, and budgets that let nobody go."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.carriers import Carriers
from tools.cluster.diagnosis.finding import Finding
from tools.cluster.objects import (
    condition,
    containers,
    count,
    created,
    name,
    spec,
    stamp,
    status,
    template,
    when,
)
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

_ACTIVE = ("AbleToScale", "ScalingActive")


def detect_hpa(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    known = {(w.kind, w.name): w for w in found}
    for hpa in snap.of("horizontalpodautoscalers"):
        target = spec(hpa).get("scaleTargetRef") or {}
        workload = known.get((str(target.get("kind", "")).lower(), str(target.get("name", ""))))
        bad = next((c for kind in _ACTIVE if (c := condition(hpa, kind)).get("status") == "False"), None)
        if bad is None or bad.get("reason") == "ScalingDisabled":
            continue
        why, facts = _why(snap, hpa, bad, workload)
        yield Finding(
            "hpa_not_scaling",
            snap.address("horizontalpodautoscalers", name(hpa)),
            f"HorizontalPodAutoscaler {name(hpa)} cannot scale {target.get('kind', '').lower()} {target.get('name', '')} ({bad.get('reason', '')}): {why}",
            stamp(when(bad.get("lastTransitionTime"))),
            tuple(facts),
            0.95,
            32,
            frozenset(
                {
                    f"horizontalpodautoscaler/{name(hpa)}",
                    f"{str(target.get('kind', '')).lower()}/{target.get('name', '')}",
                }
            ),
        )


def _why(snap: Snapshot, hpa: Json, bad: Json, workload: Workload | None) -> tuple[str, list[Evidence]]:
    base = f"status.conditions[{bad.get('type')}]"
    facts = [
        snap.fact(
            "horizontalpodautoscalers", hpa, f"{base}.reason", bad.get("reason", ""), label="condition"
        ),
        snap.fact(
            "horizontalpodautoscalers", hpa, f"{base}.message", " ".join(bad.get("message", "").split())[:300]
        ),
    ]
    if workload is None:
        return "its target does not exist", facts
    wanted = [m["resource"]["name"] for m in spec(hpa).get("metrics") or [] if m.get("type") == "Resource"]
    for container in containers(template(workload.item)):
        asked = (container.get("resources") or {}).get("requests") or {}
        lacking = [resource for resource in wanted if resource not in asked]
        if lacking:
            path = f"spec.template.spec.containers[{container['name']}].resources.requests"
            facts.append(
                snap.fact(workload.plural, workload.item, path, "no " + ", ".join(lacking), label="requests")
            )
            return (
                f"container {container['name']} has no {', '.join(lacking)} requests, so there is no percentage to compute",
                facts,
            )
    if "no metrics returned" in bad.get("message", "") or "could not find the requested resource" in bad.get(
        "message", ""
    ):
        return "no metrics are served for its pods (is metrics-server there?)", facts
    return " ".join(bad.get("message", "").split())[:200], facts


def detect_pdb(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    carriers = Carriers(found)
    for budget in snap.of("poddisruptionbudgets"):
        if (
            "disruptionsAllowed" not in status(budget)
            or count(budget, "disruptionsAllowed")
            or not count(budget, "expectedPods")
        ):
            continue
        covered = [w for w in carriers.matched(spec(budget).get("selector")) if w.live]
        healthy, wanted = count(budget, "currentHealthy"), count(budget, "desiredHealthy")
        if healthy < wanted:
            continue  # the pods are the trouble; the budget does its work
        rule = (
            f"minAvailable {spec(budget)['minAvailable']}"
            if "minAvailable" in spec(budget)
            else f"maxUnavailable {spec(budget).get('maxUnavailable')}"
        )
        facts = [
            snap.fact(
                "poddisruptionbudgets", budget, "status.disruptionsAllowed", 0, label="disruptionsAllowed"
            ),
            snap.fact(
                "poddisruptionbudgets",
                budget,
                "status.currentHealthy",
                f"{healthy}, desired {wanted}",
                label="healthy pods",
            ),
            snap.fact("poddisruptionbudgets", budget, "spec", rule, label="rule"),
        ]
        yield Finding(
            "pdb_blocks",
            snap.address("poddisruptionbudgets", name(budget)),
            f"PodDisruptionBudget {name(budget)} allows no disruption (disruptionsAllowed=0): {rule} of {count(budget, 'expectedPods')} pods, so every drain or eviction waits for ever",
            stamp(created(budget)),
            tuple(facts),
            0.9,
            60,
            frozenset({f"poddisruptionbudget/{name(budget)}", *(f"{w.kind}/{w.name}" for w in covered)}),
            severity="risk",
        )
