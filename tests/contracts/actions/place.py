"""A local cluster that all rigs of Kubernetes share: faults, requests about one target, and what controllers would do."""

from __future__ import annotations

import asyncio
import copy
import gc
import warnings
from contextlib import asynccontextmanager

from sandbox.cluster.server import ClusterServer
from sandbox.cluster.store import Store
from tools.clients import Clients, ClientsConfig

DEPLOYMENTS, SETS, PODS = "apps/v1/deployments", "apps/v1/replicasets", "v1/pods"
APP = "web"
COUNTERS = ("updatedReplicas", "readyReplicas", "availableReplicas")
MUTATORS = ("PATCH", "PUT", "POST", "DELETE")


class Cluster:
    def __init__(self, server: ClusterServer, clients: Clients) -> None:
        self.server, self.store, self.clients = server, server.store, clients

    # what goes wrong

    def clear(self):
        self.server.faults.clear()

    def refuse(self, case, times=1_000):
        """Nobody may write to it any more."""
        for method in MUTATORS:
            self.fault(case, method=method, status=403, times=times)

    def ignore(self, case):
        """The dry run is answered, then the write is, and nothing is stored."""
        for method in MUTATORS:
            self.fault(case, method=method, accept_but_ignore=True, times=1_000)

    def hide(self, case):
        """It may not be read any more. (Errors would open the breaker, for the cases behind this one too.)"""
        self.fault(case, method="GET", status=403, times=1_000)

    def lose(self, case, writes=1):
        """The dry run before each write is answered; the answer to the first write is lost."""
        for method in MUTATORS:
            self.fault(case, method=method, delay_ms=0, times=writes)
            self.fault(case, method=method, drop="after", times=1)

    def spoil(self, case):
        """What was written never takes effect: here its controllers stand still, see `Bench.living`."""

    def fault(self, case, **fault):
        self.server.faults.add({"path": case.path, **fault})

    def writes(self, case):
        import re

        return [one for one in self.server.requests if one.is_write and re.search(case.path, one.path)]

    def sent(self, case):
        """Writes that arrived at all, refused ones too."""
        import re

        return [
            one
            for one in self.server.requests
            if one.method in MUTATORS
            and not one.dry_run
            and not one.resource.endswith("reviews")
            and re.search(case.path, one.path)
        ]

    # what is there

    def namespace(self, n):
        name = f"case-{n}"
        self.store.create("v1/namespaces", {"metadata": {"name": name}})
        if self.store.get("v1/serviceaccounts", name, "default") is None:
            self.store.create("v1/serviceaccounts", {"metadata": {"name": "default", "namespace": name}})
        return name

    def workload(self, namespace, replicas=2, on="n1", **container):
        """A Deployment whose two revisions are out and well, its pods `on` a node; its controllers."""
        self.store.create(DEPLOYMENTS, deployment(namespace, replicas, **container))
        found = Workload(self.store, namespace, on)
        found.settle()
        found.change(lambda spec: container_of(spec).update(env=[{"name": "POOL", "value": "50"}]))
        found.settle()
        return found


def deployment(namespace, replicas, **container):
    resources = {"requests": {"memory": "64Mi"}, "limits": {"memory": "128Mi"}}
    app = {"name": "app", "image": "shop:1", "env": [{"name": "POOL", "value": "10"}], "resources": resources}
    labels = {"app": APP}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [app | container]}}
    return {
        "metadata": {"name": APP, "namespace": namespace, "labels": labels},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
    }


def container_of(spec):
    return spec["template"]["spec"]["containers"][0]


def owner(version, kind, item):
    meta = item["metadata"]
    return {"apiVersion": version, "kind": kind, "name": meta["name"], "uid": meta["uid"], "controller": True}


