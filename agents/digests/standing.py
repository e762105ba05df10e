"""Digests that the policy sets up: who they run as, and what they are called in the store."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from agents.people import Actor
from agents.policy import Policy
from storage.digests import DigestRow

ACTOR: Final = Actor("system", "digest", "the policy", standing="member")
MARK: Final = "policy:"


def by_policy(row: DigestRow) -> bool:
    """Nobody can add or remove it from chat: the file says what there is."""
    return row.owner == ACTOR.id


def wanted(policy: Policy, workspace: str, now: datetime) -> list[DigestRow]:
    """As `system:digest`, which may nothing until the policy says so, as for anybody."""
    return [
        DigestRow(f"{MARK}{workspace}:{part.name}", workspace, part.channel, part.kind, part.cron, part.timezone, ACTOR.id, now, now)
        for part in policy.file.digests
    ]  # fmt: skip


def named(row: DigestRow) -> str:
    """As people call it."""
    return row.id.rpartition(":")[2] if by_policy(row) else row.id
