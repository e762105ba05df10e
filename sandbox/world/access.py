"""The cluster's objects as controllers reach them: straight into the store, refusals as one exception."""

from typing import Any, Final

from sandbox.cluster.errors import ApiError
from sandbox.cluster.store import Store
from sandbox.world.objects import Obj, controller_of, name, namespace, status, uid

CONTROLLERS: Final = "kube-controller-manager"
_STATUS_WRITERS: Final = {"v1/pods": "kubelet", "v1/nodes": "kubelet"}


class Refused(Exception):
    """The API server did not take a write; `message` is its own."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


Objects = list[Obj]


class Access:
    """What is read is the stored object itself: copy before changing anything in it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lists: dict[tuple[str, str | None], tuple[int, Objects]] = {}
        self._owned: dict[str, tuple[int, dict[str, Objects]]] = {}

    def list(self, resource: str, home: str | None = None) -> Objects:
        """By namespace and name; the same list until something changes, so not to be changed either."""
        version, found = self._lists.get((resource, home), (-1, []))
        if version != self._store.version:
            found = [kept.obj for kept in self._store.view(resource, home or None)]
            self._lists[resource, home] = (self._store.version, found)
        return found

    def owned(self, resource: str, owner: Obj) -> Objects:
        """What `owner` controls, by namespace and name."""
        version, index = self._owned.get(resource, (-1, {}))
        if version != self._store.version:
            index = {}
            for obj in self.list(resource):
                ref = controller_of(obj)
                if ref is not None:
                    index.setdefault(ref["uid"], []).append(obj)
            self._owned[resource] = (self._store.version, index)
        return index.get(uid(owner), [])

    def serves(self, resource: str) -> bool:
        return self._store.kinds().get(resource) is not None

    def get(self, resource: str, home: str, wanted: str) -> Obj | None:
        kept = self._store.kept(resource, home, wanted)
        return kept.obj if kept else None

    def create(self, resource: str, obj: Obj) -> Obj:
        """The object as stored. Raises Refused with the server's words."""
        try:
            return self._store.create(resource, obj, manager=CONTROLLERS)
        except ApiError as error:
            raise Refused(error.message) from error

    def update(self, resource: str, obj: Obj, *, manager: str = CONTROLLERS) -> Obj:
        """Everything but the status. Raises Refused, for a version that is no longer the stored one too."""
        try:
            return self._store.replace(resource, obj, manager=manager)
        except ApiError as error:
            raise Refused(error.message) from error

    def set_status(self, resource: str, obj: Obj, new: dict[str, Any]) -> Obj:
        """The object as stored; one that is gone or already says so is left alone."""
        kept = self._current(resource, obj)
        if kept is None:
            return obj
        if status(kept) == new:
            return kept
        manager = _STATUS_WRITERS.get(resource, CONTROLLERS)
        return self._store.patch_status(resource, namespace(obj), name(obj), new, manager=manager)

    def delete(self, resource: str, obj: Obj) -> None:
        """Begin its end; a running pod gets its grace."""
        if self._current(resource, obj) is not None:
            self._store.delete(resource, namespace(obj), name(obj))

    def remove(self, resource: str, obj: Obj) -> None:
        """Gone at once, finalizers aside."""
        if self._current(resource, obj) is not None:
            self._store.delete(resource, namespace(obj), name(obj), grace_seconds=0)

    def _current(self, resource: str, obj: Obj) -> Obj | None:
        """The stored object, if it is still the same one."""
        kept = self.get(resource, namespace(obj), name(obj))
        return kept if kept is not None and uid(kept) == uid(obj) else None
