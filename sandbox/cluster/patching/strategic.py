"""Strategic merge: lists merge by key, and directives say what else is to happen."""

from typing import Any, Final

from sandbox.cluster import errors
from sandbox.cluster.metadata import Obj
from sandbox.cluster.patching.keys import SETS, Path, merge_key

DIRECTIVE: Final = "$patch"
ORDER: Final = "$setElementOrder/"
REMOVE: Final = "$deleteFromPrimitiveList/"
RETAIN: Final = "$retainKeys"


def strategic_merge(kind: str, old: Obj, patch: Obj) -> Obj:
    """A new object; `old` and `patch` may be used up."""
    return _Merge(kind).mapping(old, patch, ())


class _Merge:
    def __init__(self, kind: str) -> None:
        self._kind = kind

    def mapping(self, old: Obj, patch: Obj, path: Path) -> Obj:
        directive = patch.get(DIRECTIVE)
        if directive == "replace":
            return _cleaned({key: value for key, value in patch.items() if key != DIRECTIVE})
        if directive == "delete":
            return {}
        if directive not in (None, "merge"):
            raise errors.bad_request(f"unknown patch directive {directive}")
        if RETAIN in patch:
            old = {key: value for key, value in old.items() if key in patch[RETAIN]}
        for key, value in patch.items():
            if not key.startswith("$"):
                self._field(old, key, value, patch, path)
            elif key.startswith(REMOVE):
                field = key.removeprefix(REMOVE)
                old[field] = [item for item in old.get(field) or [] if item not in value]
        for key in (key for key in patch if key.startswith(ORDER)):
            self._reorder(old, key.removeprefix(ORDER), patch[key], path)
        return old

    def _field(self, old: Obj, key: str, value: Any, patch: Obj, path: Path) -> None:
        if value is None:
            old.pop(key, None)
        elif isinstance(value, dict):
            before = old.get(key)
            if value.get(DIRECTIVE) == "delete":
                old.pop(key, None)
            elif isinstance(before, dict):
                old[key] = self.mapping(before, value, (*path, key))
            else:
                old[key] = self.mapping({}, value, (*path, key))
        elif isinstance(value, list):
            old[key] = self._list(old.get(key) or [], value, (*path, key), ordered=ORDER + key in patch)
        else:
            old[key] = value

    def _list(self, old: list[Any], patch: list[Any], path: Path, *, ordered: bool) -> list[Any]:
        if path[-1] in SETS:
            return old + [item for item in patch if item not in old]
        key = merge_key(self._kind, path)
        if key is None:
            return [_clean(item) for item in patch]
        if any(isinstance(item, dict) and item.get(DIRECTIVE) == "replace" for item in patch):
            return [_clean(item) for item in patch if item.get(DIRECTIVE) != "replace"]
        return self._keyed(old, patch, (*path, "[]"), key, ordered=ordered)

    def _keyed(self, old: list[Obj], patch: list[Obj], path: Path, key: str, *, ordered: bool) -> list[Obj]:
        before = {item.get(key): item for item in old}
        merged: dict[Any, Obj] = {}
        for item in patch:
            if key not in item:
                raise errors.bad_request(f"map: {item} does not contain declared merge key: {key}")
            if item.get(DIRECTIVE) == "delete":
                before.pop(item[key], None)
            else:
                merged[item[key]] = self.mapping(dict(before.get(item[key], {})), item, path)
        if ordered:  # the order is given explicitly and set afterwards
            return list({**before, **merged}.values())
        kept = [item for value, item in before.items() if value not in merged]
        return _woven(kept, list(merged.values()), [item.get(key) for item in old], key)

    def _reorder(self, old: Obj, field: str, order: list[Any], path: Path) -> None:
        items = old.get(field)
        if not isinstance(items, list):
            return
        key = merge_key(self._kind, (*path, field))
        names = [item.get(key) if key else item for item in order]
        listed = [item for name in names for item in items if (item.get(key) if key else item) == name]
        others = [item for item in items if item not in listed]
        before = [item.get(key) if key else item for item in items]
        old[field] = _woven(others, listed, before, key)


def _woven(left: list[Any], right: list[Any], order: list[Any], key: str | None) -> list[Any]:
    """Two lists as one: an item of `left` goes first only where the old order says so."""
    place = {name: index for index, name in reversed(list(enumerate(order)))}
    result: list[Any] = []
    left, right = list(left), list(right)
    while left and right:
        one, other = (place.get(item.get(key) if key else item, -1) for item in (left[0], right[0]))
        first = 0 <= one < other
        result.append(left.pop(0) if first else right.pop(0))
    return [*result, *left, *right]


def _cleaned(part: Obj) -> Obj:
    return {
        key: _clean(value) for key, value in part.items() if value is not None and not key.startswith("$")
    }


def _clean(value: Any) -> Any:
    """Without nulls and directives, as a new part of an object is stored."""
    if isinstance(value, dict):
        return {
            key: _clean(item) for key, item in value.items() if item is not None and not key.startswith("$")
        }
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value
