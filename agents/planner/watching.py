"""Words that wish something to be watched for a while. Nothing runs by them: the command is offered, ready to be sent."""

from __future__ import annotations

import re
from typing import Final

from agents.planner.reading import Reading
from agents.planner.route import Kind, Route

_KINDLY: Final = r"^(?:(?:please|hey|ok|can you|could you|would you|i want you to|i'd like you to)[\s,]+)*"
_VERB: Final = (
    r"(?:keep (?:an|your|a close) eyes? on|keep watch(?:ing)?(?: on| over)?|watch|monitor|look after)"
)
_FOR: Final = r"(?:for|over|during) (?:the next )?(?P<number>\d{1,4}|an?|half an) ?(?P<unit>m|min|mins|minutes?|h|hours?)"
_THING: Final = r"(?:the |our |my )?(?P<what>[\w./%-]+(?: [\w./%-]+){0,5}?)"
_LONG: Final = re.compile(rf"{_KINDLY}{_VERB} {_THING} {_FOR}(?: please)?[.!?]*$", re.IGNORECASE)
_EYE: Final = re.compile(
    rf"{_KINDLY}keep (?:an|your|a close) eyes? on {_THING}(?: please)?[.!?]*$", re.IGNORECASE
)
ASK: Final = "I look every minute, with your rights, and speak when something changes. Shall I?"


def watching(reading: Reading) -> Route | None:
    """None for everything that names no time, unless it is an eye that is to be kept on something."""
    text = " ".join(reading.raw.split())
    found = _LONG.match(text) or _EYE.match(text)
    if found is None:
        return None
    named = found.groupdict()
    command = f"watch {named['what']}"
    if named.get("number"):
        unit = named["unit"][0].lower() if named["number"].isdigit() else f" {named['unit']}"
        command += f" for {named['number']}{unit}"
    return Route(Kind.CLARIFY, confidence=0.85, ask=ASK, options=(command,))
