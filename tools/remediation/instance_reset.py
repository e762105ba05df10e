"""Restart a compute instance: its system is asked to shut down, then it starts again."""

from __future__ import annotations

from tools.approved import Approved
from tools.errors import GiveUp
from tools.plan import Action, Applied, Draft, Effect, Observation, Observed
from tools.remediation import instance, instance_outcome
from tools.remediation.instance import RUNNING, InstanceArgs, Power, Subject
from tools.spec import Call, Risk

POWER = Power(
    "instance_reset", "SOFTRESET", "Reset", RUNNING, frozenset({"STOPPING", "STOPPED", "STARTING"}), RUNNING, Risk.MEDIUM, 1_500.0,
    undo="a restart cannot be undone", work="reset",
)  # fmt: skip


def _warnings(found: Subject) -> list[str]:
    del found
    return ["what runs on it is away for minutes"]


async def plan(call: Call, args: InstanceArgs) -> Draft:
    return await instance.plan(call, args, POWER, _warnings)


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    return await instance_outcome.effect(call, draft, plan_id, POWER)


async def observe(call: Call, draft: Draft) -> Observation:
    return await instance_outcome.observe(call, draft, POWER)


async def roll_back(call: Call, approved: Approved) -> Applied:
    del call, approved
    raise GiveUp("a restart cannot be undone", "oci:compute")


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    del call, draft
    return Observation(Observed.FAILED, "a restart cannot be undone", {})


INSTANCE_RESET = Action(
    name="instance_reset",
    summary="Restart a running Oracle Cloud compute instance, shutting its system down first.",
    args=InstanceArgs,
    risk=Risk.MEDIUM,
    reversible=False,
    reads=("instance", "work requests", "audit events"),
    writes=("instance: power",),
    needs_kubernetes=(),
    needs_oci=("INSTANCE_READ", "INSTANCE_POWER_ACTIONS"),
    examples=("reset instance bastion-1",),
    plan=plan,
    reread=instance.reread,
    dry_run=instance.dry_run,
    apply=instance.apply,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_rollback,
)