class Workload:
    """A Deployment and what its controllers and kubelets make of it."""

    def __init__(self, store: Store, namespace: str, node: str) -> None:
        self.store, self.namespace, self.node = store, namespace, node
        self._revision = 0

    @property
    def item(self):
        return self.store.get(DEPLOYMENTS, self.namespace, APP)

    def spec(self):
        return copy.deepcopy(self.item["spec"])

    def change(self, edit):
        item = self.item
        edit(item["spec"])
        self.store.replace(DEPLOYMENTS, item)

    def put(self, spec):
        self.change(lambda now: (now.clear(), now.update(copy.deepcopy(spec))))

    def drift(self):
        self.change(lambda spec: spec.update(replicas=spec["replicas"] + 1))

    def settle(self):
        """A ReplicaSet for the template, its pods, the counters; nothing when that is so already."""
        item = self.item
        generation = item["metadata"]["generation"]
        if (item.get("status") or {}).get("observedGeneration") == generation:
            return
        wanted = item["spec"]["replicas"]
        if not item["spec"].get("paused"):
            self._pods(item, self._set(item))
        counters = {"replicas": wanted, **dict.fromkeys(COUNTERS, wanted)}
        self.store.patch_status(
            DEPLOYMENTS, self.namespace, APP, {"observedGeneration": generation, **counters, "conditions": []}
        )

    def _set(self, item):
        template = item["spec"]["template"]
        same = [one for one in self.store.list(SETS, self.namespace) if _same(one, template)]
        self._revision += 1
        number = str(self._revision)
        if same:
            same[0]["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = number
            return self.store.replace(SETS, same[0])
        labels = {**template["metadata"]["labels"], "pod-template-hash": number}
        return self.store.create(SETS, {
            "metadata": {
                "name": f"{APP}-{number}", "namespace": self.namespace, "labels": labels,
                "annotations": {"deployment.kubernetes.io/revision": number},
                "ownerReferences": [owner("apps/v1", "Deployment", item)],
            },
            "spec": {
                "replicas": item["spec"]["replicas"], "selector": {"matchLabels": labels},
                "template": {**template, "metadata": {**template["metadata"], "labels": labels}},
            },
        })  # fmt: skip

    def _pods(self, item, rs):
        for old in self.store.list(PODS, self.namespace):
            if old["metadata"]["labels"].get("app") == APP:
                self.store.delete(PODS, self.namespace, old["metadata"]["name"], grace_seconds=0)
        for number in range(item["spec"]["replicas"]):
            self.pod(rs, f"{rs['metadata']['name']}-{number}")

    def newest(self):
        """The ReplicaSet of the newest revision."""
        sets = self.store.list(SETS, self.namespace)
        return max(
            sets, key=lambda rs: int(rs["metadata"]["annotations"]["deployment.kubernetes.io/revision"])
        )

    def pod(self, rs, name, node=""):
        template = rs["spec"]["template"]
        self.store.create(PODS, {
            "metadata": {
                "name": name, "namespace": self.namespace, "labels": template["metadata"]["labels"],
                "ownerReferences": [owner("apps/v1", "ReplicaSet", rs)],
            },
            "spec": {**template["spec"], "nodeName": node or self.node},
        })  # fmt: skip
        up = {
            "name": "app",
            "image": "x",
            "imageID": "",
            "ready": True,
            "restartCount": 0,
            "state": {"running": {}},
        }
        ready = {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [up],
        }
        self.store.patch_status(PODS, self.namespace, name, ready)


def _same(rs, template):
    known = rs["spec"]["template"]
    notes = [one["metadata"].get("annotations") or {} for one in (known, template)]
    return known["spec"] == template["spec"] and notes[0] == notes[1]


@asynccontextmanager
async def cluster(folder, who="admin"):
    store = Store()
    server = ClusterServer(store, folder)
    await server.start()
    clients = Clients.open(ClientsConfig(kubeconfig=server.kubeconfigs[who]))
    try:
        yield Cluster(server, clients)
    finally:
        await clients.close()
        await server.stop()
        await asyncio.sleep(0.1)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", ResourceWarning
            )  # connections that a fault cut on the server's side
            gc.collect()
