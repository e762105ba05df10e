"""What the conversation gives back. bot/replies renders it; nothing here knows Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tools.spec import Chart, Evidence, Scope, Table


@dataclass(frozen=True, slots=True)
class ToolUse:
    """One tool call as it happened; `audit` is the seq of its result row."""

    name: str
    args: Mapping[str, Any]
    ok: bool
    ms: int
    audit: int = 0


@dataclass(frozen=True, slots=True)
class Artifact:
    """A full result kept for paging and download."""

    id: str
    title: str
    size: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is light Markdown written by code or a model: untrusted, never blocks. `plans` are ids of plans proposed."""

    text: str
    scope: Scope = Scope()
    evidence: tuple[Evidence, ...] = ()
    ruled_out: tuple[str, ...] = ()
    could_not_see: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    tools: tuple[ToolUse, ...] = ()
    plans: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()  # words that a person may send next
    model: str = "offline"
    prompt: str = ""  # name@version/variant
    tokens: int = 0
    ms: int = 0
    notes: tuple[str, ...] = ()  # e.g. "the model was away; answered by the planner"
    says_more: bool = False  # of a proposal: the text says more than the plan's card does


@dataclass(frozen=True, slots=True)
class Question:
    """Asked back instead of guessing; `options` become buttons that send their words."""

    text: str
    options: tuple[str, ...] = ()
    tools: tuple[ToolUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not allowed. Names who may, and how to ask them; `reference` finds the audit record.

    `order` is what was ordered, in words that one of those who may could send. `because` is a reason in a person's own
    words: shown to people, data to a model.
    """

    text: str
    who_may: tuple[str, ...] = ()
    reference: str = ""
    order: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """What failed, whether anything was changed, what to do next, and the reference of the audit record."""

    what: str
    changed: str
    next_step: str
    reference: str


Outcome = Answer | Question | Refusal | Failure


class Progress(Protocol):
    """Told the real step while a turn runs; must be quick and never raise."""

    async def step(self, text: str) -> None: ...

    async def ended(self, text: str, *, well: bool) -> None:
        """The step with these words is over."""


class Announcer(Protocol):
    """How plans reach people; bot/ implements it by rendering the stored row."""

    async def plan_changed(self, plan_id: str) -> None:
        """Post the card if it has none yet, else edit it in place. Idempotent; coalesced by the implementation."""

    async def glass_broken(self, plan_id: str) -> None:
        """Somebody runs the plan without the other approvals: tell the audit channel at once, once, loudly."""

    async def plan_settled(self, plan_id: str) -> None:
        """The plan reached a final state: edit the card, post the follow-up turn in its thread, tell the audit channel."""
