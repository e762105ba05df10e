"""How the lists inside objects are merged: by a key, as a set, or not at all.

One table serves strategic merge and server-side apply; where the two differ, `APPLY_KEYS` says so.
"""

from typing import Final

Path = tuple[str, ...]  # field names from the object's root; the items of a list are `[]`

BY_FIELD: Final[dict[str, str]] = {  # lists whose name has one meaning wherever it stands
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "volumes": "name",
    "env": "name",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey",
    "schedulingGates": "name",
    "resourceClaims": "name",
    "resourceClaimStatuses": "name",
    "ownerReferences": "uid",
    "conditions": "type",
    "podIPs": "ip",
    "hostIPs": "ip",
    "webhooks": "name",
}
SETS: Final = frozenset({"finalizers", "podCIDRs"})  # lists of texts that are merged as sets
APPLY_SETS: Final = frozenset({"finalizers", "podCIDRs", "accessModes"} - {"accessModes"})
APPLY_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "imagePullSecrets": ("name",),
}


def merge_key(kind: str, path: Path) -> str | None:
    """The key by which strategic merge merges the list at `path`; None when the list is replaced."""
    field = path[-1]
    if field == "ports":
        return _ports(kind, path)
    if field == "imagePullSecrets":
        return None if kind == "ServiceAccount" else "name"
    if field == "addresses":
        return "type" if kind == "Node" else None
    if field == "secrets":
        return "name" if kind == "ServiceAccount" else None
    return BY_FIELD.get(field)


def _ports(kind: str, path: Path) -> str | None:
    if kind == "Service" and path == ("spec", "ports"):
        return "port"
    return "containerPort" if len(path) > 2 and path[-3] in _CONTAINERS else None


def apply_keys(kind: str, path: Path) -> tuple[str, ...] | None:
    """The keys by which server-side apply tells the items of a list apart; None when the list is atomic."""
    field = path[-1]
    if field == "ports":
        key = _ports(kind, path)
        return (key, "protocol") if key else None
    if field in APPLY_KEYS:
        return APPLY_KEYS[field]
    if field == "secrets" and kind == "ServiceAccount":
        return ("name",)
    if field == "metrics":
        return None
    single = merge_key(kind, path)
    return (single,) if single else None


_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
