"""Rigs of evictions: one pod, and all of a node."""

import itertools

from tests.contracts.actions.objects import NODES, READY
from tests.contracts.actions.place import APP, PODS, SETS
from tests.contracts.actions.pods import GONE, one_pod
from tests.contracts.actions.rig import Case, Rig


def evict(place, n):
    case = one_pod(place, n)
    case.text = case.text.replace("delete", "evict")
    return case


def drain(place, n):
    """A node with the two pods of a workload, another that can take them."""
    namespace = place.namespace(n)
    node, other = f"node-{n}", f"other-{n}"
    for name in (node, other):
        place.store.create(NODES, {"metadata": {"name": name}, "spec": {}})
        place.store.patch_status(NODES, None, name, READY)
    found = place.workload(namespace, on=node)
    newest, numbers = found.newest(), itertools.count()

    def pods():
        return place.store.list(PODS, namespace)

    def cordoned():
        return bool(place.store.get(NODES, None, node)["spec"].get("unschedulable"))

    def settle():
        """The kubelet ends what ends, the ReplicaSet makes others, where they can be."""
        for pod in pods():
            if "deletionTimestamp" in pod["metadata"]:
                place.store.delete(PODS, namespace, pod["metadata"]["name"], grace_seconds=0)
        while len(pods()) < 2:
            found.pod(newest, f"{APP}-moved-{next(numbers)}", other)
        place.store.patch_status(
            SETS, namespace, newest["metadata"]["name"], {"replicas": 2, "readyReplicas": len(pods())}
        )

    def state():
        """The node: what was evicted does not come back by a roll-back."""
        return cordoned()

    def put(value):
        item = place.store.get(NODES, None, node)
        item["spec"] = {"unschedulable": True} if value else {}
        place.store.replace(NODES, item)

    def drift():
        found.pod(newest, f"{APP}-new", node)

    return Case(
        args={"name": node}, text=f"drain node {node}", path=f"/nodes/{node}$|/{namespace}/pods/",
        state=state, put=put, drift=drift, settle=settle,
    )  # fmt: skip


RIGS = (
    Rig("pod_evict", evict, irreversible=True, without=GONE),
    Rig("node_drain", drain, writes=3),
)
