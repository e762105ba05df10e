"""Two worlds, one machine: a node whose instance is off falls silent in the cluster, and speaks again with it."""

import copy
from typing import Final

from sandbox.cluster.store import Store
from sandbox.oci.server import LocalOci

NODES: Final = "v1/nodes"
DOWN: Final = "sim/down"
BY: Final = "oci-cloud-controller-manager"


def follow(store: Store, oci: LocalOci) -> None:
    """Set on each node what its instance's state means for it."""
    for kept in list(store.view(NODES, None)):
        off = oci.is_off(str(kept.obj["spec"].get("providerID", "")))
        notes = kept.obj["metadata"].get("annotations") or {}
        if off != (notes.get(DOWN) == BY):
            changed = copy.deepcopy(kept.obj)
            _mark(changed["metadata"].setdefault("annotations", {}), off=off)
            store.replace(NODES, changed, manager=BY)


def _mark(notes: dict[str, str], *, off: bool) -> None:
    """Only our own mark is taken away: a node may be down for other reasons."""
    if off:
        notes[DOWN] = BY
    else:
        notes.pop(DOWN, None)
