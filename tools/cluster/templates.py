"""Pod templates compared field by field, with secrets hidden by the names they stand under."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from tools.cluster.objects import meta
from tools.cluster.secrecy import safe_value
from tools.spec import Json

HASH_LABEL = "pod-template-hash"
RESTARTED = "kubectl.kubernetes.io/restartedAt"
PLAN_MARK = "cloudops/plan"
_KEYS = ("name", "mountPath", "containerPort", "key", "ip")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs; empty text means: not set. Hidden values differ without saying how."""

    path: str
    before: str
    after: str

    @property
    def env(self) -> str:
        """Name of the environment variable that this is about, else empty."""
        _, found, rest = self.path.partition(".env[")
        return rest.split("]")[0] if found else ""


def bare(template: Json) -> Json:
    """The template without the label that its ReplicaSet added: what the Deployment held."""
    kept = {k: v for k, v in (meta(template).get("labels") or {}).items() if k != HASH_LABEL}
    return {**template, "metadata": {**meta(template), "labels": kept}}


def fingerprint(template: Json) -> str:
    """Short hash of a pod template, for people to compare and for drift."""
    text = json.dumps(bare(template), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def differences(before: Json, after: Json) -> tuple[Change, ...]:
    """Fields of two pod templates that differ, ordered by path."""
    old, new = flat(bare(before)), flat(bare(after))
    paths = [path for path in sorted(old.keys() | new.keys()) if old.get(path) != new.get(path)]
    return tuple(Change(path, shown(path, old.get(path)), shown(path, new.get(path))) for path in paths)


def same(before: Json, after: Json) -> bool:
    return not differences(before, after)


def shown(path: str, value: Any) -> str:
    """The value at a path as text, hidden where its name speaks of a secret; empty for none."""
    if value is None:
        return ""
    last = path.rsplit("[", 1)[-1].rstrip("]") if path.endswith("]") else path.rsplit(".", 1)[-1]
    return safe_value(last, value)


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Every field by its path; entries of lists stand under the key that names them."""
    found: dict[str, Any] = {}
    if isinstance(value, dict):
        for key, inner in value.items():
            found |= flat(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found |= _item(inner, index, path)
    elif value is not None:
        found[path] = value
    return found


def _item(inner: Any, index: int, path: str) -> dict[str, Any]:
    """A list entry under the key that names it, so that an insertion does not shift the rest."""
    if not isinstance(inner, dict):
        return flat(inner, f"{path}[{index}]")
    key = next((k for k in _KEYS if k in inner), "")
    here = f"{path}[{inner[key] if key else index}]"
    rest = {k: v for k, v in inner.items() if k != key}
    if path.endswith(".env"):
        if set(rest) <= {"value"}:
            return {here: rest.get("value", "")}
        return {here: _source(rest.get("valueFrom") or {})}
    return {here: "present"} | flat(rest, here)


def _source(ref: Json) -> str:
    """Where an environment value comes from; the value itself is never read."""
    for kind, inner in ref.items():
        where = inner.get("name") or inner.get("fieldPath") or inner.get("resource") or ""
        return f"from {kind.removesuffix('Ref')} {where} {inner.get('key', '')}".rstrip()
    return "from nowhere"
