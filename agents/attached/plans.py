"""Plans that somebody brought as a file: said in words. A plan is what our own record holds, never what a text says it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agents.outcomes import Answer
from tools.spec import Evidence
from tools.terraform.reading import NoPlan
from tools.terraform.summary import lines, summarise

SHOWN = 15
_MARKS = frozenset({"draft", "action", "target", "hash", "seal", "approvals", "plan", "plan_id"})
_ID = re.compile(r"plan_[0-9A-Za-z]{4,40}")


def of_terraform(name: str, text: str) -> Answer:
    try:
        found = summarise(text.encode())
    except NoPlan as error:
        return Answer(f"{name} looks like Terraform's JSON, but {error}.")
    changes = lines(found, SHOWN)
    evidence = [
        Evidence(
            f"file:{name}", "Warning" if n < len(found.warnings) else "Change", text[:480], untrusted=True
        )
        for n, text in enumerate((*found.warnings, *changes))
    ]
    said = (
        f"{name} is a Terraform plan: {found.headline}, risk {found.risk.value}. Nothing was applied, and this file cannot be "
        f"applied from here: what people approve is a plan job that Resource Manager made. SHA-256 {found.digest}."
    )
    return Answer(said, evidence=tuple(evidence))


def of_plan(name: str, found: Mapping[str, Any]) -> Answer | None:
    """A text in the form of one of our plans; None for any other object."""
    if len(_MARKS & found.keys()) < 2:
        return None
    named = _ID.search(str(found.get("id") or found.get("plan_id") or found.get("plan") or ""))
    said = (
        f"{name} describes a change. As a file it has no authority: it approves nothing, and nothing was proposed by it. "
        "What may run is what our own record holds, sealed, and approved on its card."
    )
    if named:
        said += f" Whether there is such a plan, `plans show {named[0]}` says."
    evidence = [
        Evidence(f"file:{name}#{key}", key, str(found[key])[:300], untrusted=True)
        for key in sorted(_MARKS & found.keys())
    ]
    return Answer(said, evidence=tuple(evidence))
