"""Volume claims: why one is not bound."""

from __future__ import annotations

from tools.cluster.objects import meta, name, spec, status
from tools.cluster.snapshot import Snapshot, near_names
from tools.spec import Evidence, Json


def claims_of_pod(snap: Snapshot, pod: Json) -> list[str]:
    """Names of the claims that the pod's volumes use."""
    del snap
    volumes = spec(pod).get("volumes") or []
    return [v["persistentVolumeClaim"]["claimName"] for v in volumes if v.get("persistentVolumeClaim")]


def explain_claim(snap: Snapshot, claim_name: str) -> tuple[str, list[Evidence]]:
    """Why the claim is not bound, with proof; empty when it is, or when claims could not be read."""
    if not snap.knows("persistentvolumeclaims"):
        return "", []
    claim = snap.named("persistentvolumeclaims", claim_name)
    if claim is None:
        proof = Evidence(
            f"{snap.address('persistentvolumeclaims', claim_name)}#metadata.name", "looked up", "not found"
        )
        return f"PersistentVolumeClaim {claim_name} does not exist", [proof]
    if status(claim).get("phase") == "Bound":
        return "", []
    facts = [
        snap.fact(
            "persistentvolumeclaims",
            claim,
            "status.phase",
            status(claim).get("phase", "Pending"),
            label="claim",
        )
    ]
    facts += [
        snap.told(e)
        for e in snap.events("persistentvolumeclaims", claim, "ProvisioningFailed", "FailedBinding")[:1]
    ]
    if meta(claim).get("deletionTimestamp"):
        return f"PersistentVolumeClaim {claim_name} is being deleted", facts
    return f"PersistentVolumeClaim {claim_name} is not bound: {_why(snap, claim)}", facts


def _why(snap: Snapshot, claim: Json) -> str:
    wanted = spec(claim).get("storageClassName")
    if not wanted:
        return "it names no StorageClass and no volume fits it"
    if not snap.knows("storageclasses"):
        return f"nothing provides it (StorageClass {wanted})"
    there = snap.named("storageclasses", wanted)
    if there is None:
        near = near_names(wanted, [name(sc) for sc in snap.of("storageclasses")])
        return f"StorageClass {wanted} does not exist" + (f"; there is {', '.join(near)}" if near else "")
    if there.get("volumeBindingMode") == "WaitForFirstConsumer":
        return f"StorageClass {wanted} waits for the pod to be placed (WaitForFirstConsumer)"
    return (
        f"StorageClass {wanted} exists, but its provisioner {there.get('provisioner', '')} has not delivered"
    )
