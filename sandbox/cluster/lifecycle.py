"""How an object's end begins: preconditions, grace for running pods, finalizers, propagation."""

from dataclasses import dataclass
from typing import Any

from sandbox.cluster import errors
from sandbox.cluster.metadata import Obj, copied, name_of, stamp
from sandbox.cluster.resources import Resource

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"


@dataclass(frozen=True)
class DeleteOptions:
    """`propagation` is Background, Foreground or Orphan; `uid` and `version` are preconditions."""

    grace_seconds: int | None = None
    propagation: str = "Background"
    uid: str | None = None
    version: str | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class Deletion:
    object: Obj
    gone: bool


def begin(kind: Resource, old: Obj, options: DeleteOptions, now: float) -> Obj | None:
    """The object that stays, marked as being deleted; None when nothing holds it."""
    _preconditions(kind, old, options)
    new: Obj = copied(old)
    metadata = new["metadata"]
    _propagation(metadata, options.propagation)
    grace = _grace(kind, new, options)
    held = bool(metadata.get("finalizers")) or _namespace_held(new)
    if not held and not grace:
        return None
    first = not metadata.get("deletionTimestamp")
    shorter = grace < metadata.get("deletionGracePeriodSeconds", 0)
    if first or shorter:
        metadata["deletionTimestamp"] = stamp(now + grace)
        if kind.key != "v1/namespaces":
            metadata["deletionGracePeriodSeconds"] = grace
        if "generation" in metadata:
            metadata["generation"] += 1
    if kind.key == "v1/namespaces":
        new["status"] = {**(new.get("status") or {}), "phase": "Terminating"}
    return new


def _preconditions(kind: Resource, old: Obj, options: DeleteOptions) -> None:
    have: dict[str, Any] = old["metadata"]
    if options.uid and options.uid != have["uid"]:
        why = (
            f"the UID in the precondition ({options.uid}) does not match the UID in record ({have['uid']}). "
            "The object might have been deleted and then recreated"
        )
        raise errors.conflict(kind, name_of(old), why, uid=options.uid)
    if options.version and options.version != have["resourceVersion"]:
        why = (
            f"the ResourceVersion in the precondition ({options.version}) does not match the ResourceVersion "
            f"in record ({have['resourceVersion']}). The object might have been modified"
        )
        raise errors.conflict(kind, name_of(old), why)


def _propagation(metadata: Obj, propagation: str) -> None:
    wanted = {"Foreground": FOREGROUND, "Orphan": ORPHAN}.get(propagation)
    finalizers = [item for item in metadata.get("finalizers") or [] if item not in (FOREGROUND, ORPHAN)]
    metadata["finalizers"] = [*finalizers, wanted] if wanted else finalizers


def _grace(kind: Resource, obj: Obj, options: DeleteOptions) -> int:
    """Only pods that run somewhere are given time to stop."""
    if kind.key != "v1/pods":
        return 0
    status = obj.get("status") or {}
    if not obj["spec"].get("nodeName") or status.get("phase") in ("Succeeded", "Failed"):
        return 0
    if options.grace_seconds is not None:
        return options.grace_seconds
    pending = obj["metadata"].get("deletionGracePeriodSeconds")
    return int(pending if pending is not None else obj["spec"].get("terminationGracePeriodSeconds", 30))


def _namespace_held(obj: Obj) -> bool:
    return obj["kind"] == "Namespace" and bool((obj.get("spec") or {}).get("finalizers"))
