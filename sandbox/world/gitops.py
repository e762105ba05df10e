"""The kinds by which Argo CD and Flux are told what to keep as Git has it, as an installation of theirs defines them."""

from typing import Final

from sandbox.cluster.metadata import Obj
from sandbox.cluster.store import Store

CRDS: Final = "apiextensions.k8s.io/v1/customresourcedefinitions"
APPLICATIONS: Final = "argoproj.io/v1alpha1/applications"
KUSTOMIZATIONS: Final = "kustomize.toolkit.fluxcd.io/v1/kustomizations"
HELMRELEASES: Final = "helm.toolkit.fluxcd.io/v2/helmreleases"
_KINDS: Final = {
    APPLICATIONS: ("Application", "app"),
    KUSTOMIZATIONS: ("Kustomization", "ks"),
    HELMRELEASES: ("HelmRelease", "hr"),
}


def define(store: Store) -> None:
    """Argo CD keeps the status of an Application in the object itself; Flux has a subresource for it."""
    for key, (kind, short) in _KINDS.items():
        group, version, plural = key.split("/")
        if store.kept(CRDS, None, f"{plural}.{group}") is None:
            store.create(CRDS, _definition(group, version, (plural, kind, short)))


def _definition(group: str, version: str, names: tuple[str, str, str]) -> Obj:
    plural, kind, short = names
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served: Obj = {
        "name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": anything},
        "subresources": {} if kind == "Application" else {"status": {}},
    }  # fmt: skip
    named = {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}
    return {
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {**named, "shortNames": [short]},
            "versions": [served],
        },
    }
