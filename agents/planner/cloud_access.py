"""Who may do something in Oracle Cloud. What the cluster has as well is the cluster's, unless the words name Oracle."""

from __future__ import annotations

import re
from typing import Any, Final

from tools.access.question import DEEDS, PERMISSION
from tools.access.statements import VERBS

_TWO: Final = {"shut down": "stop", "power off": "stop", "turn off": "stop", "switch off": "stop", "turn on": "start", "power on": "start"}  # fmt: skip
_DEED: Final = "|".join(
    sorted((*VERBS, *DEEDS, *(two.replace(" ", r"\s+") for two in _TWO)), key=len, reverse=True)
)
_WHO: Final = re.compile(
    r"\b(?:who(?:\s+(?:all|else|exactly))?|(?:which|what)\s+(?:users?|groups?|people|principals?|dynamic[ -]groups?))\s+"
    r"(?:can|may|could|(?:is|are)\s+(?:allowed|able|permitted|authori[sz]ed)\s+to|(?:has|have)\s+(?:the\s+)?(?:rights?|permissions?)\s+to)\s+"
    rf"(?P<verb>{_DEED})\s+(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_HOLDS: Final = re.compile(
    rf"\bwho\s+(?:has|holds|gets|can\s+use)\s+(?:the\s+)?(?:permission\s+)?(?P<permission>{PERMISSION.pattern})\b(?P<rest>.*)",
    re.DOTALL,
)
_PLACE: Final = re.compile(
    r"\s+(?:in|of|within)\s+(?:the\s+|our\s+)?(?:compartment\s+)?[\"'`]?(?P<name>[\w./:-]+)[\"'`]?(?P<compartment>\s+compartment)?",
    re.IGNORECASE,
)
_ORACLE: Final = re.compile(
    r"\b(?:oci|oracle(?: cloud)?|compartments?|tenancy|iam|vms?|compute)\b|\bocid1\.", re.IGNORECASE
)
_WHOLE: Final = frozenset({"tenancy", "oci", "oracle", "cloud", "root"})
_LEADING: Final = re.compile(
    r"^(?:(?:the|a|an|any|all|our|my|these|those|oci|oracle(?: cloud)?|compute)\s+)+", re.IGNORECASE
)
# Resource types whose name nothing in a cluster has.
_OWN: Final = frozenset(
    [
        "instance", "vm", "bucket", "vcn", "subnet", "load balancer", "autonomous database", "compartment",
        "dynamic group", "vault", "boot volume", "block volume", "drg", "bastion", "all-resource",
    ]
)  # fmt: skip
_CLUSTER: Final = frozenset(
    [
        "pod", "deployment", "configmap", "namespace", "statefulset", "daemonset", "ingress", "ingresse", "replicaset",
        "cronjob", "serviceaccount", "rolebinding", "clusterrole", "service account", "workload", "container",
    ]
)  # fmt: skip


def access(raw: str) -> dict[str, Any] | None:
    """The arguments of the question; None where it is none, or is the cluster's."""
    if found := _HOLDS.search(raw):
        return {"verb": found["permission"], **_placed(found["rest"])}
    if not (found := _WHO.search(raw)):
        return None
    rest = found["rest"].rstrip(" ?!.")
    place = _PLACE.search(f" {rest}")
    named = rest[: place.start()] if place and place.start() else rest
    resource = _type(_LEADING.sub("", f"{named.strip()} ").strip().lower())
    if not _ours(resource, raw) or (place and re.match(r"\s+of\b", place.group())):
        return None
    verb = " ".join(found["verb"].lower().split())
    return {"verb": _TWO.get(verb, verb), "resource": resource, **_placed(f" {rest}")}


def _type(words: str) -> str:
    """`instance node-1` is about instances: policies grant on types, not on one of them."""
    first, _, name = words.partition(" ")
    return first if first in _OWN and re.search(r"[-_.\d]", name) else words


def _ours(resource: str, raw: str) -> bool:
    if not re.fullmatch(r"[a-z][a-z0-9 _-]*", resource) or len(resource.split()) > 4:
        return False
    single = f"{resource[:-3]}y" if resource.endswith("ies") else resource.removesuffix("s")
    if single in _OWN or single.endswith(("-family", " family")):
        return True
    return bool(_ORACLE.search(raw)) and single not in _CLUSTER


def _placed(rest: str) -> dict[str, str]:
    found = _PLACE.search(rest)
    name = found["name"].rstrip(".:") if found else ""
    return {"compartment": name} if name and name.lower() not in _WHOLE else {}
