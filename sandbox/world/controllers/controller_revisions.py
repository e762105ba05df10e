"""The history of StatefulSets and DaemonSets: one ControllerRevision for each template."""

import copy
from typing import Final

from sandbox.world.context import Context
from sandbox.world.controllers.revisions import bare_template
from sandbox.world.names import template_hash
from sandbox.world.objects import (
    Obj,
    annotations,
    labels,
    name,
    namespace,
    owner_reference,
    spec,
)

REVISIONS: Final = "apps/v1/controllerrevisions"
HASH: Final = "controller-revision-hash"
_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


def current(ctx: Context, owner: Obj, kind: tuple[str, str]) -> str:
    """The hash of the owner's template; its revision is made, or renumbered when an old one came back."""
    mark = template_hash(bare_template(spec(owner)["template"]))
    mine = ctx.access.owned(REVISIONS, owner)
    highest = max((entry["revision"] for entry in mine), default=0)
    found = next((entry for entry in mine if labels(entry).get(HASH) == mark), None)
    if found is None:
        ctx.access.create(REVISIONS, _build(owner, kind, mark, highest + 1))
    elif found["revision"] < highest:
        ctx.access.update(REVISIONS, found | {"revision": highest + 1})
    _forget(ctx, owner, mine, mark)
    return mark


def _build(owner: Obj, kind: tuple[str, str], mark: str, number: int) -> Obj:
    template = copy.deepcopy(spec(owner)["template"])
    notes = {key: value for key, value in annotations(owner).items() if key != _APPLIED}
    return {
        "metadata": {
            "name": f"{name(owner)}-{mark}",
            "namespace": namespace(owner),
            "labels": (labels(template) or {}) | {HASH: mark},
            "annotations": notes,
            "ownerReferences": [owner_reference(owner, *kind)],
        },
        "data": {"spec": {"template": template | {"$patch": "replace"}}},
        "revision": number,
    }


def _forget(ctx: Context, owner: Obj, mine: list[Obj], mark: str) -> None:
    old = sorted((e for e in mine if labels(e).get(HASH) != mark), key=lambda entry: entry["revision"])
    for entry in old[: max(0, len(old) - spec(owner).get("revisionHistoryLimit", 10))]:
        ctx.access.remove(REVISIONS, entry)
