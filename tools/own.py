"""What this bot itself changed, as its own record tells. Whoever keeps that record puts it in: a tool reads no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from tools.plan import Target
from tools.saving import Saving

EXECUTED: Final = frozenset(
    {"executing", "verifying", "succeeded", "rolled_back", "rollback_failed", "failed", "unknown"}
)


@dataclass(frozen=True, slots=True)
class OwnChange:
    """A plan and what became of it. `seq` is its newest record in the audit; `altered` plans tell nothing but that."""

    plan: str
    title: str
    action: str
    target: Target
    service: str
    state: str
    requester: str
    approvers: tuple[str, ...]
    at: datetime
    detail: str
    seq: int
    altered: bool = False

    @property
    def executed(self) -> bool:
        """A plan that waits, was replaced or turned down changed nothing; of an altered one nobody can tell."""
        return self.state in EXECUTED and not self.altered


@dataclass(frozen=True, slots=True)
class Saved:
    """An entry of the savings ledger. `ended_by` is the plan that took it back; `seq` the newest audit record of its plan."""

    plan: str
    title: str
    target: Target
    requester: str
    at: datetime
    saving: Saving
    ended_by: str = ""
    ended_at: datetime | None = None
    seq: int = 0


class OwnRecord(Protocol):
    async def changes(
        self, workspace: str, since: datetime, until: datetime, most: int
    ) -> Sequence[OwnChange]:
        """Newest first. Raises TryLater when the record cannot be read."""

    async def savings(self, workspace: str, since: datetime, until: datetime) -> Sequence[Saved]:
        """Changes that lowered a cost and succeeded, newest first. Raises TryLater when the record cannot be read."""
