"""Rigs of node pools of OKE, in the cloud of all rigs there. Their writes take no retry token."""

from tests.contracts.actions.pools import NO_TRY
from tests.contracts.actions.rig import Case, Rig

COUNT = 50
EACH = 2
WRITES = frozenset({"update_node_pool"})
SAME = {"reverted": "nodes that were replaced do not come back"}


def node_pool(name, count=EACH, **fields):
    """A pool as a tenancy file has it, of the cluster `oke`."""
    nodes = [
        {"id": f"@instance/{name}-{n}", "name": f"{name}-{n}", "lifecycleState": "ACTIVE"}
        for n in range(1, count + 1)
    ]
    usual = {
        "clusterId": "@cluster/oke",
        "kubernetesVersion": "v1.33.1",
        "nodeConfigDetails": {"size": count},
        "nodes": nodes,
    }
    return {"name": name, "in": "prod", "fields": usual | fields}


def cluster(name="oke", kind="ENHANCED_CLUSTER"):
    return {"name": name, "in": "prod", "fields": {"type": kind, "kubernetesVersion": "v1.33.1"}}


def resources(count=COUNT):
    return {"Cluster": [cluster()], "NodePool": [node_pool(f"nodes-{n}") for n in range(1, count + 1)]}


def case_of(place, words, seen_of, **args):
    name = f"nodes-{place.number('node pool')}"
    ident = place.local.ocid("nodepool", name)
    record = place.records.get(ident, "NodePool")

    def seen():
        place.records.settle()
        return seen_of(record.body)

    def put(before):
        """A moment later: what it is becoming comes first."""
        place.records.later(place.local.clock() + 0.2, record, {"nodeConfigDetails": {"size": before}})

    def drift():
        place.records.change(record, {"kubernetesVersion": "v1.34.1"}, place.local.clock())

    return Case({"resource": ident, **args}, words.format(ident), ident, seen, put, drift, lambda: None)


def size_of(body):
    return body["nodeConfigDetails"]["size"]


def nodes_of(body):
    return [one["id"] for one in body["nodes"]]


RIGS = (
    Rig(
        "node_pool_size", lambda place, _: case_of(place, "resize node pool {} to 4", size_of, size=4), without=NO_TRY, at="cloud"
    ),
    Rig(
        "node_cycle", lambda place, _: case_of(place, "cycle node pool {}", nodes_of),
        irreversible=True, without=NO_TRY | SAME, at="cloud",
    ),
)  # fmt: skip
