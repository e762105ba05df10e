"""The proof that people approved a plan. Writing functions take it, so that forgetting approval is a type error.

Built in exactly one place, agents/changes/execute.py; a test reads the source tree to keep it so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tools.plan import Draft


ROLLBACK: Final = "rollback"  # the step that takes back a change whose verification failed


@dataclass(frozen=True, slots=True)
class Approved:
    """A plan that was re-hashed, re-authorised and claimed. `token` is `<plan id>:<step>`, the idempotency key.

    `undoes` is the plan whose change is taken back, where a person asked for that by a plan of its own.
    """

    plan_id: str
    plan_hash: str
    draft: Draft
    requester: str
    approvers: tuple[str, ...]
    token: str
    undoes: str = ""

    @property
    def taking_back(self) -> bool:
        """What is sent takes the plan's own change back because it failed; a person's undo is a plan of its own."""
        return self.token == f"{self.plan_id}:{ROLLBACK}"
