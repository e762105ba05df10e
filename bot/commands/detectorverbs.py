"""The command about detectors."""

from __future__ import annotations

from bot.commands.verb import READ, Verb

DETECTOR_VERBS: tuple[Verb, ...] = (
    Verb(
        ("detectors",),
        ("detector...?",),
        "what is looked at on a schedule and how it is; one by its name: why it fires",
        READ,
        example="detectors checkout cpu",
    ),
)
