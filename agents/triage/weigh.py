"""From what was read to hypotheses, each with what speaks for it and against it. Code alone; every word of others is quoted, none is obeyed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

Json = dict[str, Any]
MOST = 4  # hypotheses
PROVED = 3  # facts for or against one
NEAR = 2  # on what it needs, or on the thing itself
CLOSE = timedelta(hours=1)


def hypotheses(diagnosis: Mapping[str, Any], suspects: Mapping[str, Any], began: datetime) -> list[Json]:
    """Faults with proof first; of the rest, what changed last before it began."""
    faults = [one for one in diagnosis.get("findings", ()) if one.get("severity") == "fault"]
    changes = _before(suspects, began)
    found = [_of_fault(one, changes, read=bool(suspects)) for one in faults]
    return (found + [_of_change(one, began, faults, diagnosis) for one in changes])[:MOST]


def plan(diagnosis: Mapping[str, Any], known: frozenset[str]) -> Json:
    """The first action that fits the first fault; empty where none does."""
    faults = [one for one in diagnosis.get("findings", ()) if one.get("severity") == "fault"]
    offered = faults[0].get("actions", ()) if faults else ()
    action = next((one for one in offered if one.get("action") in known), None)
    if action is None:
        return {}
    cause = f"{faults[0].get('fault', '')} {str(faults[0].get('object', '')).partition('#')[0]}"
    return {"action": action["action"], "args": dict(action.get("args") or {}), "cause": cause}


def _before(suspects: Mapping[str, Any], began: datetime) -> list[Json]:
    """The latest first: most causes are the last thing that was done."""
    found = [
        one
        for one in suspects.get("suspects", ())
        if one.get("near", 0) >= NEAR and began - CLOSE <= datetime.fromisoformat(one["at"]) <= began
    ]
    return sorted(found, key=lambda one: str(one["at"]), reverse=True)


def _of_fault(fault: Mapping[str, Any], changes: list[Json], *, read: bool) -> Json:
    """`read`: whether changes could be read at all; that none is known speaks against a fault only then."""
    proofs = [f"{one.get('field')}: {one.get('value')}" for one in fault.get("evidence", ())]
    refs = [str(one.get("ref")) for one in fault.get("evidence", ())]
    before = [f"{changes[0]['what']} was done shortly before"] if changes else []
    against = [] if changes or not read else ["nothing near it is known to have changed in the hour before"]
    words = str(fault.get("cause") or fault.get("fault"))
    return _hypothesis(words, proofs[:PROVED] + before, against, refs[:PROVED])


def _of_change(
    one: Mapping[str, Any], began: datetime, faults: list[Any], diagnosis: Mapping[str, Any]
) -> Json:
    minutes = round((began - datetime.fromisoformat(one["at"])).total_seconds() / 60)
    touched = "on the thing itself" if one.get("near", 0) > NEAR else "on what it needs"
    against = ["a fault with proof explains it"] if faults else []
    against += ["the diagnosis found the workloads healthy"] if diagnosis.get("healthy") else []
    who = f" by {one['who']}" if one.get("who") else ""
    return _hypothesis(
        f"{one['what']}{who}", [f"{minutes} min before it began, {touched}"], against, [str(one.get("ref"))]
    )


def _hypothesis(words: str, pro: list[str], contra: list[str], refs: list[str]) -> Json:
    return {
        "words": words[:400],
        "for": [text[:200] for text in pro],
        "against": [text[:200] for text in contra],
        "refs": refs,
    }
