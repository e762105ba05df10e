"""What happened to a plan so far: the JSON beside the sealed body, written as it goes and shown on the card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from storage.plans import PlanRow


class Event(BaseModel):
    model_config = ConfigDict(frozen=True)

    at: str
    text: str


class Mark(BaseModel):
    """How a step of a runbook stands: running, done, failed, rolled back, stays."""

    model_config = ConfigDict(frozen=True)

    state: str
    text: str = ""


class Outcome(BaseModel):
    """`detail` is one sentence for people; `after` are the numbers of Draft.before, measured at the end."""

    model_config = ConfigDict(frozen=True)

    progress: str = ""
    detail: str = ""
    after: dict[str, str] = {}
    drift: tuple[tuple[str, str, str], ...] = ()  # path, as shown on the card, now
    upstream_id: str = ""
    started_at: str = ""
    verify_from: str = ""
    ended_at: str = ""
    writes: int = 0  # how many writes this plan is known to have sent, roll-back included
    taken_over: bool = False  # finished by another process than the one that began
    history: tuple[Event, ...] = ()
    steps: dict[str, Mark] = {}  # of a runbook, by number
    backing: str = ""  # why a runbook is being taken back
    left: dict[str, str] | None = None  # fields of the target that were shown, as the success left them
    undo_gone: str = ""  # what others made of them since, so that an undo would take that back, too
    ended_by: str = ""  # who said no, by name
    why: str = ""  # and the reason that they gave, in their words
    replaces: tuple[str, ...] = ()  # a sentence for each plan whose place this one took

    def step(self, key: str, state: str, text: str = "") -> Outcome:
        return self.model_copy(update={"steps": {**self.steps, key: Mark(state=state, text=text[:300])}})

    def told(self, at: datetime, text: str, **changes: Any) -> Outcome:
        """The same with one more line of history."""
        line = Event(at=at.isoformat(), text=text)
        return self.model_copy(update={"history": (*self.history, line), **changes})


def outcome_of(row: PlanRow) -> Outcome:
    stored: Any = row.outcome
    if not stored:
        return Outcome()
    if isinstance(stored, str):
        stored = json.loads(stored)
    return Outcome.model_validate(stored) if isinstance(stored, Mapping) else Outcome()
