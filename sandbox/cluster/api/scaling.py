"""The scale subresource: replicas of a workload without its other fields."""

from typing import TYPE_CHECKING

from sandbox.cluster import errors
from sandbox.cluster.api.call import Answer, Call
from sandbox.cluster.api.objects import Objects
from sandbox.cluster.api.paths import Target
from sandbox.cluster.metadata import Obj, copied, name_of
from sandbox.cluster.patching import patched
from sandbox.cluster.printing.columns import selector
from sandbox.cluster.resources import Resource

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

SCALE = Resource("autoscaling", "v1", "scales", "Scale", namespaced=True)


def scale_of(kind: Resource, obj: Obj) -> Obj:
    """The Scale that describes a workload."""
    metadata = obj["metadata"]
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    status: Obj = {"replicas": (obj.get("status") or {}).get("replicas", 0)}
    wanted = obj["spec"].get("selector")
    if wanted:
        status["selector"] = selector(wanted if kind.group else {"matchLabels": wanted})
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: metadata[key] for key in kept if key in metadata},
        "spec": {"replicas": obj["spec"].get("replicas", 1)} if obj["spec"].get("replicas", 1) else {},
        "status": status,
    }


class Scaling:
    def __init__(self, store: "Store", objects: Objects) -> None:
        self._store = store
        self._objects = objects

    def get(self, kind: Resource, goal: Target, _: Call) -> Answer:
        return Answer(scale_of(kind, self._objects.find(kind, goal)))

    def update(self, kind: Resource, goal: Target, call: Call) -> Answer:
        return self._write(kind, goal, call, call.object(SCALE))

    def patch(self, kind: Resource, goal: Target, call: Call) -> Answer:
        scale = scale_of(kind, self._objects.find(kind, goal))
        return self._write(kind, goal, call, patched(SCALE, scale, call))

    def _write(self, kind: Resource, goal: Target, call: Call, scale: Obj) -> Answer:
        old = self._objects.find(kind, goal)
        given, replicas = scale.get("metadata") or {}, (scale.get("spec") or {}).get("replicas", 0)
        if not isinstance(replicas, int) or isinstance(replicas, bool):
            raise errors.bad_request(
                "json: cannot unmarshal into Go struct field ScaleSpec.spec.replicas of type int32"
            )
        if replicas < 0:
            text = f"Invalid value: {replicas}: must be greater than or equal to 0"
            raise errors.invalid(SCALE, name_of(old), [errors.cause("spec.replicas", text)])
        new = copied(old)
        for key in ("resourceVersion", "uid"):
            new["metadata"][key] = given.get(key) or old["metadata"][key]
        new["spec"]["replicas"] = replicas
        result = self._store.replace(kind.key, new, dry_run=call.dry_run, write=call.write("scale"))
        return Answer(scale_of(kind, result))
