"""Start a compute instance that is stopped."""

from __future__ import annotations

from tools.plan import Action, Draft, Effect, Observation
from tools.remediation import instance, instance_outcome
from tools.remediation.instance import RUNNING, STOPPED, InstanceArgs, Power, Subject
from tools.spec import Call, Risk

POWER = Power(
    "instance_start", "START", "Start", STOPPED, frozenset({"STARTING"}), RUNNING, Risk.LOW, 600.0,
    back="SOFTSTOP", undo="stop it again",
)  # fmt: skip


def _warnings(found: Subject) -> list[str]:
    del found
    return ["it costs again while it runs"]


async def plan(call: Call, args: InstanceArgs) -> Draft:
    return await instance.plan(call, args, POWER, _warnings)


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    return await instance_outcome.effect(call, draft, plan_id, POWER)


async def observe(call: Call, draft: Draft) -> Observation:
    return await instance_outcome.observe(call, draft, POWER)


INSTANCE_START = Action(
    name="instance_start",
    summary="Start a stopped Oracle Cloud compute instance.",
    args=InstanceArgs,
    risk=Risk.LOW,
    reversible=True,
    reads=("instance", "work requests", "audit events"),
    writes=("instance: power",),
    needs_kubernetes=(),
    needs_oci=("INSTANCE_READ", "INSTANCE_POWER_ACTIONS"),
    examples=("start instance loadtest-1",),
    plan=plan,
    reread=instance.reread,
    dry_run=instance.dry_run,
    apply=instance.apply,
    effect=effect,
    observe=observe,
    roll_back=instance.roll_back,
    observe_rollback=instance_outcome.observe_rollback,
)
