"""Who manages which field: managedFields as sets of paths.

A set is nested as the API writes it (FieldsV1): `f:name` for a field, `k:{"name":"web"}` for an item of a list that
is told apart by keys, `v:"x"` for an item of a set, `.` for the thing itself; an empty set is a leaf.
"""

import json
from typing import Any, Final

from sandbox.cluster.metadata import Obj, stamp
from sandbox.cluster.patching.keys import APPLY_SETS, Path, apply_keys
from sandbox.cluster.write import Write

Set = dict[str, Any]
ATOMIC: Final = frozenset(  # replaced as a whole, so owned as a whole
    (
        "selector",
        "nodeSelector",
        "podSelector",
        "namespaceSelector",
        "labelSelector",
        "fieldRef",
        "resourceFieldRef",
        "configMapKeyRef",
        "secretKeyRef",
        "roleRef",
        "scaleTargetRef",
        "involvedObject",
        "targetRef",
        "loadBalancer",
    )
)
MAPS: Final = frozenset(("labels", "annotations", "data", "limits", "requests", "hard", "used"))
HIDDEN: Final = frozenset(
    (
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "managedFields",
        "selfLink",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    )
)


def of(kind: str, obj: Obj) -> Set:
    """Every field of an object, less what identifies it."""
    return _full(kind, _visible(obj), ())


def _visible(obj: Obj) -> Obj:
    metadata = {key: value for key, value in (obj.get("metadata") or {}).items() if key not in HIDDEN}
    return {key: value for key, value in obj.items() if key not in ("kind", "apiVersion", "metadata")} | (
        {"metadata": metadata} if metadata else {}
    )


def key_text(item: Obj, keys: tuple[str, ...]) -> str:
    named = {key: item.get(key, "TCP" if key == "protocol" else None) for key in keys}
    return "k:" + json.dumps(
        {key: value for key, value in named.items() if value is not None}, separators=(",", ":")
    )


def _full(kind: str, value: Any, path: Path) -> Set:
    if isinstance(value, dict) and not (path and path[-1] in ATOMIC):
        found: Set = {f"f:{key}": _full(kind, item, (*path, key)) for key, item in value.items()}
        return {".": {}, **found} if path and path[-1] in MAPS and found else found
    if isinstance(value, list) and path[-1] in APPLY_SETS:
        return {".": {}} | {f"v:{json.dumps(item)}": {} for item in value}
    keys = apply_keys(kind, path) if isinstance(value, list) else None
    if keys is None or not all(isinstance(item, dict) for item in value):
        return {}
    return {".": {}} | {key_text(item, keys): {".": {}, **_full(kind, item, (*path, "[]"))} for item in value}


def changed(kind: str, new: Any, old: Any, path: Path = ()) -> tuple[Set, Set]:
    """(what is new or different, what is gone). Looks only into what differs."""
    if isinstance(new, dict) and isinstance(old, dict) and not (path and path[-1] in ATOMIC):
        pairs = {f"f:{key}": (new.get(key), old.get(key), (*path, key)) for key in {**old, **new}}
        return _changes(kind, pairs)
    if isinstance(new, list) and isinstance(old, list):
        if path[-1] in APPLY_SETS:
            pairs = {
                f"v:{json.dumps(x)}": (x if x in new else None, x if x in old else None, path)
                for x in old + new
            }
            return _changes(kind, pairs)
        keys = apply_keys(kind, path)
        if keys is not None:
            now = {key_text(item, keys): item for item in new}
            before = {key_text(item, keys): item for item in old}
            pairs = {key: (now.get(key), before.get(key), (*path, "[]")) for key in {**before, **now}}
            return _changes(kind, pairs)
    return {}, {}


def _changes(kind: str, pairs: dict[str, tuple[Any, Any, Path]]) -> tuple[Set, Set]:
    added: Set = {}
    removed: Set = {}
    for key, (new, old, path) in pairs.items():
        if new == old:
            continue
        if old is None:
            added[key] = (
                {".": {}, **_full(kind, new, path)} if key.startswith("k:") else _full(kind, new, path)
            )
        elif new is None:
            removed[key] = {}
        else:
            more, less = changed(kind, new, old, path)
            if less:
                removed[key] = less
            if more or not less:
                added[key] = more
    return added, removed


def union(one: Set, other: Set) -> Set:
    return {**one, **{key: union(one.get(key, {}), value) for key, value in other.items()}}


def minus(one: Set, other: Set) -> Set:
    """Without what `other` holds; a leaf of `other` takes everything below it."""
    kept: Set = {}
    for key, value in one.items():
        if key not in other:
            kept[key] = value
        elif other[key]:
            rest = minus(value, other[key])
            if set(rest) - {"."}:
                kept[key] = rest
    return kept


def track(new: Obj, old: Obj | None, write: Write, now: float) -> Obj:
    """The metadata of `new` with its managedFields brought up to date."""
    if write.managed is not None:
        return {**new["metadata"], "managedFields": write.managed}
    before: list[Obj] = (old or {"metadata": {}})["metadata"].get("managedFields") or []
    if old is None:
        added, removed = of(new["kind"], new), Set()
    else:
        added, removed = changed(new["kind"], _visible(new), _visible(old))
    if not added and not removed:
        return {**new["metadata"], "managedFields": before}
    return {**new["metadata"], "managedFields": _entries(before, (added, removed), write, now, new)}


def _entries(before: list[Obj], change: tuple[Set, Set], write: Write, now: float, new: Obj) -> list[Obj]:
    added, removed = change
    gone = union(added, removed)
    entries: list[Obj] = []
    mine: Set = {}
    for item in before:
        if _same(item, write):
            mine = minus(item["fieldsV1"], removed)
            continue
        left = minus(item["fieldsV1"], gone)
        if left:
            entries.append({**item, "fieldsV1": left})
    mine = union(mine, added)
    return [*entries, entry(new, write, mine, now)] if mine else entries


def reowned(write: Write, old: Obj) -> bool:
    """Does an apply that changes nothing change who owns what?"""
    if write.managed is None:
        return False
    return _timeless(write.managed) != _timeless(old["metadata"].get("managedFields") or [])


def _timeless(entries: list[Obj]) -> list[Obj]:
    plain = [{key: value for key, value in item.items() if key != "time"} for item in entries]
    return sorted(plain, key=lambda item: (item["manager"], item["operation"], item.get("subresource", "")))


def _same(item: Obj, write: Write) -> bool:
    return (item["manager"], item["operation"], item.get("subresource")) == (
        write.manager,
        write.operation,
        write.subresource,
    )


def entry(obj: Obj, write: Write, fields: Set, now: float) -> Obj:
    body = {
        "manager": write.manager,
        "operation": write.operation,
        "apiVersion": obj["apiVersion"],
        "time": stamp(now),
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    return body | ({"subresource": write.subresource} if write.subresource else {})
