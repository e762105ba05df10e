"""What an event shows although nobody set it."""

from sandbox.cluster.metadata import Obj


def event(obj: Obj) -> None:
    for key in ("firstTimestamp", "lastTimestamp", "eventTime"):
        obj.setdefault(key, None)
    obj.setdefault("source", {})
    for key in ("reportingComponent", "reportingInstance"):
        obj.setdefault(key, "")
