"""metrics.k8s.io: what pods and nodes use, from whoever measures."""

from typing import Protocol

from sandbox.cluster import errors
from sandbox.cluster.api.call import Answer, Call
from sandbox.cluster.api.forms import negotiate
from sandbox.cluster.api.paths import Target
from sandbox.cluster.metadata import Obj, name_of, namespace_of
from sandbox.cluster.printing import table
from sandbox.cluster.resources import Resource


class MetricSource(Protocol):
    """PodMetrics and NodeMetrics objects, complete with metadata, timestamp and window."""

    def pods(self) -> list[Obj]: ...

    def nodes(self) -> list[Obj]: ...


def metered(source: MetricSource | None, kind: Resource, goal: Target, call: Call) -> Answer:
    if source is None:
        raise errors.ApiError(
            503, "ServiceUnavailable", "the server is currently unable to handle the request", {}
        )
    head = {"kind": kind.kind, "apiVersion": kind.group_version}
    everything = [{**item, **head} for item in (source.pods() if kind.namespaced else source.nodes())]
    found = [item for item in everything if not goal.namespace or namespace_of(item) == goal.namespace]
    if goal.verb == "get":
        one = next((item for item in found if name_of(item) == goal.name), None)
        if one is None:
            raise errors.not_found(kind, goal.name)
        return Answer({**head, **one})
    test = call.selection.test(kind)
    items = [item for item in found if test(item)]
    if negotiate(call.accept).shape == "table":
        return Answer(table.document(kind, items, {}, "Metadata", now=0.0))
    bare = [{key: value for key, value in item.items() if key not in head} for item in items]
    return Answer(
        {"kind": f"{kind.kind}List", "apiVersion": kind.group_version, "metadata": {}, "items": bare}
    )
