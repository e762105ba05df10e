"""A plan as `terraform show -json` writes it, or Oracle's plan job: which objects change and how. Values are left out or hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tools.reads.digest import short
from tools.spec import Json
from tools.terraform.hiding import Hidden, hidden_of

FORMAT: Final = "1"  # the major version of the form that is read


class NoPlan(ValueError):
    """The text is no plan that can be read; says why, in words for people."""


class What(StrEnum):
    """The order is that of danger."""

    DESTROY = "destroy"
    REPLACE = "replace"
    FORGET = "forget"
    UPDATE = "change"
    MOVE = "move"
    IMPORT = "import"
    CREATE = "add"


ACTIONS: Final[Mapping[tuple[str, ...], What | None]] = {
    ("no-op",): None,
    ("read",): None,
    ("create",): What.CREATE,
    ("update",): What.UPDATE,
    ("delete",): What.DESTROY,
    ("delete", "create"): What.REPLACE,
    ("create", "delete"): What.REPLACE,
    ("forget",): What.FORGET,
    ("create", "forget"): What.REPLACE,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One object. `fields` are lines like `shape: A → B`, `why` is what Terraform gives as its reason."""

    address: str
    kind: str
    what: What
    fields: tuple[str, ...] = ()
    why: str = ""
    first_new: bool = False  # of a replacement: the new one is there before the old one goes


@dataclass(frozen=True, slots=True)
class Plan:
    """`drifted` counts objects that were changed outside of Terraform, `later` what Terraform put off."""

    changes: tuple[Change, ...]
    drifted: int = 0
    outputs: int = 0
    later: bool = False


def read(raw: bytes) -> Plan:
    """Raises NoPlan."""
    whole = _object(raw)
    hidden = hidden_of(whole)
    try:
        changes = tuple(_changes(whole.get("resource_changes") or (), hidden))
        drifted = sum(1 for _ in _changes(whole.get("resource_drift") or (), hidden))
        outputs = [one for one in (whole.get("output_changes") or {}).values() if one["actions"] != ["no-op"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise NoPlan("the plan is not of the form that Terraform writes: a part of it is missing") from error
    return Plan(changes, drifted, len(outputs), later=whole.get("complete") is False)


def _object(raw: bytes) -> Json:
    try:
        whole = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise NoPlan(
            "this is no JSON; `terraform show -json PLANFILE` writes the form that I read"
        ) from error
    version = whole.get("format_version") if isinstance(whole, dict) else None
    if not isinstance(version, str):
        raise NoPlan(
            "this is no Terraform plan: it has no format_version; `terraform show -json PLANFILE` writes one"
        )
    if version.partition(".")[0] != FORMAT:
        raise NoPlan(f"the plan has format version {short(version, 20)}, and I read {FORMAT}")
    if "resource_changes" not in whole and "planned_values" not in whole:
        raise NoPlan("this is a Terraform state, not a plan")
    if whole.get("errored"):
        raise NoPlan("Terraform could not finish this plan: it is incomplete and nothing can be said by it")
    found: Json = whole
    return found


def _changes(rows: Any, hidden: Hidden) -> Iterator[Change]:
    for row in rows:
        if row.get("mode") == "data":
            continue
        change = row["change"]
        what = _what(row, change)
        if what is not None:
            yield _change(row, change, what, hidden)


def _what(row: Json, change: Json) -> What | None:
    """Actions that are not known are taken for the worst."""
    what = ACTIONS.get(tuple(change["actions"]), What.DESTROY)
    if what is not None:
        return what
    if change.get("importing"):
        return What.IMPORT
    return What.MOVE if _moved(row) else None


def _moved(row: Json) -> str:
    before = row.get("previous_address")
    return str(before) if before and before != row["address"] else ""


def _change(row: Json, change: Json, what: What, hidden: Hidden) -> Change:
    actions = tuple(change["actions"])
    reasons = [str(row.get("action_reason") or "").replace("_", " ")]
    reasons += ["imported"] if change.get("importing") and what is not What.IMPORT else []
    reasons += [f"was {short(before, 100)}"] if (before := _moved(row)) else []
    reasons += ["left over of an earlier replacement"] if row.get("deposed") else []
    reasons += [f"unknown action {'+'.join(map(str, actions))}"] if actions not in ACTIONS else []
    return Change(
        short(str(row["address"]), 160),
        short(str(row["type"]), 80),
        what,
        hidden.lines(change) if what in {What.UPDATE, What.REPLACE} else (),
        ", ".join(filter(None, reasons)),
        first_new=actions[:1] == ("create",) and what is What.REPLACE,
    )
