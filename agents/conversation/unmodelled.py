"""What people are told first when the planner answers in the place of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from agents.outcomes import Answer, Outcome, Question


def said_first(outcome: Outcome, reasons: Sequence[str], now: datetime, seconds: float) -> Outcome:
    """The outcome with a first line that says why no model answered. A refusal is the same with a model and without."""
    if not isinstance(outcome, Answer | Question):
        return outcome
    why = "; ".join(reasons) or "no model answered"
    line = f"The language model is not available to you{_until(now, seconds)} ({why}); I answer by rules."
    told = replace(outcome, text=f"{line}\n{outcome.text}")
    return replace(told, says_more=True) if isinstance(told, Answer) and told.plans else told


def _until(now: datetime, seconds: float) -> str:
    """The minute by whose end one may ask; empty where nobody knows when."""
    if seconds <= 0:
        return ""
    end = now + timedelta(seconds=seconds + 59)
    return f" until {end:%H:%M} UTC" if end.date() == now.date() else f" until {end:%Y-%m-%d %H:%M} UTC"
