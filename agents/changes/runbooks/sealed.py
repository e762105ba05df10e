"""The sealed form of a runbook: a draft whose write holds the steps. Every other plan has one part, itself."""

from __future__ import annotations

from typing import Any, Final

from agents.policy import Policy
from tools.plan import Draft, Frozen

RUNBOOK: Final = "runbook"  # the action's name


class Step(Frozen):
    """`draft` is what people approved of this step.

    `again`: it is planned once more just before it runs, because an earlier step changes what it starts from. `planned`:
    it could not be planned before that; then its draft holds action, arguments, target and the most risk alone.
    """

    number: int
    name: str
    draft: Draft
    again: bool = False
    planned: bool = True
    undoes: dict[str, Any] | None = None  # the draft that this step takes back, in the undo of a runbook

    @property
    def key(self) -> str:
        return str(self.number)


class Sealed(Frozen):
    """What the write of a runbook's draft holds. `hash` is that of the file as it was read."""

    name: str
    hash: str
    params: dict[str, Any]
    steps: tuple[Step, ...]


def is_runbook(draft: Draft) -> bool:
    return draft.action == RUNBOOK


def sealed_of(draft: Draft) -> Sealed:
    return Sealed.model_validate(draft.write)


def parts(draft: Draft) -> tuple[Draft, ...]:
    """What the policy judges one by one: a runbook may do no more than each of its steps alone."""
    return tuple(step.draft for step in sealed_of(draft).steps) if is_runbook(draft) else (draft,)


def environment_of(policy: Policy, draft: Draft) -> str:
    """Of several environments the one that asks for most care: production, else that of the first step."""
    found = [policy.environment_of(part.target) for part in parts(draft)]
    return next((name for name in found if policy.is_production(name)), found[0])
