"""Who else manages an object, by the marks on it; what its manager does about a change is read in reverting.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from tools.cluster.gitops import ARGO_HOME, GITOPS
from tools.cluster.kinds import Kind
from tools.cluster.objects import annotated, labels, meta, name, spec
from tools.plan import Ownership
from tools.spec import Json

_ARGO = ("argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance")
_FLUX = {"kustomize.toolkit.fluxcd.io": "kustomization", "helm.toolkit.fluxcd.io": "helmrelease"}
SYNC_S: Final = 15.0  # an autoscaler looks this often
CALM_S: Final = 300.0  # and takes pods away only after so long, unless told otherwise


@dataclass(frozen=True, slots=True)
class Mark:
    """`kind` is the GitOps object that applies it; none for Helm, which leaves no such object."""

    manager: Literal["argocd", "flux", "helm"]
    name: str
    namespace: str = ""
    kind: Kind | None = None


def mark_of(item: Json) -> Mark | None:
    """GitOps first, since it would undo; then Helm, which only does at its next upgrade."""
    return _argo(item) or _flux(item) or _helm(item)


def _argo(item: Json) -> Mark | None:
    marks = labels(item) | annotated(item)
    app = next((marks[key] for key in _ARGO if marks.get(key)), "").split(":")[0]
    if not app:
        return None
    home, _, plain = app.rpartition("_")  # `namespace_name` where Applications live in several namespaces
    return Mark("argocd", plain, home or ARGO_HOME, GITOPS["application"])


def _flux(item: Json) -> Mark | None:
    for group, kind in _FLUX.items():
        named = labels(item).get(f"{group}/name")
        if named:
            home = labels(item).get(f"{group}/namespace") or str(meta(item).get("namespace", ""))
            return Mark("flux", named, home, GITOPS[kind])
    return None


def _helm(item: Json) -> Mark | None:
    release = annotated(item).get("meta.helm.sh/release-name") or (
        labels(item).get("app.kubernetes.io/instance", "")
        if labels(item).get("app.kubernetes.io/managed-by") == "Helm"
        else ""
    )
    home = annotated(item).get("meta.helm.sh/release-namespace") or str(meta(item).get("namespace", ""))
    return Mark("helm", release, home) if release else None


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
                lasting_route=f"change minReplicas or maxReplicas of HorizontalPodAutoscaler {name(hpa)}: hpa_bounds {name(hpa)}",
                interval_s=_patience(hpa),
            )
    return None


def _patience(hpa: Json) -> float:
    """After how long at most it has taken away pods that it does not want."""
    down = (spec(hpa).get("behavior") or {}).get("scaleDown") or {}
    return SYNC_S + float(down.get("stabilizationWindowSeconds", CALM_S))
