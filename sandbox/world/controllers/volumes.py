"""PersistentVolumeClaims: bound when their class exists, told about when it does not."""

import copy
from typing import Final

from sandbox.world.context import Context
from sandbox.world.events import Source
from sandbox.world.objects import Obj, deleting, name, namespace, spec, status, uid
from sandbox.world.scheduling.claims import CLAIMS, CLASSES, claim_names, waits_for_consumer

VOLUMES: Final = "v1/persistentvolumes"
PODS: Final = "v1/pods"
KIND: Final = ("v1", "PersistentVolumeClaim")
SOURCE: Final = Source("persistentvolume-controller")
DEFAULT: Final = "storageclass.kubernetes.io/is-default-class"
_AGAIN: Final = 15.0


def reconcile(ctx: Context) -> None:
    for claim in ctx.access.list(CLAIMS):
        if status(claim).get("phase") != "Bound" and not deleting(claim):
            _one(ctx, claim)
    for volume in ctx.access.list(VOLUMES):
        _released(ctx, volume)


def _one(ctx: Context, claim: Obj) -> None:
    wanted = spec(claim).get("storageClassName")
    if wanted is None:
        wanted = _default_class(ctx)
    if not wanted:
        text = "no persistent volumes available for this claim and no storage class is set"
        _tell(ctx, claim, ("Normal", "FailedBinding", text))
        return
    if ctx.access.get(CLASSES, "", wanted) is None:
        text = f'storageclass.storage.k8s.io "{wanted}" not found'
        _tell(ctx, claim, ("Warning", "ProvisioningFailed", text))
        return
    if spec(claim).get("storageClassName") != wanted:
        changed = copy.deepcopy(claim)
        changed["spec"]["storageClassName"] = wanted
        claim = ctx.access.update(CLAIMS, changed)
    if waits_for_consumer(ctx.access, claim) and not _used(ctx, claim):
        text = "waiting for first consumer to be created before binding"
        _tell(ctx, claim, ("Normal", "WaitForFirstConsumer", text))
        return
    _bind(ctx, claim, wanted)


def _tell(ctx: Context, claim: Obj, event: tuple[str, str, str]) -> None:
    key = f"claim/{uid(claim)}"
    if key not in ctx.reminders or ctx.due(ctx.reminders[key]):
        ctx.recorder.record(SOURCE, claim, KIND, event)
        ctx.remind(key, _AGAIN)


def _default_class(ctx: Context) -> str:
    for entry in ctx.access.list(CLASSES):
        if (entry["metadata"].get("annotations") or {}).get(DEFAULT) == "true":
            return name(entry)
    return ""


def _used(ctx: Context, claim: Obj) -> bool:
    return any(
        name(claim) in claim_names(pod) and spec(pod).get("nodeName")
        for pod in ctx.access.list(PODS, namespace(claim))
    )


def _bind(ctx: Context, claim: Obj, wanted: str) -> None:
    volume_name = spec(claim).get("volumeName") or f"pvc-{uid(claim)}"
    size = {"storage": spec(claim)["resources"]["requests"]["storage"]}
    if ctx.access.get(VOLUMES, "", volume_name) is None:
        reference = {"kind": "PersistentVolumeClaim", "namespace": namespace(claim), "name": name(claim)}
        found = ctx.access.get(CLASSES, "", wanted) or {}
        body = {
            "metadata": {"name": volume_name},
            "spec": {
                "capacity": size,
                "accessModes": spec(claim).get("accessModes", []),
                "claimRef": reference | {"uid": uid(claim), "apiVersion": "v1"},
                "storageClassName": wanted,
                "persistentVolumeReclaimPolicy": found.get("reclaimPolicy", "Delete"),
                "csi": {"driver": found.get("provisioner", ""), "volumeHandle": volume_name},
            },
        }
        volume = ctx.access.create(VOLUMES, body)
        ctx.access.set_status(VOLUMES, volume, {"phase": "Bound"})
        text = f"Successfully provisioned volume {volume_name}"
        ctx.recorder.record(SOURCE, claim, KIND, ("Normal", "ProvisioningSucceeded", text))
    changed = copy.deepcopy(claim)
    changed["spec"]["volumeName"] = volume_name
    stored = ctx.access.update(CLAIMS, changed)
    bound = {"phase": "Bound", "accessModes": spec(claim).get("accessModes", []), "capacity": size}
    ctx.access.set_status(CLAIMS, stored, bound)


def _released(ctx: Context, volume: Obj) -> None:
    """A volume whose claim is gone is released, or goes too when its class says so."""
    reference = spec(volume).get("claimRef")
    if reference is None or ctx.access.get(CLAIMS, reference["namespace"], reference["name"]):
        return
    if status(volume).get("phase") != "Released":
        volume = ctx.access.set_status(VOLUMES, volume, {"phase": "Released"})
    if spec(volume).get("persistentVolumeReclaimPolicy") == "Delete" and not deleting(volume):
        ctx.access.delete(VOLUMES, volume)
