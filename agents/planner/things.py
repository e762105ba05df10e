"""What the last answer named in Oracle Cloud, so that "stop it" and "who changed it?" need no name again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.planner.facts import Thing, ThreadFacts

CLOUD = ("oci_", "cost_")
# Words that tell one of several apart, by the mark that they stand for.
MARKS = {
    "idle": "idle", "unused": "idle", "running": "running", "stopped": "stopped", "gpu": "gpu",
    "firing": "firing", "expensive": "dear", "costly": "dear", "dearest": "dear",
}  # fmt: skip
_KIND = r"one|instance|vm|machine|server|alarm|database|load balancer|resource"
REFERS = rf"(?:(?:the|that|this) (?:(?P<mark>{'|'.join(MARKS)}) )?(?P<kind>{_KIND})|it|that|this)"
_REFERS = re.compile(rf"\b{REFERS}\b|\b(?P<its>its)\b")
KINDS = {"vm": "instance", "machine": "instance", "server": "instance"}


def leans_back(text: str) -> bool:
    """Whether words may mean something that was named before."""
    return bool(_REFERS.search(text.lower()))


def told(facts: ThreadFacts, *, bare: bool) -> bool:
    """Whether the last thing that was said is of this world; a bare "it" means whatever was talked of last."""
    last = facts.read
    return bool(facts.things) and (not bare or (last is not None and last.name.startswith(CLOUD)))


def referred(norm: str, facts: ThreadFacts, kind: str = "") -> tuple[Thing, ...]:
    """What the words refer back to, of one kind where that is given; nothing when they do not, or nobody named any."""
    match = _REFERS.search(norm)
    if match is None or not told(facts, bare=not match["kind"]):
        return ()
    return chosen(facts.things, match, kind)


def chosen(things: Sequence[Thing], match: re.Match[str], kind: str = "") -> tuple[Thing, ...]:
    word = match["kind"] or ""
    wanted = kind or ("" if word in {"one", "resource", ""} else KINDS.get(word, word))
    fits = [thing for thing in things if wanted in {"", thing.kind}]
    if mark := MARKS.get(match["mark"] or "", ""):
        fits = [thing for thing in fits if mark in thing.marks] or fits
    return tuple(fits)


def of_name(name: str, things: Sequence[Thing]) -> Thing | None:
    """The one that is called so, in whole."""
    return next((thing for thing in things if name and name.lower() == thing.name.lower()), None)
