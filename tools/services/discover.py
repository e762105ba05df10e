"""Services that nobody wrote down: told by the labels that charts and people put on workloads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, cast

from tools.cluster.api import Api
from tools.cluster.kinds import BY_PLURAL, WORKLOADS
from tools.services.model import Service, WorkloadKind, WorkloadRef
from tools.spec import Json

# Strongest first. A Helm release names the service only where no label does: one release often holds several.
NAME_LABELS = ("app.kubernetes.io/name", "app", "k8s-app", "app.kubernetes.io/instance", "release")
PART_OF = "app.kubernetes.io/part-of"


def service_word(workload: Json) -> str:
    """The service that a workload says it belongs to; its own name when it says nothing."""
    labels: dict[str, str] = (workload["metadata"].get("labels") or {}) | _template_labels(workload)
    return next((labels[key] for key in NAME_LABELS if labels.get(key)), str(workload["metadata"]["name"]))


def _template_labels(workload: Json) -> dict[str, str]:
    template: dict[str, Any] = (workload.get("spec") or {}).get("template") or {}
    return (template.get("metadata") or {}).get("labels") or {}


def _slim(item: Json) -> Json:
    meta = item["metadata"]
    kept = {"name": meta["name"], "namespace": meta["namespace"], "labels": meta.get("labels") or {}}
    return {"metadata": kept, "spec": {"template": {"metadata": {"labels": _template_labels(item)}}}}


async def discover(api: Api, namespace: str = "") -> tuple[Service, ...]:
    """Services of one cluster (or of one namespace) from the labels of its workloads."""
    found: list[tuple[str, Json]] = []
    for plural in WORKLOADS:
        kind = BY_PLURAL[plural]
        found += [(kind.singular, item) for item in await api.listing(kind, namespace, reduce=_slim)]
    return group(api.name, found)


def group(cluster: str, workloads: Iterable[tuple[str, Json]]) -> tuple[Service, ...]:
    """(kind, object) pairs to services: one a name and namespace; a part-of label is an alias when it is its own."""
    members: dict[tuple[str, str], list[WorkloadRef]] = defaultdict(list)
    for kind, workload in workloads:
        meta = workload["metadata"]
        ref = WorkloadRef(
            cluster=cluster, namespace=meta["namespace"], kind=cast("WorkloadKind", kind), name=meta["name"]
        )
        members[meta["namespace"], service_word(workload)].append(ref)
    return tuple(
        Service(name=word, workloads=tuple(refs), discovered=True)
        for (_, word), refs in sorted(members.items())
    )
