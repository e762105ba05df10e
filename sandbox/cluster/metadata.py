"""What a server writes into an object's metadata."""

import random
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast

Obj = dict[str, Any]
T = TypeVar("T")
_NESTED: Final = (dict, list)

ORDER: Final = (
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
)
SUFFIX: Final = "bcdfghjklmnpqrstvwxz2456789"  # without vowels, so that no words come out
GENERATED: Final = frozenset(  # kinds whose metadata carries a generation
    (
        "Pod",
        "Deployment",
        "ReplicaSet",
        "StatefulSet",
        "DaemonSet",
        "Job",
        "CronJob",
        "PodDisruptionBudget",
        "Ingress",
        "IngressClass",
        "NetworkPolicy",
        "EndpointSlice",
        "CustomResourceDefinition",
        "ValidatingWebhookConfiguration",
        "ReplicationController",
        "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "PriorityClass",
        "FlowSchema",
        "PriorityLevelConfiguration",
    )
)


def copied(value: T) -> T:
    """A private copy of JSON data, many times faster than copy.deepcopy."""
    return cast("T", _copied(value))


def _copied(value: Any) -> Any:
    """Texts and numbers are taken over without a call each: they are nine of ten values."""
    if isinstance(value, dict):
        new = value.copy()
        for key, item in value.items():
            if isinstance(item, _NESTED):
                new[key] = _copied(item)
        return new
    if isinstance(value, list):
        return [_copied(item) if isinstance(item, _NESTED) else item for item in value]
    return value


def stamp(at: float) -> str:
    """`2026-11-23T11:13:36Z` of seconds since 1970."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch(text: str | None) -> float:
    """Seconds since 1970 of a timestamp; 0.0 when there is none."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def random_suffix(rng: random.Random, length: int = 5) -> str:
    return "".join(rng.choice(SUFFIX) for _ in range(length))


def new_uid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def ordered(metadata: Mapping[str, Any]) -> Obj:
    """Metadata in the order in which a server writes it, empty parts left out."""
    known = {key: metadata[key] for key in ORDER if metadata.get(key) not in (None, "", {}, [])}
    return known | {key: value for key, value in metadata.items() if key not in ORDER and value is not None}


def name_of(obj: Mapping[str, Any]) -> str:
    return str(obj["metadata"].get("name") or "")


def namespace_of(obj: Mapping[str, Any]) -> str:
    return str(obj["metadata"].get("namespace") or "")


def owners(obj: Mapping[str, Any]) -> list[Obj]:
    return obj["metadata"].get("ownerReferences") or []


def same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Equal but for the resourceVersion and who manages which field."""
    return _content(one) == _content(other)


def _content(obj: Mapping[str, Any]) -> Obj:
    metadata = {k: v for k, v in obj["metadata"].items() if k not in ("resourceVersion", "managedFields")}
    return {**obj, "metadata": metadata}


def same_desire(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Equal but for metadata and status: what a generation counts."""
    hidden = ("metadata", "status", "kind", "apiVersion")
    left = {key: value for key, value in one.items() if key not in hidden}
    return left == {key: value for key, value in other.items() if key not in hidden}
