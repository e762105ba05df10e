"""Putting an applied configuration into an object, and taking out what is not applied any more."""

import json
from typing import Any

from sandbox.cluster.fields import ATOMIC, Set, key_text
from sandbox.cluster.metadata import Obj
from sandbox.cluster.patching.keys import APPLY_SETS, Path, apply_keys


def merged(kind: str, old: Any, wanted: Any, path: Path = ()) -> Any:
    """`wanted` into `old`, lists by their keys."""
    if isinstance(wanted, dict) and isinstance(old, dict) and not (path and path[-1] in ATOMIC):
        return {
            **old,
            **{key: merged(kind, old.get(key), value, (*path, key)) for key, value in wanted.items()},
        }
    if isinstance(wanted, list) and isinstance(old, list):
        if path[-1] in APPLY_SETS:
            return old + [item for item in wanted if item not in old]
        keys = apply_keys(kind, path)
        if keys is not None:
            return _by_key(kind, old, wanted, path, keys)
    return wanted


def _by_key(kind: str, old: list[Obj], wanted: list[Obj], path: Path, keys: tuple[str, ...]) -> list[Obj]:
    result = {key_text(item, keys): item for item in old}
    for item in wanted:
        key = key_text(item, keys)
        result[key] = merged(kind, result.get(key), item, (*path, "[]"))
    return list(result.values())


def without(old: Any, dropped: Set) -> Any:
    """Removes what `dropped` names; a leaf removes everything below it."""
    for key, below in dropped.items():
        kind, _, rest = key.partition(":")
        if kind == "f" and isinstance(old, dict) and rest in old:
            inner = {name: value for name, value in below.items() if name != "."}
            if inner:
                old[rest] = without(old[rest], inner)
            if not inner or old[rest] in ({}, []):
                del old[rest]
        elif kind == "k" and isinstance(old, list):
            old = _without_item(old, json.loads(rest), below)
        elif kind == "v" and isinstance(old, list):
            old = [item for item in old if item != json.loads(rest)]
    return old


def _without_item(old: list[Obj], keys: dict[str, Any], below: Set) -> list[Obj]:
    """The item goes when it was owned itself, otherwise only its fields."""
    kept: list[Obj] = []
    for item in old:
        if any(item.get(name) != value for name, value in keys.items()):
            kept.append(item)
        elif "." not in below:
            kept.append(without(item, below))
    return kept
