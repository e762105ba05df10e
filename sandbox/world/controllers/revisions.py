"""The ReplicaSets of a Deployment as its history: which is new, which is which revision."""

import copy
from collections.abc import Mapping
from typing import Any, Final

from sandbox.world.names import template_hash
from sandbox.world.objects import (
    Obj,
    annotations,
    created,
    labels,
    meta,
    name,
    namespace,
    owner_reference,
    spec,
)

HASH: Final = "pod-template-hash"
REVISION: Final = "deployment.kubernetes.io/revision"
HISTORY: Final = "deployment.kubernetes.io/revision-history"
DESIRED: Final = "deployment.kubernetes.io/desired-replicas"
MAXIMUM: Final = "deployment.kubernetes.io/max-replicas"
_NOT_COPIED: Final = (
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    HISTORY,
    DESIRED,
    MAXIMUM,
    "deprecated.deployment.rollback.to",
)


def bare_template(template: Mapping[str, Any]) -> Obj:
    """A pod template without the hash label, as templates are compared. Shares its parts: copy before changing."""
    bare = dict(template)
    metadata = {key: value for key, value in (bare.get("metadata") or {}).items() if value}
    metadata.pop("creationTimestamp", None)
    metadata["labels"] = {k: v for k, v in (metadata.get("labels") or {}).items() if k != HASH}
    return bare | {"metadata": metadata}


def revision(obj: Obj) -> int:
    """The revision number of a ReplicaSet or Deployment; 0 when it has none yet."""
    text = annotations(obj).get(REVISION, "0")
    return int(text) if text.isdigit() else 0


def newest(deployment: Obj, sets: list[Obj]) -> Obj | None:
    """The ReplicaSet that has the Deployment's template; the oldest when several have."""
    wanted = bare_template(spec(deployment)["template"])
    same = [entry for entry in sets if bare_template(spec(entry)["template"]) == wanted]
    return min(same, key=created) if same else None


def next_revision(sets: list[Obj]) -> int:
    return max((revision(entry) for entry in sets), default=0) + 1


def build(deployment: Obj, number: int, taken: set[str]) -> Obj:
    """The ReplicaSet for the Deployment's present template, sized 0."""
    template = copy.deepcopy(bare_template(spec(deployment)["template"]))
    collisions = 0
    while f"{name(deployment)}-{template_hash(template, collisions)}" in taken:
        collisions += 1
    mark = template_hash(template, collisions)
    template["metadata"]["labels"] |= {HASH: mark}
    selector = copy.deepcopy(spec(deployment)["selector"])
    selector["matchLabels"] = (selector.get("matchLabels") or {}) | {HASH: mark}
    body: Obj = {"replicas": 0, "selector": selector, "template": template}
    if spec(deployment).get("minReadySeconds"):
        body["minReadySeconds"] = spec(deployment)["minReadySeconds"]
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{name(deployment)}-{mark}",
            "namespace": namespace(deployment),
            "labels": dict(template["metadata"]["labels"]),
            "annotations": carried(deployment) | {REVISION: str(number)},
            "ownerReferences": [owner_reference(deployment, "apps/v1", "Deployment")],
        },
        "spec": body,
        "status": {"replicas": 0},
    }


def carried(deployment: Obj) -> dict[str, str]:
    """The Deployment's annotations that its new ReplicaSet carries too."""
    return {key: value for key, value in annotations(deployment).items() if key not in _NOT_COPIED}


def renumbered(entry: Obj, deployment: Obj, number: int) -> dict[str, str]:
    """The annotations of the new ReplicaSet; one that comes back by an undo gets the highest number."""
    notes = annotations(entry) | carried(deployment)
    old = revision(entry)
    if old >= number:
        return notes
    history = notes.get(HISTORY, "")
    if old:
        notes[HISTORY] = f"{history},{old}" if history else str(old)
    return notes | {REVISION: str(number)}


def is_sized(entry: Obj, replicas: int, desired: int, maximum: int) -> bool:
    """Would `sized` change nothing?"""
    notes = annotations(entry)
    marks = (notes.get(DESIRED), notes.get(MAXIMUM))
    return entry["spec"].get("replicas") == replicas and marks == (str(desired), str(maximum))


def sized(entry: Obj, replicas: int, desired: int, maximum: int) -> Obj:
    """The same ReplicaSet with another size and the size annotations of this rollout."""
    changed = copy.deepcopy(entry)
    changed["spec"]["replicas"] = replicas
    notes = changed["metadata"].setdefault("annotations", {})
    notes |= {DESIRED: str(desired), MAXIMUM: str(maximum)}
    return changed


def stale(sets: list[Obj], limit: int) -> list[Obj]:
    """Old, empty ReplicaSets beyond the history limit, oldest revision first."""
    empty = [
        entry
        for entry in sets
        if not spec(entry).get("replicas")
        and not (entry.get("status") or {}).get("replicas")
        and not meta(entry).get("deletionTimestamp")
    ]
    surplus = len(empty) - limit
    return sorted(empty, key=revision)[: max(0, surplus)]


def hash_of(entry: Obj) -> str:
    return labels(entry).get(HASH, "")
