"""A digest in a model's words: only the lead is reworded, and only while every figure in it is one that code counted.

What comes back from a model is untrusted: text alone, cut, without addresses and mentions, and dropped whole at the first
number, or name with a number, that the digest does not have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Protocol

from agents.digests.digest import Digest
from agents.people import Actor

MOST: Final = 600
FACTS: Final = 6_000
_FIGURE: Final = re.compile(r"[^\s,;:!?()\[\]\"'„“”]*\d[^\s;:!?()\[\]\"'„“”]*")
_LIVE: Final = re.compile(r"[a-z][a-z0-9+.-]*://|www\.|<[@#!]|[@#`<>*_~|]", re.IGNORECASE)
_ALL_WELL: Final = re.compile(
    r"\b(?:all (?:is |are )?(?:well|good|fine|healthy|clear)|nothing (?:to do|to worry|is wrong)|no (?:problems?|issues?|action|risks?)\b|safe\b|approv\w+|harmless)",
    re.IGNORECASE,
)
_COUNTED: Final = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundreds?|thousands?|millions?|half|double|twice|doubled|halved|tripled)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Worded:
    text: str
    model: str


class Wording(Protocol):
    async def word(self, facts: str, actor: Actor) -> Worded | None:
        """None when no model answers in time. Never raises for what models do. `facts` has passed redaction."""


class NoWording:
    """Where no model is set up."""

    async def word(self, facts: str, actor: Actor) -> Worded | None:  # noqa: ARG002 - the port's form
        return None


def told(digest: Digest) -> str:
    """All that a model is given: what code wrote."""
    lines = [digest.title, digest.text]
    for part in digest.parts:
        lines += [f"{part.title}:", *(f"- {item.text}" for item in part.items)]
        lines += [f"{part.left} more"] if part.left else []
    lines += [f"could not see: {problem}" for problem in digest.problems]
    return "\n".join(lines)[:FACTS]


def holds(text: str, facts: str) -> bool:
    """Whether it may stand for what code wrote: short, nothing live in it, no figure of its own, nothing called fine that code did not call so."""
    if not text.strip() or len(text) > MOST or _LIVE.search(text):
        return False
    claims = (claim.group().lower() for form in (_ALL_WELL, _COUNTED) for claim in form.finditer(text))
    if any(claim not in facts.lower() for claim in claims):
        return False
    known = set(figures(facts))
    return all(figure in known for figure in figures(text))


def figures(text: str) -> list[str]:
    """Each word with a digit in it, without what ends a sentence."""
    return [match.group().rstrip(".,%").lower() for match in _FIGURE.finditer(text)]
