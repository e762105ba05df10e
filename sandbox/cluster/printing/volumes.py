"""Volumes, claims and their classes, as tables."""

from typing import Any, Final

from sandbox.cluster.metadata import Obj, name_of
from sandbox.cluster.printing.columns import Printer, age, columns

MODES: Final = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}
UNSET: Final = "<unset>"


def _modes(items: list[str] | None) -> str:
    return ",".join(MODES[item] for item in MODES if item in (items or []))


def _claim(obj: Obj, now: float) -> list[Any]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    word = "Terminating" if obj["metadata"].get("deletionTimestamp") else status.get("phase", "")
    bound = bool(spec.get("volumeName"))
    capacity = (status.get("capacity") or {}).get("storage", "") if bound else ""
    modes = _modes(status.get("accessModes")) if bound else ""
    classes = [spec.get("storageClassName", ""), spec.get("volumeAttributesClassName") or UNSET]
    tail = [age(obj, now), spec.get("volumeMode") or UNSET]
    return [name_of(obj), word, spec.get("volumeName", ""), capacity, modes, *classes, *tail]


def _volume(obj: Obj, now: float) -> list[Any]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    word = "Terminating" if obj["metadata"].get("deletionTimestamp") else status.get("phase", "")
    claim = spec.get("claimRef")
    named = f"{claim['namespace']}/{claim['name']}" if claim else ""
    head = [name_of(obj), (spec.get("capacity") or {}).get("storage", ""), _modes(spec.get("accessModes"))]
    middle = [spec.get("persistentVolumeReclaimPolicy", ""), word, named, spec.get("storageClassName", "")]
    tail = [status.get("reason", ""), age(obj, now), spec.get("volumeMode") or UNSET]
    return [*head, *middle, spec.get("volumeAttributesClassName") or UNSET, *tail]


def _class(obj: Obj, now: float) -> list[Any]:
    name = name_of(obj)
    default = (obj["metadata"].get("annotations") or {}).get("storageclass.kubernetes.io/is-default-class")
    shown = f"{name} (default)" if default == "true" else name
    policy = [obj.get("reclaimPolicy", "Delete"), obj.get("volumeBindingMode", "Immediate")]
    grows = "true" if obj.get("allowVolumeExpansion") else "false"
    return [shown, obj.get("provisioner", ""), *policy, grows, age(obj, now)]


_CLAIM: Final = ("Status", "Volume", "Capacity", "Access Modes", "StorageClass", "VolumeAttributesClass")
_VOLUME: Final = ("Capacity", "Access Modes", "Reclaim Policy", "Status", "Claim", "StorageClass")
_CLASS: Final = ("Provisioner", "ReclaimPolicy", "VolumeBindingMode", "AllowVolumeExpansion")
PRINTERS: Final[dict[str, Printer]] = {
    "v1/persistentvolumeclaims": Printer(columns("Name", *_CLAIM, "Age", "+VolumeMode"), _claim),
    "v1/persistentvolumes": Printer(
        columns("Name", *_VOLUME, "VolumeAttributesClass", "Reason", "Age", "+VolumeMode"), _volume
    ),
    "storage.k8s.io/v1/storageclasses": Printer(columns("Name", *_CLASS, "Age"), _class),
}
