"""Rigs of the changes of pods and autoscalers."""

from tests.contracts.actions.place import APP, PODS
from tests.contracts.actions.rig import Case, Rig
from tests.contracts.actions.workloads import workload

GONE = {"reverted": "a pod that is gone does not come back"}
HPA = "autoscaling/v2/horizontalpodautoscalers"


def bounds(place, n):
    case = workload(place, n, "let web choose between 3 and 8 pods", min_replicas=3, max_replicas=8)
    namespace = case.args["namespace"]
    at = {"apiVersion": "apps/v1", "kind": "Deployment", "name": APP}
    spec = {"scaleTargetRef": at, "minReplicas": 1, "maxReplicas": 6}
    place.store.create(HPA, {"metadata": {"name": "auto", "namespace": namespace}, "spec": spec})

    def state():
        found = place.store.get(HPA, namespace, "auto")["spec"]
        return {name: found[name] for name in ("minReplicas", "maxReplicas")}

    def put(fields):
        item = place.store.get(HPA, namespace, "auto")
        item["spec"] |= fields
        place.store.replace(HPA, item)

    def drift():
        put({"maxReplicas": 7})

    def settle():
        """The autoscaler, then the Deployment's controller."""
        least = state()["minReplicas"]
        if case.state()["replicas"] < least:
            case.put(case.state() | {"replicas": least})
        case.settle()

    return Case(case.args, case.text, f"/{namespace}/horizontalpodautoscalers", state, put, drift, settle)


def one_pod(place, n):
    namespace = place.namespace(n)
    found = place.workload(namespace)
    pods = [one["metadata"]["name"] for one in place.store.list(PODS, namespace)]
    victim = min(pods)

    def state():
        found = [one["metadata"] for one in place.store.list(PODS, namespace)]
        return sorted((meta["uid"], "deletionTimestamp" in meta) for meta in found)

    def settle():
        """The kubelet ends what ends, the ReplicaSet makes another."""
        for pod in place.store.list(PODS, namespace):
            if "deletionTimestamp" in pod["metadata"]:
                place.store.delete(PODS, namespace, pod["metadata"]["name"], grace_seconds=0)
        left = len(place.store.list(PODS, namespace))
        if left < found.item["spec"]["replicas"]:
            found.pod(found.newest(), f"{APP}-again-{left}")

    def drift():
        place.store.delete(PODS, namespace, victim, grace_seconds=0)
        found.pod(found.newest(), victim)

    return Case(
        args={"namespace": namespace, "name": victim},
        text=f"delete pod {victim} in {namespace}",
        path=f"/{namespace}/pods/{victim}",
        state=state,
        put=lambda _state: None,
        drift=drift,
        settle=settle,
    )


def ended(place, n):
    namespace = place.namespace(n)
    names = [f"ended-{number}" for number in range(2)]

    def make():
        for name in names:
            body = {"containers": [{"name": "app", "image": "x"}], "nodeName": "n1"}
            place.store.create(PODS, {"metadata": {"name": name, "namespace": namespace}, "spec": body})
            place.store.patch_status(PODS, namespace, name, {"phase": "Failed", "reason": "Evicted"})

    def state():
        return sorted(one["metadata"]["name"] for one in place.store.list(PODS, namespace))

    def settle():
        for pod in place.store.list(PODS, namespace):
            if "deletionTimestamp" in pod["metadata"]:
                place.store.delete(PODS, namespace, pod["metadata"]["name"], grace_seconds=0)

    def drift():
        place.store.patch_status(PODS, namespace, names[0], {"phase": "Running", "reason": None})

    make()
    return Case(
        args={"namespace": namespace},
        text=f"clean up failed pods in {namespace}",
        path=f"/{namespace}/pods/ended",
        state=state,
        put=lambda _state: make(),
        drift=drift,
        settle=settle,
    )


RIGS = (
    Rig("hpa_bounds", bounds),
    Rig(
        "pod_delete",
        one_pod,
        irreversible=True,
        without=GONE,
    ),
    Rig(
        "pods_clean_up",
        ended,
        irreversible=True,
        writes=2,
        without=GONE | {"spoiled": "the server itself deletes what has ended"},
    ),
)
