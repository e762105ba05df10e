"""The verbs on objects: get, create, update, patch, delete and deletecollection."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sandbox.cluster import errors
from sandbox.cluster.api import lists
from sandbox.cluster.api.call import Answer, Call
from sandbox.cluster.api.decoding import decoded, decoded_apply, decoded_patch
from sandbox.cluster.api.deleting import delete_options, success
from sandbox.cluster.api.paths import TRUE, Target
from sandbox.cluster.metadata import Obj, copied, name_of, namespace_of
from sandbox.cluster.patching import patched
from sandbox.cluster.patching.apply import apply
from sandbox.cluster.resources import Resource
from sandbox.cluster.views import shown, stored

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

RETURNED = frozenset(  # a delete of these answers with the object, of others with a Status
    (
        "pods",
        "services",
        "serviceaccounts",
        "persistentvolumeclaims",
        "persistentvolumes",
        "resourcequotas",
        "podtemplates",
    )
)


@dataclass
class Objects:
    store: "Store"

    def find(self, kind: Resource, goal: Target) -> Obj:
        """The stored object; read only. 404 when there is none."""
        kept = self.store.kept(kind.key, goal.namespace if kind.namespaced else None, goal.name)
        if kept is None:
            raise errors.not_found(kind, goal.name)
        return kept.obj

    def answer(self, kind: Resource, obj: Obj, call: Call, status: int = 200) -> Answer:
        return lists.one(kind, obj, call, now=self.store.clock.now(), status=status)

    def get(self, kind: Resource, goal: Target, call: Call) -> Answer:
        return self.answer(kind, self.find(kind, goal), call)

    def create(self, kind: Resource, goal: Target, call: Call) -> Answer:
        body = stored(kind, decoded(kind, call.object(kind), call))
        metadata = body["metadata"]
        if kind.namespaced:
            metadata.setdefault("namespace", goal.namespace)
        if not metadata.get("name") and not metadata.get("generateName"):
            raise errors.invalid(
                kind, "", [errors.cause("metadata.name", "Required value: name or generateName is required")]
            )
        new = self.store.create(kind.key, body, dry_run=call.dry_run, write=call.write())
        return self.answer(kind, new, call, 201)

    def update(self, kind: Resource, goal: Target, call: Call, *, subresource: str | None = None) -> Answer:
        body = stored(kind, decoded(kind, call.object(kind), call))
        self.find(kind, goal)
        write = call.write(subresource)
        return self.answer(kind, self.store.replace(kind.key, body, dry_run=call.dry_run, write=write), call)

    def patch(self, kind: Resource, goal: Target, call: Call, *, subresource: str | None = None) -> Answer:
        if call.content_type.startswith("application/apply-patch"):
            return self._apply(kind, goal, call, subresource)
        old = shown(kind, self.find(kind, goal))
        new = patched(kind, old, call)
        self._same_name(kind, old, new)
        new = decoded_patch(kind, new, call)
        write = call.write(subresource)
        result = self.store.replace(kind.key, stored(kind, new), dry_run=call.dry_run, write=write)
        return self.answer(kind, result, call)

    def _same_name(self, kind: Resource, old: Obj, new: Obj) -> None:
        """A patch may not make another object of it; another uid is a 422 here, not a conflict."""
        metadata = new.setdefault("metadata", {})
        if metadata.get("name") != name_of(old):
            raise errors.bad_request(
                f"the name of the object ({metadata.get('name', '')}) does not match the name on the URL ({name_of(old)})"
            )
        if metadata.get("namespace", "") != namespace_of(old):
            raise errors.bad_request(
                "the namespace of the provided object does not match the namespace sent on the request"
            )
        uid = metadata.get("uid")
        if uid and uid != old["metadata"]["uid"]:
            text = f'Invalid value: "{uid}": field is immutable'
            raise errors.invalid(kind, name_of(old), [errors.cause("metadata.uid", text)])

    def _apply(self, kind: Resource, goal: Target, call: Call, subresource: str | None) -> Answer:
        if not call.query.get("fieldManager"):
            text = 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'
            raise errors.ApiError(422, "Invalid", text, {})
        wanted = decoded_apply(kind, call.object(kind))
        kept = self.store.kept(kind.key, goal.namespace if kind.namespaced else None, goal.name)
        if kept:
            self._same_name(kind, kept.obj, wanted)
        write = call.write(subresource)
        write.operation = "Apply"
        force, now = call.query.get("force") in TRUE, self.store.clock.now()
        done = apply(kind.kind, wanted, kept.obj if kept else None, write, force=force, now=now)
        write.managed = done.managed
        if kept is None:
            new = self.store.create(kind.key, done.object, dry_run=call.dry_run, write=write)
            return self.answer(kind, new, call, 201)
        result = self.store.replace(kind.key, done.object, dry_run=call.dry_run, write=write)
        return self.answer(kind, result, call)

    def delete(self, kind: Resource, goal: Target, call: Call) -> Answer:
        options = delete_options(kind, call)
        namespace = goal.namespace if kind.namespaced else None
        done = self.store.erase(kind.key, namespace, goal.name, options)
        if done.gone and kind.plural not in RETURNED:
            return Answer(success(kind, done.object))
        return self.answer(kind, done.object, call)

    def delete_collection(self, kind: Resource, goal: Target, call: Call) -> Answer:
        options = delete_options(kind, call)
        test = call.selection.test(kind)
        namespace = goal.namespace if kind.namespaced and goal.namespace else None
        found = [copied(kept.obj) for kept in self.store.view(kind.key, namespace) if test(kept.obj)]
        for obj in found:
            self.store.erase(kind.key, namespace_of(obj) or None, name_of(obj), replace(options, uid=None))
        items = [
            {k: v for k, v in shown(kind, obj).items() if k not in ("kind", "apiVersion")} for obj in found
        ]
        metadata: dict[str, Any] = {"resourceVersion": str(self.store.version)}
        head = {"kind": f"{kind.kind}List", "apiVersion": kind.group_version, "metadata": metadata}
        return Answer(head | {"items": items})
