"""A world on a clock that tests move, and the objects that tests put into it."""

import random

from sandbox.cluster.seed import seed
from sandbox.cluster.store import Store
from sandbox.world.clock import ManualClock
from sandbox.world.world import World

START = 1_795_500_000.0
NS = "lab"


class Lab:
    """`world` over `store`; nothing happens but by `after`."""

    def __init__(self, *, nodes: int = 3, apps=None, metrics: bool = True) -> None:
        self.clock = ManualClock(START)
        self.store = Store(self.clock, rng=random.Random(1))
        self.world = World(self.store, apps=apps, rng=random.Random(2), metrics=metrics)
        seed(self.store)
        self.store.create("v1/namespaces", {"metadata": {"name": NS}})
        for number in range(1, nodes + 1):
            labels = {"kubernetes.io/hostname": f"n{number}", "topology.kubernetes.io/zone": f"z{number}"}
            self.store.create("v1/nodes", {"metadata": {"name": f"n{number}", "labels": labels}, "spec": {}})
        self.world.ctx.live = False
        self.world.settle()

    def after(self, seconds: float) -> None:
        self.world.advance(seconds)

    def make(self, resource: str, name: str, **body):
        metadata = {"name": name, "namespace": NS, **body.pop("metadata", {})}
        return self.store.create(resource, {"metadata": metadata, **body})

    def get(self, resource: str, name: str):
        return self.store.get(resource, NS, name)

    def pods(self, prefix: str = ""):
        return [p for p in self.store.list("v1/pods", NS) if p["metadata"]["name"].startswith(prefix)]

    def events(self, reason: str):
        return [e["message"] for e in self.store.list("v1/events") if e["reason"] == reason]

    def deployment(self, name: str = "web", replicas: int = 6, image: str = "web:1", **pod):
        return self.make(
            "apps/v1/deployments", name, spec={"replicas": replicas, **workload(name, image, **pod)}
        )

    def edit(self, resource: str, name: str, change) -> None:
        item = self.get(resource, name)
        change(item)
        self.store.replace(resource, item)


def workload(name: str, image: str = "web:1", *, notes=None, container=None, **spec):
    """selector and template."""
    labels = {"app": name}
    inner = {"name": "main", "image": image, **(container or {})}
    template = {
        "metadata": {"labels": labels, "annotations": notes or {}},
        "spec": {"containers": [inner], **spec},
    }
    return {"selector": {"matchLabels": labels}, "template": template}


def set_image(image: str):
    def change(item):
        item["spec"]["template"]["spec"]["containers"][0]["image"] = image

    return change
