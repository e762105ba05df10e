"""Start and stop all instances of a pool at once."""

from __future__ import annotations

from dataclasses import dataclass

from tools.errors import GiveUp
from tools.plan import Action, Blast, Draft
from tools.reads.digest import short
from tools.remediation import cloud_draft
from tools.remediation.cloud_action import turned
from tools.remediation.cloud_draft import Way, Write
from tools.remediation.cloud_resource import ResourceArgs, Subject, subject
from tools.remediation.instance_pool import SORT, TURN, count, sized_by, values
from tools.spec import Call, Risk


@dataclass(frozen=True, slots=True)
class Power:
    """One of the two; `back` is the operation that undoes it, `back_risk` the risk of that."""

    name: str
    verb: str
    operation: str
    begins: str
    ends: str
    risk: Risk
    warning: str
    undo: str
    back: str
    back_risk: Risk


def pool_power(
    power: Power, *, summary: str, examples: tuple[str, ...], says: tuple[str, ...]
) -> Action[ResourceArgs]:
    async def plan(call: Call, args: ResourceArgs) -> Draft:
        found = await subject(call, args, SORT)
        if found.state != power.begins:
            raise GiveUp(
                f"{found.name} is {found.state}, not {power.begins}: {power.verb.lower()} is not possible",
                "oci:compute",
            )
        return cloud_draft.draft(call, power.name, found, TURN, await _way(found, power))

    def undone(draft: Draft) -> Draft:
        return draft.model_copy(update={"risk": power.back_risk})

    return turned(
        power.name, TURN, ResourceArgs, plan, summary=summary, risk=power.risk,
        reads=("instance pool and its instances", "autoscaling configurations", "audit events"),
        writes=("instance pool: power of all its instances",),
        verified=f"Oracle shows the pool {power.ends}, and all its instances too",
        needs=("INSTANCE_POOL_READ", "INSTANCE_POOL_POWER_ACTIONS", "INSTANCE_READ", "INSTANCE_POWER_ACTIONS", "AUTO_SCALING_CONFIGURATION_INSPECT", "AUTO_SCALING_CONFIGURATION_READ"),
        examples=examples, says=says, undone=undone,
    )  # fmt: skip


async def _way(found: Subject, power: Power) -> Way:
    owner, unread = await sized_by(found)
    return Way(
        title=f"{power.verb} instance pool {short(found.name, 80)}",
        wanted={"lifecycleState": power.ends},
        write=Write("compute_management", power.operation, {"instance_pool_id": found.id}),
        back=Write("compute_management", power.back, {"instance_pool_id": found.id}),
        undo=power.undo,
        blast=Blast(
            percent=100 if power.risk is Risk.HIGH else 0, summary=f"all {count(found)} instances of the pool"
        ),
        criterion=f"Oracle shows the pool and all its instances {power.ends}",
        deadline_s=1_500.0,
        risk=power.risk,
        warnings=(power.warning, *unread),
        args={"resource": found.id},
        ownership=owner,
        before={**values(found), "instances": str(count(found))},
    )
