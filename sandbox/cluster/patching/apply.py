"""Server-side apply: every field has owners, and nobody takes one from another by accident."""

import json
from dataclasses import dataclass
from typing import Any, Final

from sandbox.cluster import errors, fields
from sandbox.cluster.fields import Set
from sandbox.cluster.metadata import Obj, copied
from sandbox.cluster.patching.applied import merged, without
from sandbox.cluster.write import Write

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True)
class Applied:
    """What to store, and who owns what from now on."""

    object: Obj
    managed: list[Obj]


def apply(kind: str, wanted: Obj, old: Obj | None, write: Write, *, force: bool, now: float) -> Applied:
    """`write` names the applier. Raises 409 with every field that somebody else owns, unless `force`."""
    wanted = copied(wanted)
    wanted["metadata"].pop("managedFields", None)
    mine = fields.of(kind, wanted)
    if old is None:
        return Applied(wanted, [fields.entry(wanted, write, mine, now)])
    before: list[Obj] = old["metadata"].get("managedFields") or []
    others = [item for item in before if not _is_mine(item, write)]
    different, _ = fields.changed(kind, _values(wanted), _only(_values(old), mine))
    different = _meet(different, mine)
    conflicts = [
        (item, path) for item in others for path in _paths(_meet(item["fieldsV1"], different), "") if path
    ]
    if conflicts and not force and not _was_applied(kind, old, write, conflicts):
        raise _refusal(conflicts)
    others = [{**item, "fieldsV1": fields.minus(item["fieldsV1"], different)} for item in others]
    others = [item for item in others if item["fieldsV1"]]
    dropped = _dropped(before, others, mine, write)
    result = merged(kind, without(copied(old), dropped), wanted)
    return Applied(result, [*others, fields.entry(old, write, mine, now)])


def _was_applied(kind: str, old: Obj, write: Write, conflicts: list[tuple[Obj, str]]) -> bool:
    """Kubectl may take over what kubectl itself applied from the client's side before."""
    text = (old["metadata"].get("annotations") or {}).get(LAST_APPLIED)
    if write.manager != "kubectl" or not text:
        return False
    theirs = set(_paths(fields.of(kind, json.loads(text)), ""))
    return all(path in theirs for _, path in conflicts)


def _values(obj: Obj) -> Obj:
    return {key: value for key, value in obj.items() if key not in ("kind", "apiVersion")}


def _only(old: Obj, mine: Set) -> Obj:
    """The parts of the old object that are also asked for: what is not applied cannot conflict."""
    return {key: value for key, value in old.items() if f"f:{key}" in mine}


def _is_mine(item: Obj, write: Write) -> bool:
    return (item["manager"], item["operation"], item.get("subresource")) == (
        write.manager,
        "Apply",
        write.subresource,
    )


def _dropped(before: list[Obj], others: list[Obj], mine: Set, write: Write) -> Set:
    """What this applier owned, does not ask for any more, and nobody else owns."""
    left: Set = {}
    for item in before:
        if _is_mine(item, write):
            left = fields.minus(item["fieldsV1"], mine)
    for item in others:
        left = fields.minus(left, item["fieldsV1"])
    return left


def _meet(one: Set, other: Set) -> Set:
    """What both hold; a leaf of `other` stands for everything below it."""
    found: Set = {}
    for key, value in one.items():
        if key == "." or key not in other:
            continue
        if not other[key] or not value:
            found[key] = value
        elif below := _meet(value, other[key]):
            found[key] = below
    return found


def _paths(nested: Set, at: str) -> list[str]:
    leaves = {key: value for key, value in nested.items() if key != "."}
    if not leaves:
        return [at]
    return [path for key, value in leaves.items() for path in _paths(value, at + _step(key))]


def _step(key: str) -> str:
    kind, _, rest = key.partition(":")
    if kind == "f":
        return f".{rest}"
    if kind == "v":
        return f"[={rest}]"
    keys: dict[str, Any] = json.loads(rest)
    return "[" + ",".join(f"{name}={json.dumps(value)}" for name, value in keys.items()) + "]"


def _words(item: Obj) -> str:
    words = f'"{item["manager"]}"'
    if item.get("subresource"):
        words += f' with subresource "{item["subresource"]}"'
    return f"{words} using {item['apiVersion']}" if item["operation"] == "Update" else words


def _refusal(conflicts: list[tuple[Obj, str]]) -> errors.ApiError:
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {_words(item)}", "field": path}
        for item, path in conflicts
    ]
    if len(conflicts) == 1:
        item, path = conflicts[0]
        text = f"Apply failed with 1 conflict: conflict with {_words(item)}: {path}"
    else:
        text = f"Apply failed with {len(conflicts)} conflicts: {_listed(conflicts)}"
    return errors.ApiError(409, "Conflict", text, {"causes": causes})


def _listed(conflicts: list[tuple[Obj, str]]) -> str:
    by_manager: dict[str, list[str]] = {}
    for item, path in conflicts:
        by_manager.setdefault(_words(item), []).append(path)
    lines: list[str] = []
    for manager in sorted(by_manager):
        lines += [f"conflicts with {manager}:", *(f"- {path}" for path in by_manager[manager])]
    return "\n".join(lines)
