"""Who else manages a workload and would undo a change made by hand."""

from __future__ import annotations

from collections.abc import Iterable

from tools.cluster.objects import annotated, labels, name, spec
from tools.plan import Ownership
from tools.spec import Json

_ARGO = ("argocd.argoproj.io/instance", "argocd.argoproj.io/tracking-id")
_FLUX = ("kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name")


def owner_of(item: Json) -> Ownership:
    """GitOps first, since it would undo; then Helm, which only does at its next upgrade."""
    marks = labels(item) | annotated(item)
    argo = next((marks[key] for key in _ARGO if marks.get(key)), "")
    if argo:
        app = argo.split(":")[0]
        return Ownership(
            manager="argocd",
            detail=f"managed by Argo CD application {app}",
            reverts=True,
            lasting_route=f"change the manifests in the Git repository of application {app}; Argo CD puts its state back at the next sync",
        )
    flux = next((marks[key] for key in _FLUX if marks.get(key)), "")
    if flux:
        return Ownership(
            manager="flux",
            detail=f"managed by Flux {flux}",
            reverts=True,
            lasting_route=f"change the manifests that Flux {flux} applies; it puts them back at the next reconciliation",
        )
    release = annotated(item).get("meta.helm.sh/release-name") or (
        labels(item).get("app.kubernetes.io/instance", "")
        if labels(item).get("app.kubernetes.io/managed-by") == "Helm"
        else ""
    )
    if release:
        return Ownership(
            manager="helm",
            detail=f"installed by Helm release {release}",
            lasting_route=f"change the values of Helm release {release}; its next upgrade sets them again",
        )
    return Ownership()


def scaler_of(item: Json, kind: str, autoscalers: Iterable[Json]) -> Ownership | None:
    """The autoscaler that decides the number of pods, if one does."""
    for hpa in autoscalers:
        target = spec(hpa).get("scaleTargetRef") or {}
        if (target.get("kind"), target.get("name")) == (kind, name(item)):
            low, high = spec(hpa).get("minReplicas", 1), spec(hpa).get("maxReplicas")
            return Ownership(
                manager="hpa",
                detail=f"HorizontalPodAutoscaler {name(hpa)} decides between {low} and {high} pods",
                reverts=True,
                lasting_route=f"change minReplicas or maxReplicas of HorizontalPodAutoscaler {name(hpa)}",
            )
    return None
