"""Garbage collection by owner references: what is left of an owner goes with it."""

from typing import TYPE_CHECKING, Any

from sandbox.cluster.lifecycle import FOREGROUND, ORPHAN, DeleteOptions
from sandbox.cluster.metadata import Obj, copied, name_of, namespace_of, owners
from sandbox.cluster.resources import Resource

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

MANAGER = "kube-controller-manager"
Place = tuple[str, str, str]  # resource key, namespace, name


class Collector:
    """Told of every change, at once: deletes dependents, lets owners go that waited for them."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._dependents: dict[str, dict[Place, None]] = {}  # by the owner's uid

    def seen(self, kind: Resource, change: str, obj: Obj) -> None:
        place = (kind.kept, namespace_of(obj), name_of(obj))
        if change == "DELETED":
            self._forget(place, obj)
            self._orphaned(str(obj["metadata"]["uid"]))
            for owner in owners(obj):
                self._release(owner, namespace_of(obj))
            return
        self.learn(kind.kept, obj)
        if obj["metadata"].get("deletionTimestamp"):
            self._finalize(kind, obj)

    def learn(self, key: str, obj: Obj) -> None:
        """Remembers whose dependent an object is."""
        for owner in owners(obj):
            place = (key, namespace_of(obj), name_of(obj))
            self._dependents.setdefault(owner["uid"], {})[place] = None

    def _forget(self, place: Place, obj: Obj) -> None:
        for owner in owners(obj):
            self._dependents.get(owner["uid"], {}).pop(place, None)

    def _orphaned(self, uid: str) -> None:
        """An owner is gone: its dependents go, or lose the reference when another owner is left."""
        for place in list(self._dependents.pop(uid, {})):
            obj = self._find(place, uid)
            if obj is None:
                continue
            if len(owners(obj)) > 1:
                self._drop_reference(place, obj, uid)
            else:
                self._store.erase(*place, DeleteOptions())

    def _finalize(self, kind: Resource, obj: Obj) -> None:
        """The two finalizers that belong to garbage collection."""
        finalizers = obj["metadata"].get("finalizers") or []
        uid = obj["metadata"]["uid"]
        if ORPHAN in finalizers:
            for place in list(self._dependents.pop(uid, {})):
                dependent = self._find(place, uid)
                if dependent is not None:
                    self._drop_reference(place, dependent, uid)
            self._remove_finalizer(kind, obj, ORPHAN)
        elif FOREGROUND in finalizers:
            self._foreground(kind, obj)

    def _foreground(self, kind: Resource, obj: Obj) -> None:
        uid = obj["metadata"]["uid"]
        for place in list(self._dependents.get(uid, {})):
            dependent = self._find(place, uid)
            if dependent is not None and not dependent["metadata"].get("deletionTimestamp"):
                self._store.erase(*place, DeleteOptions(propagation="Foreground"))
        if not self._dependents.get(uid):
            self._remove_finalizer(kind, obj, FOREGROUND)

    def _release(self, owner: dict[str, Any], namespace: str) -> None:
        """A dependent is gone: does its owner wait for nobody else?"""
        kind = self._store.kinds().of_kind(owner["apiVersion"], owner["kind"])
        if kind is None:
            return
        kept = self._store.kept(kind.key, namespace if kind.namespaced else None, owner["name"])
        if (
            kept
            and kept.obj["metadata"]["uid"] == owner["uid"]
            and kept.obj["metadata"].get("deletionTimestamp")
        ):
            self._finalize(kind, kept.obj)

    def _find(self, place: Place, uid: str) -> Obj | None:
        """The dependent, if it is still one."""
        kept = self._store.kept(*place)
        if kept is None or all(owner["uid"] != uid for owner in owners(kept.obj)):
            return None
        return kept.obj

    def _drop_reference(self, place: Place, obj: Obj, uid: str) -> None:
        new = copied(obj)
        new["metadata"]["ownerReferences"] = [owner for owner in owners(obj) if owner["uid"] != uid]
        self._store.replace(place[0], new, manager=MANAGER)

    def _remove_finalizer(self, kind: Resource, obj: Obj, finalizer: str) -> None:
        kept = self._store.kept(kind.key, namespace_of(obj), name_of(obj))
        if kept is None:
            return
        new = copied(kept.obj)
        left = [item for item in new["metadata"].get("finalizers") or [] if item != finalizer]
        new["metadata"]["finalizers"] = left
        self._store.replace(kind.key, new, manager=MANAGER)
