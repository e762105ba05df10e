"""The end of a namespace: its content is deleted, and what does not go is named."""

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from sandbox.cluster.lifecycle import DeleteOptions
from sandbox.cluster.metadata import Obj, copied, name_of, stamp
from sandbox.cluster.resources import Resource

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

MANAGER: Final = "kube-controller-manager"


def _content(store: "Store", namespace: str) -> list[tuple[Resource, Obj]]:
    found = []
    for kind in list(store.kinds()):
        if kind.namespaced and "delete" in kind.verbs and not kind.storage:
            found += [(kind, kept.obj) for kept in store.view(kind.key, namespace)]
    return found


def empty(store: "Store", namespace: Obj) -> None:
    """Deletes what is there; lets the namespace go when nothing is left, or says what remains."""
    name = name_of(namespace)
    for kind, obj in _content(store, name):
        if not obj["metadata"].get("deletionTimestamp") and store.kept(kind.key, name, name_of(obj)):
            store.erase(kind.key, name, name_of(obj), DeleteOptions())
    kept = store.kept("v1/namespaces", None, name)
    if kept is None:
        return
    left = _content(store, name)
    if left:
        status = {**(kept.obj.get("status") or {}), "phase": "Terminating"}
        status["conditions"] = _conditions(left, status.get("conditions") or [], stamp(store.clock.now()))
        if status != kept.obj.get("status"):
            store.patch_status("v1/namespaces", None, name, status, manager=MANAGER)
        return
    new = copied(kept.obj)
    if (new.get("spec") or {}).get("finalizers"):
        new["spec"] = {}
        store.replace("v1/namespaces", new, subresource="finalize", manager=MANAGER)


def _conditions(
    left: list[tuple[Resource, Obj]], before: list[dict[str, Any]], now: str
) -> list[dict[str, Any]]:
    kinds = Counter(kind.qualified for kind, _ in left)
    finalizers = Counter(item for _, obj in left for item in obj["metadata"].get("finalizers") or [])
    resources = ", ".join(
        f"{kind} has {count} resource instances" for kind, count in sorted(_dotted(kinds).items())
    )
    held = ", ".join(f"{name} in {count} resource instances" for name, count in sorted(finalizers.items()))
    remaining = f"Some resources are remaining: {resources}"
    finalizing = f"Some content in the namespace has finalizers remaining: {held}"
    wanted = [
        (
            "NamespaceDeletionDiscoveryFailure",
            False,
            "ResourcesDiscovered",
            "All resources successfully discovered",
        ),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            False,
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        (
            "NamespaceDeletionContentFailure",
            False,
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
        ("NamespaceContentRemaining", True, "SomeResourcesRemain", remaining),
        (
            "NamespaceFinalizersRemaining",
            bool(held),
            "SomeFinalizersRemain" if held else "ContentHasNoFinalizers",
            finalizing if held else "All content-preserving finalizers finished",
        ),
    ]
    return [_condition(item, before, now) for item in wanted]


def _dotted(kinds: Counter[str]) -> dict[str, int]:
    """Core kinds are named with a dot at the end."""
    return {kind if "." in kind else f"{kind}.": count for kind, count in kinds.items()}


def _condition(item: tuple[str, bool, str, str], before: list[dict[str, Any]], now: str) -> dict[str, Any]:
    kind, true, reason, message = item
    status = "True" if true else "False"
    old = next((one for one in before if one["type"] == kind), None)
    since = old["lastTransitionTime"] if old and old["status"] == status else now
    return {"type": kind, "status": status, "lastTransitionTime": since, "reason": reason, "message": message}
