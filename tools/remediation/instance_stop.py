"""Stop a compute instance: its system is asked to shut down, and after a quarter of an hour made to."""

from __future__ import annotations

from tools.plan import Action, Draft, Effect, Observation
from tools.remediation import instance, instance_outcome
from tools.remediation.instance import RUNNING, STOPPED, InstanceArgs, Power, Subject
from tools.spec import Call, Risk

POWER = Power(
    "instance_stop", "SOFTSTOP", "Stop", RUNNING, frozenset({"STOPPING"}), STOPPED, Risk.HIGH, 1_200.0,
    back="START", undo="start it again",
)  # fmt: skip


def _warnings(found: Subject) -> list[str]:
    said = ["what runs on it is off until it is started again; its disks cost on"]
    shape = found.item.get("shape")
    if isinstance(shape, str) and "Dense" in shape:
        said.append("its shape has disks of its own: Oracle bills it while it is stopped")
    return said


async def plan(call: Call, args: InstanceArgs) -> Draft:
    return await instance.plan(call, args, POWER, _warnings)


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    return await instance_outcome.effect(call, draft, plan_id, POWER)


async def observe(call: Call, draft: Draft) -> Observation:
    return await instance_outcome.observe(call, draft, POWER)


INSTANCE_STOP = Action(
    name="instance_stop",
    summary="Stop a running Oracle Cloud compute instance, shutting its system down.",
    args=InstanceArgs,
    risk=Risk.HIGH,
    reversible=True,
    reads=("instance", "work requests", "audit events"),
    writes=("instance: power",),
    needs_kubernetes=(),
    needs_oci=("INSTANCE_READ", "INSTANCE_POWER_ACTIONS"),
    examples=("stop instance train-recsys-1",),
    plan=plan,
    reread=instance.reread,
    dry_run=instance.dry_run,
    apply=instance.apply,
    effect=effect,
    observe=observe,
    roll_back=instance.roll_back,
    observe_rollback=instance_outcome.observe_rollback,
)
