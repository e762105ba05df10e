"""An action of the form of `Turn`, as the change engine takes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tools.plan import Action, Draft
from tools.remediation.cloud_turn import Turn
from tools.spec import Args, Call, Risk

A = TypeVar("A", bound=Args)


def _the_same(draft: Draft) -> Draft:
    return draft


def turned(
    name: str,
    turn: Turn,
    args: type[A],
    plan: Callable[[Call, A], Awaitable[Draft]],
    *,
    summary: str,
    risk: Risk,
    reads: tuple[str, ...],
    writes: tuple[str, ...],
    verified: str,
    needs: tuple[str, ...],
    examples: tuple[str, ...],
    says: tuple[str, ...],
    reversible: bool = True,
    undone: Callable[[Draft], Draft] = _the_same,
) -> Action[A]:
    """`needs` are Oracle's names of the permissions."""
    return Action(
        name=name,
        summary=summary,
        args=args,
        risk=risk,
        reversible=reversible,
        reads=reads,
        writes=writes,
        verified=verified,
        needs_kubernetes=(),
        needs_oci=needs,
        examples=examples,
        plan=plan,
        reread=turn.reread,
        dry_run=turn.dry_run,
        apply=turn.apply,
        effect=turn.effect,
        observe=turn.observe,
        roll_back=turn.roll_back,
        observe_rollback=turn.observe_rollback,
        undone=undone,
        says=says,
    )
