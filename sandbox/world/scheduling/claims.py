"""The volume claims of a pod as the scheduler sees them."""

from typing import Any

from sandbox.world.access import Access
from sandbox.world.objects import Obj, deleting, name, namespace, spec, status

CLAIMS = "v1/persistentvolumeclaims"
CLASSES = "storage.k8s.io/v1/storageclasses"


def claim_names(pod: Obj) -> list[str]:
    found: list[dict[str, Any]] = spec(pod).get("volumes") or []
    return [v["persistentVolumeClaim"]["claimName"] for v in found if v.get("persistentVolumeClaim")]


def waits_for_consumer(access: Access, claim: Obj) -> bool:
    wanted = spec(claim).get("storageClassName")
    found = access.get(CLASSES, "", wanted) if wanted else None
    return found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"


def blocked_by(access: Access, pod: Obj) -> str | None:
    """Why the pod's claims keep it from every node; None when they do not."""
    for wanted in claim_names(pod):
        claim = access.get(CLAIMS, namespace(pod), wanted)
        if claim is None:
            return f'persistentvolumeclaim "{wanted}" not found'
        if deleting(claim):
            return f'persistentvolumeclaim "{name(claim)}" is being deleted'
        if status(claim).get("phase") != "Bound" and not waits_for_consumer(access, claim):
            return "pod has unbound immediate PersistentVolumeClaims"
    return None
