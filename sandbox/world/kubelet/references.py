"""ConfigMaps and Secrets that a pod names: which of them are missing, in the kubelet's words."""

from typing import Any

from sandbox.world.access import Access
from sandbox.world.objects import Obj, namespace, spec

_KINDS = {
    "configMap": ("configmap", "v1/configmaps", "name"),
    "secret": ("secret", "v1/secrets", "secretName"),
}


def _missing(access: Access, home: str, word: str, resource: str, wanted: str) -> str | None:
    return f'{word} "{wanted}" not found' if access.get(resource, home, wanted) is None else None


def _sources(volume: Obj) -> list[tuple[str, str, str]]:
    """(word, resource, name) of each required ConfigMap or Secret of one volume."""
    found = []
    for field, (word, resource, key) in _KINDS.items():
        source = volume.get(field)
        if source and not source.get("optional"):
            found.append((word, resource, source[key]))
        for projected in (volume.get("projected") or {}).get("sources") or []:
            inner = projected.get(field)
            if inner and not inner.get("optional"):
                found.append((word, resource, inner["name"]))
    return found


def unmountable(access: Access, pod: Obj) -> str | None:
    """The FailedMount message of the first volume that cannot be set up; None when all can.

    The projected token volume that admission adds to every pod is always there.
    """
    for volume in spec(pod).get("volumes") or []:
        if str(volume["name"]).startswith("kube-api-access-"):
            continue
        for word, resource, wanted in _sources(volume):
            reason = _missing(access, namespace(pod), word, resource, wanted)
            if reason:
                return f'MountVolume.SetUp failed for volume "{volume["name"]}" : {reason}'
    return None


def unconfigurable(access: Access, pod: Obj, container: Obj) -> str | None:
    """The CreateContainerConfigError message of the first env reference that cannot be read; None when all can."""
    home = namespace(pod)
    for source in container.get("envFrom") or []:
        for field, word, resource in (
            ("configMapRef", "configmap", "v1/configmaps"),
            ("secretRef", "secret", "v1/secrets"),
        ):
            ref = source.get(field)
            if ref and not ref.get("optional"):
                reason = _missing(access, home, word, resource, ref["name"])
                if reason:
                    return reason
    for entry in container.get("env") or []:
        reason = _unreadable(access, home, entry.get("valueFrom") or {})
        if reason:
            return reason
    return None


def _unreadable(access: Access, home: str, source: dict[str, Any]) -> str | None:
    for field, word, title, resource in (
        ("configMapKeyRef", "configmap", "ConfigMap", "v1/configmaps"),
        ("secretKeyRef", "secret", "Secret", "v1/secrets"),
    ):
        ref = source.get(field)
        if not ref or ref.get("optional"):
            continue
        obj = access.get(resource, home, ref["name"])
        if obj is None:
            return f'{word} "{ref["name"]}" not found'
        keys = (
            set(obj.get("data") or {}) | set(obj.get("binaryData") or {}) | set(obj.get("stringData") or {})
        )
        if ref["key"] not in keys:
            return f"couldn't find key {ref['key']} in {title} {home}/{ref['name']}"
    return None
