"""What can be recorded. A test compares the plan events with the states of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class EventType(StrEnum):
    MESSAGE_RECEIVED = "message.received"
    AUTHZ_DECISION = "authz.decision"
    TOOL_CALL = "tool.call"
    TOOL_RESULT = "tool.result"
    PLAN_PROPOSED = "plan.proposed"
    PLAN_PENDING = "plan.pending"
    PLAN_APPROVED = "plan.approved"
    PLAN_EXECUTING = "plan.executing"
    PLAN_VERIFYING = "plan.verifying"
    PLAN_SUCCEEDED = "plan.succeeded"
    PLAN_ROLLED_BACK = "plan.rolled_back"
    PLAN_ROLLBACK_FAILED = "plan.rollback_failed"
    PLAN_FAILED = "plan.failed"
    PLAN_UNKNOWN = "plan.unknown"
    PLAN_REJECTED = "plan.rejected"
    PLAN_EXPIRED = "plan.expired"
    PLAN_CANCELLED = "plan.cancelled"
    PLAN_SUPERSEDED = "plan.superseded"
    PLAN_VOID = "plan.void"
    PLAN_WRITE_INTENDED = "plan.write_intended"
    APPROVAL_RECORDED = "approval.recorded"
    APPROVAL_REFUSED = "approval.refused"
    CONFIG_CHANGED = "config.changed"
    BREAK_GLASS = "break_glass"
    STOP_ALL = "stop_all"
    PROCESS_KILLED = "process.killed"
    REDACTION = "redaction"
    PURGE = "purge"
    HEAD = "head"


@dataclass(frozen=True, kw_only=True)
class AuditEvent:
    """One thing that happened. Empty fields are left out of the record; everything has passed redaction."""

    type: EventType
    workspace: str = ""
    actor: Mapping[str, Any] | None = None
    on_behalf_of: Any = None
    channel: str = ""
    thread: str = ""
    message: str = ""
    correlation: str = ""
    request: str = ""
    tool: str = ""
    args: Mapping[str, Any] | None = None
    args_hash: str = ""
    target: Mapping[str, Any] | None = None
    plan_id: str = ""
    plan_hash: str = ""
    approvers: tuple[str, ...] = ()
    decision: Any = None
    result: str | None = None
    error: str | None = None
    upstream_id: str | None = None
    model: str = ""
    prompt: str = ""
    tokens: int | None = None
    duration_ms: int | None = None
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A stored event. `body` is what the hash covers; `type` is any text only where somebody edited the row."""

    seq: int
    type: EventType | str
    body: Mapping[str, Any]
    hash: str
