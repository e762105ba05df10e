"""The sealed plan: one canonical JSON text and its SHA-256. What people approve is what runs, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import rfc8785
from pydantic import Field

from agents.advice import Advice
from storage.plans import PlanRow
from tools.cluster.acting import Acting
from tools.plan import Draft, Frozen
from tools.saving import Added, Saving
from tools.spec import Risk


class NotSealed(Exception):
    """The stored plan is not the one that was sealed; it must never run."""


class Requester(Frozen):
    """`person` is the principal that counts; `account` the Slack account that asked."""

    person: str
    account: str
    name: str


class Where(Frozen):
    workspace: str
    channel: str
    thread: str
    kind: Literal["channel", "dm", "cli", "home"]


class Approval(Frozen):
    """The rule as it stood when the plan was sealed."""

    count: int
    not_requester: bool
    permission: str
    expires_s: int


class Origin(Frozen):
    """An argument that neither the requester nor inventory named."""

    argument: str
    value: str
    came_from: str


class Plan(Frozen):
    """Everything that people approve. Times are ISO text in UTC; nothing in here is changed after sealing."""

    version: Literal[1] = 1
    id: str
    draft: Draft
    requester: Requester
    place: Where
    request: str
    correlation: str
    reason: str
    environment: str
    risk: Risk
    approval: Approval
    origins: tuple[Origin, ...] = ()
    warnings: tuple[str, ...] = ()
    policy: str
    created_at: str
    expires_at: str
    undo_of: str = ""
    # left out where there is none: so were plans sealed that were made before there was any
    acting: Acting | None = Field(None, exclude_if=lambda found: found is None)
    saving: Saving | None = Field(None, exclude_if=lambda found: found is None)
    advice: Advice | None = Field(None, exclude_if=lambda found: found is None)
    added: Added | None = Field(None, exclude_if=lambda found: found is None)

    @property
    def expires(self) -> datetime:
        return datetime.fromisoformat(self.expires_at)


def canonical(value: Any) -> str:
    """RFC 8785 text. Raises ValueError for what has no canonical form, e.g. integers beyond 2^53."""
    try:
        return rfc8785.dumps(value).decode()
    except rfc8785.CanonicalizationError as error:
        raise ValueError(f"cannot be sealed: {error}") from error


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def seal(plan: Plan) -> tuple[str, str]:
    """(body, hash). Raises ValueError when the plan holds something that has no canonical form."""
    body = canonical(plan.model_dump(mode="json"))
    return body, digest(body)


ROW_EQUALS_BODY: tuple[tuple[str, Callable[[Plan], str]], ...] = (
    ("id", lambda p: p.id),
    ("workspace", lambda p: p.place.workspace),
    ("action", lambda p: p.draft.action),
    ("target_key", lambda p: str(p.draft.target)),
    ("requester", lambda p: p.requester.person),
    ("channel", lambda p: p.place.channel),
    ("environment", lambda p: p.environment),
    ("risk", lambda p: p.risk.value),
    ("undo_of", lambda p: p.undo_of),
)


def open_plan(row: PlanRow) -> Plan:
    """The plan of a stored row, after proving that neither body, hash nor any column was changed.

    Raises NotSealed.
    """
    if digest(row.body) != row.hash:
        raise NotSealed("the stored plan does not have the hash that was approved")
    try:
        plan = Plan.model_validate_json(row.body)
        problem = _difference(row, plan)
    except ValueError as error:
        raise NotSealed("the stored plan cannot be read") from error
    if problem:
        raise NotSealed(f"the stored plan's {problem} is not what was sealed")
    return plan


def opened(row: PlanRow) -> Plan | None:
    """The same, or None of an altered one."""
    try:
        return open_plan(row)
    except NotSealed:
        return None


def _difference(row: PlanRow, plan: Plan) -> str:
    """The first thing beside the sealed body that does not say the same; empty when all do."""
    for column, read in ROW_EQUALS_BODY:
        stored = getattr(row, column)
        if str(getattr(stored, "value", stored) or "") != read(plan):
            return column.replace("_", " ")
    if row.expires_at != plan.expires:
        return "expiry"
    if row.created_at != datetime.fromisoformat(plan.created_at):
        return "time of creation"
    return "" if seal(plan)[0] == row.body else "form"
