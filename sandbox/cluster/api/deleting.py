"""What a delete is asked to do: from its body, or from the query."""

from typing import Any

from sandbox.cluster import errors
from sandbox.cluster.api.call import Call
from sandbox.cluster.api.paths import TRUE
from sandbox.cluster.lifecycle import DeleteOptions
from sandbox.cluster.metadata import Obj, name_of
from sandbox.cluster.resources import Resource

JOB_ORPHANS = (
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them "
    "or set propagationPolicy=Orphan to suppress this warning"
)


def delete_options(kind: Resource, call: Call) -> DeleteOptions:
    body: dict[str, Any] = call.json() if call.raw.strip() else {}
    grace = body.get("gracePeriodSeconds")
    if grace is None:
        grace = call.number("gracePeriodSeconds")
    preconditions = body.get("preconditions") or {}
    if body.get("dryRun") not in (None, [], ["All"]):
        raise errors.ApiError(
            422, "Invalid", 'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value', {}
        )
    return DeleteOptions(
        grace_seconds=grace,
        propagation=_propagation(kind, body, call),
        uid=preconditions.get("uid"),
        version=preconditions.get("resourceVersion"),
        # Options in a body are all that counts: then a server does not look for a dry run in the query.
        dry_run=call.ignored or (body.get("dryRun") == ["All"] if body else call.dry_run),
    )


def _propagation(kind: Resource, body: dict[str, Any], call: Call) -> str:
    asked = body.get("propagationPolicy") or call.query.get("propagationPolicy")
    if asked in ("Background", "Foreground", "Orphan"):
        return str(asked)
    if asked:
        text = f'propagationPolicy: Invalid value: "{asked}": valid values are "Foreground", "Background", "Orphan", or nil'
        raise errors.ApiError(422, "Invalid", f'DeleteOptions.meta.k8s.io "" is invalid: {text}', {})
    orphan = body.get("orphanDependents")
    if orphan is None and "orphanDependents" in call.query:
        orphan = call.query["orphanDependents"] in TRUE
    if orphan is not None:
        return "Orphan" if orphan else "Background"
    if kind.key == "batch/v1/jobs":
        call.warnings.append(JOB_ORPHANS)
        return "Orphan"
    return "Background"


def success(kind: Resource, obj: Obj) -> Obj:
    """The Status that says that an object is gone."""
    details = {"name": name_of(obj), "group": kind.group, "kind": kind.plural, "uid": obj["metadata"]["uid"]}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {key: value for key, value in details.items() if value},
    }
