"""What is asked of the change engine, and what it answers. bot/ renders; nothing here knows Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from agents.keys.statement import Signed
from agents.outcomes import Failure, Question, Refusal
from agents.people import Actor, Place
from storage.plans import PlanRow
from tools.plan import Blast, FieldChange, Ownership, Target

Word = Literal["approve", "reject", "cancel", "break_glass"]
Proposed = PlanRow | Refusal | Question | Failure


@dataclass(frozen=True, slots=True)
class Click:
    """A signed press of a button, or what a person signed with their key. `click_id` is the delivery's; text can never make one."""

    plan_id: str
    actor: Actor
    place: Place
    decision: Word
    reason: str = ""
    click_id: str = ""
    signed: Signed | None = None  # with the person's key, instead of Slack's envelope


@dataclass(frozen=True, slots=True)
class Decided:
    """`recorded` and `quorum` and `ended` changed something; the rest did not. `text` is for the clicker alone."""

    kind: Literal["recorded", "quorum", "ended", "refused", "late", "expired", "void", "unknown", "later"]
    text: str
    plan: PlanRow | None = None
    who_may: tuple[str, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """One recorded decision, names for display."""

    name: str
    decision: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class OriginView:
    argument: str
    value: str
    came_from: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a runbook. `state` is empty until it began."""

    number: int
    name: str
    action: str
    title: str
    target: str
    risk: str
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class PlanView:
    """Everything the card shows, from the stored row alone. Strings may hold text that others wrote: escape them."""

    id: str
    hash: str
    state: str
    title: str
    action: str
    args: Mapping[str, str]
    target: Target
    environment: str
    risk: str
    requester: str
    requester_id: str
    reason: str
    changes: tuple[FieldChange, ...]
    dry_run: str
    blast: Blast
    reversible: bool
    undo: str
    ownership: Ownership
    warnings: tuple[str, ...]
    origins: tuple[OriginView, ...]  # shown in red: "argument came from: ..."
    criterion: str
    deadline_s: float
    approvals_needed: int
    approvals_given: int
    not_requester: bool
    approve_permission: str
    who_may: tuple[str, ...]
    votes: tuple[Vote, ...]
    created_at: str
    expires_at: str
    progress: str
    detail: str
    drift: tuple[FieldChange, ...]
    before_after: tuple[tuple[str, str, str], ...]  # name, before, after (empty until measured)
    elapsed_s: float | None
    history: tuple[tuple[str, str], ...]  # time, line
    can_approve: bool  # whether buttons make sense: the plan still waits
    can_undo: bool
    undo_of: str
    unaudited: bool
    altered: bool  # the stored plan is not the sealed one: show no content, offer no button
    card_ts: str = ""
    channel: str = ""
    thread: str = ""
    correlation: str = ""
    steps: tuple[StepView, ...] = ()  # of a runbook
    ended_by: str = ""  # who said no
    why: str = ""  # and their reason
    who_may_break: tuple[str, ...] = ()  # the glass; empty where the policy gives nobody the right
    undo_gone: str = ""  # why an undo is no longer offered: what others changed
    advice: str = ""  # what a model says of it; `advised_by` which
    advised_by: str = ""
    saving: str = ""  # what it saves a month, where that may be shown
    costs: str = ""  # what it costs a month, or why nobody knows
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stopped:
    """Answer to stop and resume. `active` is whether changes are stopped after it; `text` is for everyone."""

    active: bool
    text: str
    refused: bool = False
    who_may: tuple[str, ...] = ()
