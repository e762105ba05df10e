"""Detectors in words: the command that a sentence about them means. No model; a sentence that says more is not taken."""

from __future__ import annotations

import re
from typing import Final

_KINDLY: Final = r"(?:(?:please|hey|hi|can you|could you|would you)[, ]+)*"
_END: Final = r"(?: (?:now|right now|here|please|today|at the moment))*\s*[.?!]*"
_NAME: Final = r"['\"`]?(?P<name>[a-z][\w .-]{0,62}?)['\"`]?"
_LIST: Final = re.compile(
    rf"(?:which|what) detectors (?:are there|exist|do we have|are (?:set up|running|firing|muted|watching|there))(?: here)?{_END}"
    rf"|{_KINDLY}(?:list|show)(?: (?:me|us))? (?:the |our |all )*detectors{_END}"
    rf"|(?:are|is) (?:there )?any detectors? (?:firing|muted|blind){_END}"
    rf"|how are (?:the |our )detectors(?: doing)?{_END}",
    re.IGNORECASE,
)
_WHY: Final = re.compile(
    rf"why (?:did|does|has|is) (?:the )?detector {_NAME} (?:fire|fired|firing|go off|gone off|alert|alerted){_END}"
    rf"|why (?:did|does|has|is) (?:the )?{_NAME.replace('name', 'other')} detector (?:fire|fired|firing|go off|gone off|alert|alerted){_END}"
    rf"|{_KINDLY}(?:show|explain)(?: (?:me|us))? (?:the )?detector {_NAME.replace('name', 'shown')}{_END}",
    re.IGNORECASE,
)


def detector_command(text: str) -> str:
    """`detectors checkout cpu`; empty where the words mean something else, or something more."""
    words = " ".join(text.split())
    if _LIST.fullmatch(words):
        return "detectors"
    if found := _WHY.fullmatch(words):
        name = next(one for one in found.groups() if one)
        return f"detectors {name}"
    return ""
