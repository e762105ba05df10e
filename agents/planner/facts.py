"""What a thread knows, as typed facts with their source. Only these carry over; sentences of others never do."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Source = Literal["person", "tool", "plan", "system"]


class Fact(BaseModel):
    """Base of the facts. What an older version stored and this one does not know is dropped, not an error."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Focus(Fact):
    """What the thread is about. `name` is a workload or pod that no service stands for."""

    service: str = ""
    cluster: str = ""
    namespace: str = ""
    kind: str = ""
    name: str = ""
    source: Source = "person"

    @property
    def label(self) -> str:
        return self.service or self.name or self.namespace

    def where(self) -> dict[str, str]:
        """As tool arguments; empty ones are left out."""
        return {key: value for key in TARGET_KEYS if (value := str(getattr(self, key)))}


TARGET_KEYS = ("service", "cluster", "namespace", "kind", "name")


class LastRead(Fact):
    """The last question that was answered by reading: what to repeat for "same for payments"."""

    kind: Literal["tool", "playbook"]
    name: str
    args: dict[str, Any] = {}


class LastPlan(Fact):
    """The last change that was proposed here. `state` is a plan state of the stored row."""

    id: str
    action: str
    args: dict[str, Any] = {}
    title: str = ""
    state: str = "pending"


class TurnedDown(Fact):
    """A proposal of this thread that a person ended. `reason` is in their words: data, whoever reads it."""

    plan: str
    title: str = ""
    by: str = ""
    reason: str = ""


class Finding(Fact):
    """What the last investigation concluded, for "so is the database the problem?" and "roll it back"."""

    service: str = ""
    cause: str = ""  # one sentence
    culprit: str = ""
    victim: str = ""
    rolled_out_at: datetime | None = None
    revision: str = ""
    previous_revision: str = ""
    suggested: str = ""  # words that a person may send next, e.g. "roll back checkout"
    source: Source = "tool"


class Thing(Fact):
    """A resource of Oracle Cloud that an answer named. `marks` tell it apart: its state, idle, gpu, dear."""

    kind: str = ""
    name: str
    id: str = ""
    marks: tuple[str, ...] = ()


class ThreadFacts(Fact):
    """The memory of one thread beside its messages."""

    focus: Focus | None = None
    read: LastRead | None = None
    plan: LastPlan | None = None
    finding: Finding | None = None
    suggested: str = ""
    things: tuple[Thing, ...] = ()
    named_at: datetime | None = None  # when a command named them, outside any thread
    turned_down: tuple[TurnedDown, ...] = ()  # newest last
    outcomes: tuple[str, ...] = ()  # what plans came to, newest last; written by code

    def knows(self, **changed: Any) -> ThreadFacts:
        return self.model_copy(update=changed)
