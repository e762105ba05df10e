"""Who manages which field: managedFields as sets of paths."""

from sandbox.cluster.metadata import Obj, stamp
from sandbox.cluster.strategy import Write


def track(new: Obj, old: Obj | None, write: Write, now: float) -> Obj:
    """The metadata of `new` with its managedFields brought up to date."""
    if write.managed is not None:
        return {**new["metadata"], "managedFields": write.managed}
    entry = {
        "manager": write.manager,
        "operation": write.operation,
        "apiVersion": new["apiVersion"],
        "time": stamp(now),
        "fieldsType": "FieldsV1",
        "fieldsV1": {},
    }
    if write.subresource:
        entry["subresource"] = write.subresource
    before = (old or {"metadata": {}})["metadata"].get("managedFields") or []
    others = [e for e in before if (e["manager"], e.get("subresource")) != (write.manager, write.subresource)]
    return {**new["metadata"], "managedFields": [*others, entry]}
