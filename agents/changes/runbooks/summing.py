"""One draft over all steps: what the card shows and the limits count."""

from __future__ import annotations

from collections.abc import Sequence

from agents.changes.risk import at_least
from agents.changes.runbooks.sealed import RUNBOOK, Sealed, Step
from tools.plan import Blast, Check, Draft, FieldChange, Ownership
from tools.spec import Risk


def summed(sealed: Sealed, title: str) -> Draft:
    """The highest risk, the sum of what is touched, reversible only when every step is."""
    steps = sealed.steps
    drafts = [step.draft for step in steps]
    reversible = all(draft.reversible and draft.rollback is not None for draft in drafts)
    risk = Risk.LOW
    for draft in drafts:
        risk = at_least(risk, draft.risk)
    return Draft(
        action=RUNBOOK,
        args={"name": sealed.name, "params": sealed.params},
        target=drafts[0].target,
        title=title,
        shown={},
        changes=tuple(_changes(steps)),
        dry_run="; ".join(f"step {step.number} {step.draft.dry_run}" for step in steps),
        blast=_blast(drafts),
        reversible=reversible,
        undo="each step's own way back, the last one first" if reversible else _stays(steps),
        rollback={"steps": len(steps)} if reversible else None,
        write=sealed.model_dump(mode="json"),
        check=Check(
            criterion="; ".join(f"step {step.number} {step.draft.check.criterion}" for step in steps),
            deadline_s=sum(draft.check.deadline_s for draft in drafts),
        ),
        before=facts_of(steps, {step.key: step.draft.before for step in reversed(steps)}),
        ownership=next((draft.ownership for draft in drafts if draft.ownership.reverts), Ownership()),
        warnings=tuple(f"step {step.number}: {text}" for step in steps for text in step.draft.warnings),
        risk=risk,
    )


def facts_of(steps: Sequence[Step], facts: dict[str, dict[str, str]]) -> dict[str, str]:
    """Measured numbers of all steps, by target where there are several; of what two measured the later given counts."""
    several = len({step.draft.target.uid for step in steps}) > 1
    targets = {step.key: f"{step.draft.target.name}: " if several else "" for step in steps}
    return {f"{targets[key]}{name}": value for key, found in facts.items() for name, value in found.items()}


def _changes(steps: Sequence[Step]) -> list[FieldChange]:
    return [
        change.model_copy(update={"path": f"step {step.number} {change.path}"})
        for step in steps
        for change in step.draft.changes
    ]


def _blast(drafts: Sequence[Draft]) -> Blast:
    return Blast(
        objects=sum(draft.blast.objects for draft in drafts),
        pods=sum(draft.blast.pods for draft in drafts),
        percent=max(draft.blast.percent for draft in drafts),
        summary="; ".join(f"step {n} {draft.blast.summary}" for n, draft in enumerate(drafts, start=1)),
    )


def _stays(steps: Sequence[Step]) -> str:
    fast = [str(s.number) for s in steps if not s.draft.reversible or s.draft.rollback is None]
    return f"step {' and '.join(fast)} cannot be taken back; the others are, the last one first"
