"""Money beyond its sum: compared with before, and without a tag."""

from __future__ import annotations

import re
from typing import Any

from agents.planner.families.ask import ask, compartment
from agents.planner.reading import Reading

_BY = re.compile(r"\b(?:by|per|which) (?P<by>service|compartment|region|resource|sku)s?\b")
_UNIT = re.compile(r"\b(?P<unit>day|week|month)\b")
_MONEY = r"(?:spend\w*|spent|costs?|bills?|money|expensive)"


def _compared(reading: Reading) -> dict[str, Any]:
    by, unit = _BY.search(reading.norm), _UNIT.search(reading.norm)
    args = {"by": by["by"]} if by else {}
    return args | ({"unit": unit["unit"]} if unit else {}) | compartment(reading)


FAMILY = (
    ask(
        "cost_untagged",
        rf"\buntagged\b.*\b{_MONEY}|\b{_MONEY}\b.*\b(?:untagged|no (?:cost[ -]center|tags?)|without (?:a |any )?(?:cost[ -]center|tags?))",
        compartment,
    ),
    ask(
        "cost_compare",
        rf"\bcompar(?:e|es|ed|ing|ison)\b.*\b{_MONEY}|\b{_MONEY}\b.*\b(?:compar(?:e|es|ed|ing|ison)|than the (?:week|month|day) before|(?:vs|versus) (?:the )?last (?:week|month))|\bwhich sku\w* (?:grew|rose)|\bmore expensive compared\b",
        _compared,
    ),
)
