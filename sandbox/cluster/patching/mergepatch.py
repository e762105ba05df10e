"""JSON merge patch: null removes, objects merge, everything else replaces."""

from typing import Any

from sandbox.cluster.metadata import Obj


def merge_patch(old: Obj, patch: Obj) -> Obj:
    """Changes `old` and gives it back."""
    for key, value in patch.items():
        if value is None:
            old.pop(key, None)
        elif isinstance(value, dict):
            before = old.get(key)
            old[key] = merge_patch(before if isinstance(before, dict) else {}, value)
        else:
            old[key] = value
    return old


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return value
