"""What the policy answers, and the words it is asked in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from agents.policy.permissions import Permission
from tools.cluster.acting import Acting


class Where(Protocol):
    """What has a place in the clouds: tools.spec.Scope and tools.plan.Target both do."""

    @property
    def cluster(self) -> str: ...

    @property
    def namespace(self) -> str: ...

    @property
    def compartment(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Person:
    """One human. `id` is the first account; `accounts` are all of theirs, so that two accounts count once."""

    id: str
    name: str
    accounts: tuple[str, ...]
    listed: bool = True
    kubernetes: Acting | None = None  # how clusters know them


@dataclass(frozen=True, slots=True)
class Decision:
    """`rule_id` names the binding, e.g. `bindings[0]:operator`; `who_may` are names, filled for a refusal."""

    allow: bool
    rule_id: str
    reason: str
    obligations: Mapping[str, int] = field(default_factory=dict)
    who_may: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """`permission` is what an approver needs; `count` distinct people, at least one."""

    count: int
    not_requester: bool
    permission: Permission
    expires: timedelta


@dataclass(frozen=True, slots=True)
class Members:
    """Accounts (`<team>:<user>`) of a Slack user group and how long ago Slack said so, in seconds."""

    accounts: frozenset[str]
    age_s: float


class UserGroups(Protocol):
    """Slack user groups, read by bot/ and cached. Answers at once; an unknown group has no members and is stale."""

    def members(self, group: str) -> Members: ...


class NoUserGroups:
    """Where there is no Slack: every group is empty."""

    def members(self, group: str) -> Members:  # noqa: ARG002 - the port's signature
        return Members(frozenset(), float("inf"))
