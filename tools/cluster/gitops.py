"""The objects by which Argo CD and Flux keep a cluster as Git has it, read as plain custom resources."""

from __future__ import annotations

import re

from tools.cluster.kinds import Kind
from tools.cluster.objects import spec, status
from tools.spec import Json

APPLICATION = Kind("applications", "Application", "argoproj.io", "v1alpha1", short=("app",))
KUSTOMIZATION = Kind("kustomizations", "Kustomization", "kustomize.toolkit.fluxcd.io", "v1", short=("ks",))
HELMRELEASE = Kind("helmreleases", "HelmRelease", "helm.toolkit.fluxcd.io", "v2", short=("hr",))
GITOPS = {kind.singular: kind for kind in (APPLICATION, KUSTOMIZATION, HELMRELEASE)}
ARGO_HOME = "argocd"  # where Applications live unless their name says otherwise
FLUX_HOME = "flux-system"
ARGO_S = 180.0  # Argo CD's longest way to a self-heal: its default reconciliation time-out with jitter

_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def automated(app: Json) -> Json | None:
    """The automated policy of an Application that is in force; None when it syncs by hand."""
    policy: Json | None = (spec(app).get("syncPolicy") or {}).get("automated")
    return policy if policy is not None and policy.get("enabled") is not False else None


def seconds(duration: str) -> float:
    """`1h5m0s` as Go writes it; 0 for what is none."""
    return sum(float(n) * _SECONDS[unit] for n, unit in _PART.findall(duration))


def suspended(item: Json) -> bool:
    return bool(spec(item).get("suspend"))


def source_words(item: Json) -> str:
    """Where in Git it comes from, and which revision is there now; short, for people."""
    source = spec(item).get("source") or {}
    named = spec(item).get("sourceRef") or {}
    where = str(source.get("repoURL") or f"{named.get('kind', 'source')} {named.get('name', '')}").strip()
    path = str(source.get("path") or spec(item).get("path") or "")
    return f"{where}, path {path}" if path else where


def revision(item: Json) -> str:
    """The commit that is deployed now, shortened; empty when nobody says."""
    said = (status(item).get("sync") or {}).get("revision") or status(item).get("lastAppliedRevision") or ""
    commit = str(said).rpartition(":")[2].rpartition("/")[2]
    return commit[:12] if re.fullmatch(r"[0-9a-f]{7,64}", commit) else ""
