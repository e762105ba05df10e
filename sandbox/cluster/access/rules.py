"""Does one rule of a role cover a request?"""

from collections.abc import Mapping
from typing import Any

from sandbox.cluster.access.attributes import Attributes

Rule = Mapping[str, Any]


def covers(rule: Rule, wanted: Attributes) -> bool:
    if not _one_of(rule.get("verbs"), wanted.verb):
        return False
    if wanted.path:
        return any(_path(pattern, wanted.path) for pattern in rule.get("nonResourceURLs") or [])
    names = rule.get("resourceNames") or []
    return (
        _one_of(rule.get("apiGroups"), wanted.group)
        and _resource(rule.get("resources") or [], wanted)
        and (not names or wanted.name in names)
    )


def _one_of(have: list[str] | None, wanted: str) -> bool:
    return bool(have) and ("*" in (have or []) or wanted in (have or []))


def _resource(have: list[str], wanted: Attributes) -> bool:
    if "*" in have or wanted.combined in have:
        return True
    return bool(wanted.subresource) and f"*/{wanted.subresource}" in have


def _path(pattern: str, path: str) -> bool:
    if pattern == "*":
        return True
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern
