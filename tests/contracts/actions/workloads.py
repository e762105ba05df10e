"""Rigs of the changes of a Deployment."""

from tests.contracts.actions.place import APP, container_of
from tests.contracts.actions.rig import Case, Rig


def workload(place, n, text, **args):
    """A Deployment that is well, in a namespace of its own."""
    namespace = place.namespace(n)
    found = place.workload(namespace)
    return Case(
        args={"namespace": namespace, "name": APP, **args},
        text=f"{text} in {namespace}",
        path=f"/{namespace}/deployments",
        state=found.spec,
        put=found.put,
        drift=found.drift,
        settle=found.settle,
    )


def paused(place, n):
    case = workload(place, n, "resume the rollout of web")
    case.put(case.state() | {"paused": True})
    case.settle()
    return case


def image_of(case):
    return container_of(case.state())["image"]


RIGS = (
    Rig("rollout_undo", lambda place, n: workload(place, n, "roll web back")),
    Rig("rollout_restart", lambda place, n: workload(place, n, "restart web")),
    Rig("scale", lambda place, n: workload(place, n, "scale web to 5", replicas=5)),
    Rig("set_resources", lambda place, n: workload(place, n, "memory of web to 256Mi", memory_limit="256Mi")),
    Rig("set_image", lambda place, n: workload(place, n, "image of web to shop:2", image="shop:2")),
    Rig("rollout_pause", lambda place, n: workload(place, n, "pause the rollout of web")),
    Rig("rollout_resume", paused),
)
