"""Objects that two API versions show: Events are kept in the core form and shown in both."""

from typing import Any

from sandbox.cluster.metadata import Obj
from sandbox.cluster.resources import Resource

_DEPRECATED = {
    "deprecatedSource": "source",
    "deprecatedFirstTimestamp": "firstTimestamp",
    "deprecatedLastTimestamp": "lastTimestamp",
    "deprecatedCount": "count",
}


def shown(kind: Resource, obj: Obj) -> Obj:
    """A stored object as `kind` shows it."""
    if kind.key == "events.k8s.io/v1/events":
        return _regarding(kind, obj)
    return obj


def stored(kind: Resource, obj: Obj) -> Obj:
    """An object that arrived as `kind`, as it is kept."""
    if kind.key == "events.k8s.io/v1/events":
        return _involved(obj)
    return obj


def _regarding(kind: Resource, obj: Obj) -> Obj:
    new: dict[str, Any] = {
        "kind": kind.kind,
        "apiVersion": kind.group_version,
        "metadata": obj["metadata"],
        "eventTime": obj.get("eventTime"),
        "series": obj.get("series"),
        "reportingController": obj.get("reportingComponent"),
        "reportingInstance": obj.get("reportingInstance"),
        "action": obj.get("action"),
        "reason": obj.get("reason"),
        "regarding": obj.get("involvedObject"),
        "related": obj.get("related"),
        "note": obj.get("message"),
        "type": obj.get("type"),
    }
    new |= {theirs: obj.get(ours) for theirs, ours in _DEPRECATED.items()}
    return {key: value for key, value in new.items() if value is not None or key == "eventTime"}


def _involved(obj: Obj) -> Obj:
    new: dict[str, Any] = {
        "metadata": obj["metadata"],
        "involvedObject": obj.get("regarding") or {},
        "reason": obj.get("reason"),
        "message": obj.get("note"),
        "type": obj.get("type"),
        "eventTime": obj.get("eventTime"),
        "series": obj.get("series"),
        "action": obj.get("action"),
        "related": obj.get("related"),
        "reportingComponent": obj.get("reportingController") or "",
        "reportingInstance": obj.get("reportingInstance") or "",
    }
    new |= {ours: obj.get(theirs) for theirs, ours in _DEPRECATED.items()}
    nullable = ("eventTime", "firstTimestamp", "lastTimestamp")
    return {key: value for key, value in new.items() if value is not None or key in nullable}
