"""From what was read to hypotheses, each with what speaks for it and against it. Code alone; every word of others is quoted, none is obeyed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from agents.findings import Fault, suggestion

Json = dict[str, Any]
MOST = 4  # hypotheses
PROVED = 3  # facts for or against one
NEAR = 2  # on what it needs, or on the thing itself
CLOSE = timedelta(hours=1)
WORDS = 160  # of a hypothesis; its numbers and lines of logs are told as such
DATED = frozenset(
    ("metadata.creationTimestamp", "metadata.managedFields")
)  # when and by whom: said by the change itself
_LEAF = re.compile(r"[^.\[\]]+(?:\[[^\]]*\])*$")


def hypotheses(diagnosis: Mapping[str, Any], suspects: Mapping[str, Any], began: datetime) -> list[Json]:
    """Faults with proof first; of the rest, what changed last before it began."""
    faults = [one for one in diagnosis.get("findings", ()) if one.get("severity") == "fault"]
    changes = _before(suspects, began)
    found = [_of_fault(one, changes, began, read=bool(suspects)) for one in faults]
    others = [one for one in changes if not any(_same(one, fault) for fault in faults)]
    return (found + [_of_change(one, began, faults, diagnosis) for one in others])[:MOST]


def plan(diagnosis: Mapping[str, Any], known: frozenset[str]) -> Json:
    """The first action that fits the first fault; empty where none does."""
    faults = [one for one in diagnosis.get("findings", ()) if one.get("severity") == "fault"]
    offered = faults[0].get("actions", ()) if faults else ()
    action = next((one for one in offered if one.get("action") in known), None)
    if action is None:
        return {}
    cause = f"{faults[0].get('fault', '')} {str(faults[0].get('object', '')).partition('#')[0]}"
    return {"action": action["action"], "args": dict(action.get("args") or {}), "cause": cause}


def measured(diagnosis: Mapping[str, Any]) -> list[str]:
    """What the first fault did to the numbers of its own service."""
    faults = [one for one in diagnosis.get("findings", ()) if one.get("severity") == "fault"]
    proofs = faults[0].get("evidence", ()) if faults else ()
    own = str(faults[0].get("object", "")).partition("#")[0].rpartition("/")[2] if faults else ""
    found = [one for one in proofs if str(one.get("ref", "")).startswith("metric:")]
    return [str(one.get("value"))[:200] for one in found if str(one.get("field")).startswith(f"{own}: ")][:2]


def advice(diagnosis: Mapping[str, Any]) -> str:
    """Words that would ask for the change that fits."""
    faults = [Fault.model_validate(one) for one in diagnosis.get("findings", ())]
    first = next((one for one in faults if one.severity == "fault"), None)
    return suggestion(first, first.workload) if first else ""


def _before(suspects: Mapping[str, Any], began: datetime) -> list[Json]:
    """The latest first: most causes are the last thing that was done."""
    found = [
        one
        for one in suspects.get("suspects", ())
        if one.get("near", 0) >= NEAR and began - CLOSE <= datetime.fromisoformat(one["at"]) <= began
    ]
    return sorted(found, key=lambda one: str(one["at"]), reverse=True)


def _same(change: Mapping[str, Any], fault: Mapping[str, Any]) -> bool:
    """The fault is that change's: it is not counted twice."""
    try:
        return datetime.fromisoformat(str(fault.get("since") or "")) == datetime.fromisoformat(change["at"])
    except (ValueError, TypeError):
        return False


def _of_fault(fault: Mapping[str, Any], changes: list[Json], began: datetime, *, read: bool) -> Json:
    """`read`: whether changes could be read at all; that none is known speaks against a fault only then."""
    changed = next((one for one in changes if _same(one, fault)), changes[0] if changes else None)
    shown = [one for one in fault.get("evidence", ()) if changed is None or one.get("field") not in DATED]
    told = str(changed["what"]) if changed is not None else ""
    proofs = [
        f"{leaf(str(one.get('field')))}: {one.get('value')}"
        for one in shown
        if str(one.get("value")) not in told
    ]
    before = [_done(changed, began)] if changed is not None else []
    against = [] if changes or not read else ["nothing near it is known to have changed in the hour before"]
    words = clauses(str(fault.get("cause") or fault.get("fault")), WORDS)
    return _hypothesis(
        words, before + proofs[:PROVED], against, [str(one.get("ref")) for one in shown[:PROVED]]
    )


def _done(change: Mapping[str, Any], began: datetime) -> str:
    """The change with its author and how long before it was; what its author noted."""
    note = f"; noted: {change['note']}" if change.get("note") else ""
    return f"{change['what']}{_by(change)}, {_before_it(change, began)}{note}"


def _by(change: Mapping[str, Any]) -> str:
    return f" by {change['who']}" if change.get("who") else ""


def _before_it(change: Mapping[str, Any], began: datetime) -> str:
    seconds = round((began - datetime.fromisoformat(change["at"])).total_seconds())
    return f"{seconds} s before it began" if seconds < 120 else f"{round(seconds / 60)} min before it began"


def leaf(field: str) -> str:
    """`spec.template.spec.containers[web].env[SIZE]` is `env[SIZE]` to a reader."""
    found = _LEAF.search(field)
    return found[0] if found and ": " not in field and " " not in field else field


def clauses(text: str, most: int) -> str:
    """As many whole clauses as fit, the first in any case: a number that is cut in half is another number."""
    kept = text
    while len(kept) > most and "; " in kept:
        kept = kept.rpartition("; ")[0]
    return kept


def _of_change(
    one: Mapping[str, Any], began: datetime, faults: list[Any], diagnosis: Mapping[str, Any]
) -> Json:
    touched = "on the thing itself" if one.get("near", 0) > NEAR else "on what it needs"
    against = ["a fault with proof explains it"] if faults else []
    against += ["the diagnosis found the workloads healthy"] if diagnosis.get("healthy") else []
    return _hypothesis(
        f"{one['what']}{_by(one)}", [f"{_before_it(one, began)}, {touched}"], against, [str(one.get("ref"))]
    )


def _hypothesis(words: str, pro: list[str], contra: list[str], refs: list[str]) -> Json:
    return {
        "words": words[:400],
        "for": [text[:200] for text in pro],
        "against": [text[:200] for text in contra],
        "refs": refs,
    }
