"""A model's view of a planned change: a few words for people, and at most one class more. It can never take one away.

What comes back from a model is untrusted: it is taken in one fixed form or not at all, cleaned, cut, and freed of sentences
that play the change down or speak of approval, which are not a model's to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from agents.people import Actor
from tools.plan import Draft, Frozen
from tools.spec import Risk

MOST: Final = 300  # characters of it on a card
LINES, LINE = 12, 160  # of the difference that a model is shown
FACTS: Final = 3_000
_FORM = re.compile(r"\s*CLASS:\s*(?P<class>same|higher)\b[^\n]*\n\s*WHY:\s*(?P<why>[^\n]+)", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_NOT_ITS_TO_SAY = re.compile(
    r"approv|\bsafe(?:ly|ty is)?\b|harmless|routine|trivial|no (?:real |further )?(?:risk|danger|review|concern)"
    r"|(?:low|lower|lowest|minimal|negligible|little|small|medium)[ -]+risk|risks? (?:is|are|class is|of this) |class (?:is|should)"
    r"|no need|not needed|go ahead|without (?:looking|review)",
    re.IGNORECASE,
)


class Advice(Frozen):
    """`higher`: one class above what code computed. `model` says whose words these are; `text` may be empty."""

    text: str
    higher: bool
    model: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model is told of a plan."""

    draft: Draft
    environment: str
    risk: Risk
    reason: str
    delimiter: str
    actor: Actor


class Adviser(Protocol):
    async def advise(self, asked: Asked) -> Advice | None:
        """None when no model answers in time, or not in the form. Never raises for what models do."""


class NoAdviser:
    """Where no model is set up."""

    async def advise(self, asked: Asked) -> Advice | None:  # noqa: ARG002 - the port's form
        return None


def facts(asked: Asked, clean: Callable[[str], str]) -> str:
    """The plan as a model reads it: without secrets, bounded, in its envelope."""
    draft = asked.draft
    lines = [
        f"action: {draft.action}: {draft.title}",
        f"target: {draft.target} ({asked.environment})",
        f"touches: {draft.blast.summary}",
        f"undo: {_way_back(draft)}",
        f"managed by: {draft.ownership.detail}",
        f"asked for with the words: {asked.reason}",
        *(f"warning: {text}" for text in draft.warnings),
        *(f"{c.path}: {c.before[:LINE]} -> {c.after[:LINE]}" for c in draft.changes[:LINES]),
        *(f"{name} now: {value}" for name, value in draft.before.items()),
    ]
    text = clean("\n".join(lines))[:FACTS].replace(asked.delimiter, "")
    return f"<data-{asked.delimiter} untrusted>\n{text}\n</data-{asked.delimiter}>"


def _way_back(draft: Draft) -> str:
    """An undo has none of its own, and is no step that nobody comes back from."""
    if draft.reversible or draft.rollback is not None:
        return draft.undo
    return "cannot be undone"


def read(reply: str, model: str, clean: Callable[[str], str]) -> Advice | None:
    """What a reply says; None where it is not in the form, which it then says nothing in."""
    match = _FORM.match(reply)
    if match is None:
        return None
    told = clean(_plain(match["why"]))
    kept = " ".join(part for part in _SENTENCE.split(told) if not _NOT_ITS_TO_SAY.search(part))
    text = kept if len(kept) <= MOST else f"{kept[: MOST - 1]}…"
    higher = match["class"].lower() == "higher"
    return Advice(text=text, higher=higher, model=model) if text or higher else None


def _plain(text: str) -> str:
    """One line of letters that are what they look like."""
    normal = unicodedata.normalize("NFKC", text)
    return " ".join("".join(c for c in normal if c.isprintable()).split())
