"""An action on an instance's power, as the change engine takes it: everything but the words is the same for all."""

from __future__ import annotations

from collections.abc import Callable

from tools.plan import Action, Draft, Effect, Observation
from tools.remediation import instance, instance_outcome
from tools.remediation.instance import InstanceArgs, Power, Subject
from tools.spec import Call, Risk


def power_action(
    power: Power,
    *,
    summary: str,
    examples: tuple[str, ...],
    warnings: Callable[[Subject], list[str]],
    back: Risk = Risk.LOW,
    says: tuple[str, ...] = (),
) -> Action[InstanceArgs]:
    """`back` is the risk of its way back, before the engine raises it because an undo is not undone."""

    async def plan(call: Call, args: InstanceArgs) -> Draft:
        return await instance.plan(call, args, power, warnings)

    async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
        return await instance_outcome.effect(call, draft, plan_id, power)

    async def observe(call: Call, draft: Draft) -> Observation:
        return await instance_outcome.observe(call, draft, power)

    def undone(draft: Draft) -> Draft:
        return draft.model_copy(update={"risk": back})

    return Action(
        name=power.name,
        summary=summary,
        args=InstanceArgs,
        risk=power.risk,
        reversible=bool(power.back),
        reads=("instance", "work requests", "audit events"),
        writes=("instance: power",),
        verified=f"Oracle shows the instance {power.ends}"
        + (" and its work request has succeeded" if power.work else ""),
        needs_kubernetes=(),
        needs_oci=("INSTANCE_READ", "INSTANCE_POWER_ACTIONS"),
        examples=examples,
        plan=plan,
        reread=instance.reread,
        dry_run=instance.dry_run,
        apply=instance.apply,
        effect=effect,
        observe=observe,
        roll_back=instance.roll_back,
        observe_rollback=instance_outcome.observe_rollback,
        undone=undone,
        says=says,
    )
