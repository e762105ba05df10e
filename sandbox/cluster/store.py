"""The objects of a cluster: created, changed and deleted with a server's rules, every change told to watchers."""

import random
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sandbox.cluster import definitions, errors
from sandbox.cluster.catalogue import served
from sandbox.cluster.collector import Collector
from sandbox.cluster.fields import reowned, track
from sandbox.cluster.housekeeping import Housekeeping
from sandbox.cluster.journal import Change, Event, Journal, Subscription
from sandbox.cluster.kept import Clock, Kept, SystemClock, finished, labelled
from sandbox.cluster.lifecycle import DeleteOptions, Deletion, begin
from sandbox.cluster.merge import merged
from sandbox.cluster.metadata import (
    GENERATED,
    Obj,
    copied,
    name_of,
    namespace_of,
    new_uid,
    ordered,
    random_suffix,
    same_content,
    same_desire,
    stamp,
)
from sandbox.cluster.resources import Registry, Resource
from sandbox.cluster.strategy import Strategy
from sandbox.cluster.write import Write

Objects = list[Obj]
Snapshots = list[Kept]


class Store:
    """One cluster. Resources are named by their key (`v1/pods`, `apps/v1/deployments`); objects are plain
    dicts as in the API, with `kind` and `apiVersion`. What is handed out is a copy, except by `view`.

    In-process callers are trusted: they may set a status or a creation time with `create` and change what the
    API would refuse to change. Errors are `ApiError`, 404 for a missing object on writes.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        rng: random.Random | None = None,
        metrics: bool = False,
        kept_changes: int = 20_000,
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.rng = rng or random.Random()
        self.journal = Journal(kept_changes)
        self.strategy = Strategy(self)
        self.uid = new_uid(self.rng)
        self._kinds = served(metrics=metrics)
        self._objects: dict[str, dict[tuple[str, str], Kept]] = {}
        self._collector = Collector(self)
        self._housekeeping = Housekeeping(self)
        self.root_certificate = ""
        self._version = 0
        self._depth = 0
        self._lock = threading.RLock()

    # reading

    def kinds(self) -> Registry:
        return self._kinds

    @property
    def version(self) -> int:
        """The resourceVersion of the last change."""
        return self._version

    def resource(self, key: str) -> Resource:
        found = self._kinds.get(key)
        if found is None:
            raise errors.unknown_resource()
        return found

    def get(self, resource: str, namespace: str | None, name: str) -> Obj | None:
        kept = self.kept(resource, namespace, name)
        return copied(kept.obj) if kept else None

    def list(
        self, resource: str, namespace: str | None = None, labels: Mapping[str, str] | None = None
    ) -> Objects:
        """Copies, by namespace and name; `labels` must all be equal."""
        return [copied(kept.obj) for kept in self.view(resource, namespace) if labelled(kept.obj, labels)]

    def kept(self, resource: str, namespace: str | None, name: str) -> Kept | None:
        return self._objects.get(self.resource(resource).kept, {}).get((namespace or "", name))

    def view(self, resource: str, namespace: str | None = None) -> Snapshots:
        """The stored objects themselves, to be read only, by namespace and name."""
        kept = self._objects.get(self.resource(resource).kept, {})
        return [kept[key] for key in sorted(kept) if namespace is None or key[0] == namespace]

    def everything(self) -> Iterator[tuple[str, Kept]]:
        """(resource key, object) of all objects."""
        for key, kept in list(self._objects.items()):
            yield from ((key, one) for one in list(kept.values()))

    def subscribe(self) -> Subscription:
        return self.journal.subscribe()

    # writing

    def create(
        self,
        resource: str,
        obj: Obj,
        *,
        manager: str = "sandbox",
        dry_run: bool = False,
        write: Write | None = None,
    ) -> Obj:
        """The object as stored: named, defaulted, admitted."""
        kind = self.resource(resource)
        write = write or Write(manager=manager)
        with self._writing():
            new = self._fresh(kind, obj, write)
            if self.kept(resource, namespace_of(new), name_of(new)):
                raise errors.already_exists(kind, name_of(new))
            self.strategy.create(kind, new, write)
            new["metadata"] = ordered(track(new, None, write, self.clock.now()))
            return self._put(kind, new, None, dry_run=dry_run)

    def replace(
        self,
        resource: str,
        obj: Obj,
        *,
        subresource: str | None = None,
        manager: str = "sandbox",
        dry_run: bool = False,
        write: Write | None = None,
    ) -> Obj:
        """Everything but the status, or with `subresource="status"` only that.

        A resourceVersion in `obj` that is not the stored one is a 409; without one the write wins. A write
        that changes nothing leaves the resourceVersion as it is.
        """
        kind = self.resource(resource)
        write = write or Write(manager=manager)
        write.subresource = subresource or write.subresource
        with self._writing():
            kept = self.kept(resource, namespace_of(obj), name_of(obj))
            if kept is None:
                raise errors.not_found(kind, name_of(obj))
            old = kept.obj
            new = merged(kind, copied(obj), old, write.subresource)
            self.strategy.update(kind, new, old, write)
            if same_content(new, old) and not reowned(write, old):
                return copied(old)
            if kind.kind in GENERATED or kind.custom:
                grown = 0 if same_desire(new, old) else 1
                new["metadata"]["generation"] = old["metadata"].get("generation", 1) + grown
            new["metadata"] = ordered(track(new, old, write, self.clock.now()))
            return self._put(kind, new, old, dry_run=dry_run)

    def patch_status(
        self,
        resource: str,
        namespace: str | None,
        name: str,
        status: Mapping[str, Any],
        *,
        manager: str = "sandbox",
    ) -> Obj:
        """Replaces the whole status and nothing else; the generation stays."""
        kept = self.kept(resource, namespace, name)
        if kept is None:
            raise errors.not_found(self.resource(resource), name)
        metadata = {key: value for key, value in kept.obj["metadata"].items() if key != "resourceVersion"}
        new = {**kept.obj, "metadata": metadata, "status": dict(status)}
        return self.replace(resource, new, subresource="status", manager=manager)

    def delete(
        self,
        resource: str,
        namespace: str | None,
        name: str,
        *,
        grace_seconds: int | None = None,
        propagation: str = "Background",
        uid: str | None = None,
        version: str | None = None,
        dry_run: bool = False,
    ) -> Obj:
        """The object as it was last; a running pod stays, with a deletionTimestamp, until it is deleted with
        `grace_seconds=0`, and an object with finalizers until they are gone.
        """
        options = DeleteOptions(grace_seconds, propagation, uid, version, dry_run=dry_run)
        return self.erase(resource, namespace, name, options).object

    def erase(self, resource: str, namespace: str | None, name: str, options: DeleteOptions) -> Deletion:
        """As `delete`; says whether the object is gone."""
        kind = self.resource(resource)
        with self._writing():
            kept = self.kept(resource, namespace, name)
            if kept is None:
                raise errors.not_found(kind, name)
            new = begin(kind, kept.obj, options, self.clock.now())
            if new is None:
                if not options.dry_run:
                    self._remove(kind, kept.obj)
                return Deletion(copied(kept.obj), gone=True)
            if same_content(new, kept.obj):
                return Deletion(copied(kept.obj), gone=False)
            new["metadata"] = ordered(new["metadata"])
            stored = self._put(kind, new, kept.obj, dry_run=options.dry_run)
            gone = not options.dry_run and self.kept(resource, namespace, name) is None
            return Deletion(stored, gone=gone)

    # beginning again

    def restore(self, objects: Iterable[tuple[str, Obj]], version: int) -> None:
        """Takes objects by resource key as they were saved; definitions are served before what they define."""
        self.rng.seed(f"{version} {self.rng.random()}")  # or the same uids would come a second time
        found = list(objects)
        for key, obj in sorted(found, key=lambda item: item[0] != definitions.KEY):
            self._objects.setdefault(key, {})[(namespace_of(obj), name_of(obj))] = Kept(obj)
            if key == definitions.KEY:
                definitions.serve(self, obj)
        self._version = version
        self.journal.restart(version)
        for key, obj in found:
            self._collector.learn(key, obj)

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Nobody else writes meanwhile."""
        with self._lock:
            yield

    # inside

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One write at a time; what the control plane does about it follows before the next one."""
        with self._lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            if not self._depth:
                self._housekeeping.settle()

    def _fresh(self, kind: Resource, obj: Obj, write: Write) -> Obj:
        """A new object with the metadata that the server decides."""
        metadata = copied(obj.get("metadata") or {})
        metadata.pop("managedFields", None)
        metadata.pop("resourceVersion", None)
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = metadata["generateName"][:58] + random_suffix(self.rng)
        given = metadata if write.trusted else {}
        metadata["uid"] = given.get("uid") or new_uid(self.rng)
        metadata["creationTimestamp"] = given.get("creationTimestamp") or stamp(self.clock.now())
        for key in ("generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"):
            metadata.pop(key, None)
        if kind.kind in GENERATED or kind.custom:
            metadata["generation"] = 1
        rest = {
            key: copied(value) for key, value in obj.items() if key not in ("kind", "apiVersion", "metadata")
        }
        return {"kind": kind.kind, "apiVersion": kind.group_version, "metadata": metadata} | rest

    def _put(self, kind: Resource, new: Obj, old: Obj | None, *, dry_run: bool) -> Obj:
        """Store it with the next version; an object whose last finalizer went goes too."""
        if dry_run:
            if old is not None:
                new["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
                new["metadata"] = ordered(new["metadata"])
            return copied(new)
        if old is not None and finished(new):
            self._remove(kind, new)
            return copied(new)
        change: Change = "ADDED" if old is None else "MODIFIED"
        self._record(new)
        self._objects.setdefault(kind.kept, {})[(namespace_of(new), name_of(new))] = Kept(new)
        self._tell(kind, change, new, old)
        return copied(new)

    def _remove(self, kind: Resource, obj: Obj) -> None:
        last = {**obj, "metadata": dict(obj["metadata"])}
        self._objects[kind.kept].pop((namespace_of(obj), name_of(obj)), None)
        self._record(last)
        self._tell(kind, "DELETED", last, obj)

    def _record(self, new: Obj) -> None:
        self._version += 1
        new["metadata"] = ordered({**new["metadata"], "resourceVersion": str(self._version)})

    def _tell(self, kind: Resource, change: Change, new: Obj, old: Obj | None) -> None:
        self.journal.add(Event(change, kind.kept, new, old, self._version))
        self._collector.seen(kind, change, new)
        self._housekeeping.seen(kind, change, new)
