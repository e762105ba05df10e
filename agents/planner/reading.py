"""One text, read once: its words, what it names, what it does, its time range. Every later step looks only at this."""

from __future__ import annotations

from dataclasses import dataclass

from agents.planner import entities, speech, times
from agents.planner.entities import Found
from agents.planner.masking import masked
from agents.planner.normalise import normalise, plain
from agents.planner.route import Context
from agents.planner.speech import Speech
from agents.planner.times import Window


@dataclass(frozen=True, slots=True)
class Reading:
    """`raw` is the text as typed, `low` its lower case, `norm` the mended form; in both, names that are ordinary words are masked."""

    raw: str
    low: str
    norm: str
    found: Found
    speech: Speech
    window: Window
    context: Context

    @property
    def words(self) -> int:
        return len(self.norm.split())


def read(text: str, context: Context) -> Reading:
    raw = plain(text)
    low = raw.lower()
    found = entities.find(low, context.catalog)
    norm = masked(normalise(raw, context.catalog.words), found, context.catalog)
    finding = context.facts.finding
    return Reading(
        raw=raw,
        low=masked(low, found, context.catalog),
        norm=norm,
        found=found,
        speech=speech.read(norm),
        window=times.window(norm, context.now, finding.rolled_out_at if finding else None),
        context=context,
    )
