"""Set the size of an instance pool. Down means that instances are terminated, and Oracle chooses which."""

from __future__ import annotations

from pydantic import Field

from tools.errors import GiveUp
from tools.plan import Blast, Draft
from tools.reads.digest import short
from tools.remediation import cloud_draft
from tools.remediation.cloud_action import turned
from tools.remediation.cloud_draft import Way, Write
from tools.remediation.cloud_resource import ResourceArgs, Subject, subject
from tools.remediation.concerns import percent
from tools.remediation.instance_pool import RUNNING, SIZE, SORT, TURN, count, sized_by, values
from tools.spec import Call, Risk


class SizeArgs(ResourceArgs):
    size: int = Field(ge=0, le=500, description="number of instances")


async def _plan(call: Call, args: SizeArgs) -> Draft:
    found = await subject(call, args, SORT)
    now = int(found.item.get("size", 0))
    if found.state != RUNNING:
        raise GiveUp(
            f"{found.name} is {found.state}: its size can be changed when it is {RUNNING}", "oci:compute"
        )
    if now == args.size:
        raise GiveUp(f"{found.name} has the size {now} already", "oci:compute")
    owner, warnings = await sized_by(found)
    less = now - args.size
    way = Way(
        title=f"Set the size of instance pool {short(found.name, 80)} to {args.size}",
        wanted={SIZE: str(args.size)},
        write=_write(found, args.size),
        back=_write(found, now),
        undo=f"set its size to {now} again"
        + (": with new instances, not with those that are gone" if less > 0 else ""),
        blast=_blast(now, args.size),
        criterion=f"Oracle shows the pool {RUNNING} with {args.size} instances, all of them running",
        deadline_s=1_500.0,
        hold_s=15.0,
        risk=Risk.HIGH if less > 0 else Risk.MEDIUM,
        warnings=(*_warnings(less, args.size), *warnings),
        args={"resource": found.id, "size": args.size},
        ownership=owner,
        before={**values(found), "instances": str(count(found))},
    )
    return cloud_draft.draft(call, "instance_pool_size", found, TURN, way)


def _write(found: Subject, size: int) -> Write:
    arguments = {"instance_pool_id": found.id, "update_instance_pool_details": {"size": size}}
    return Write("compute_management", "update_instance_pool", arguments)


def _blast(now: int, size: int) -> Blast:
    if size > now:
        return Blast(summary=f"{size - now} instances are added to {now}")
    return Blast(
        objects=now - size,
        percent=percent(now - size, now),
        summary=f"{now - size} of {now} instances are terminated",
    )


def _warnings(less: int, size: int) -> list[str]:
    if less <= 0:
        return ["the new instances cost while they run"]
    said = ["Oracle chooses which instances are terminated; what is on their boot volumes is gone"]
    return [*said, "the pool is empty then: nothing of it answers any more"] if not size else said


def _undone(draft: Draft) -> Draft:
    """Back from more is to less: instances are terminated."""
    was, wanted = draft.check.params["was"], draft.check.params["wanted"]
    less = int(wanted[SIZE]) > int(was[SIZE])
    return draft.model_copy(
        update={
            "risk": Risk.HIGH if less else Risk.MEDIUM,
            "blast": _blast(int(wanted[SIZE]), int(was[SIZE])),
            "warnings": tuple(_warnings(int(wanted[SIZE]) - int(was[SIZE]), int(was[SIZE]))),
        }
    )


_POOL = "[the] [oci|oracle] (instance pool|pool)"
INSTANCE_POOL_SIZE = turned(
    "instance_pool_size",
    TURN,
    SizeArgs,
    _plan,
    summary="Set how many instances an Oracle Cloud instance pool has.",
    risk=Risk.MEDIUM,
    reads=("instance pool and its instances", "autoscaling configurations", "audit events"),
    writes=("instance pool: size",),
    verified="Oracle shows the pool RUNNING with that size, and so many instances of it running",
    needs=("INSTANCE_POOL_READ", "INSTANCE_POOL_UPDATE", "INSTANCE_READ", "INSTANCE_CREATE", "INSTANCE_DELETE", "AUTO_SCALING_CONFIGURATION_INSPECT", "AUTO_SCALING_CONFIGURATION_READ"),
    examples=("scale instance pool workers to 5", "resize the instance pool batch to three instances"),
    says=(
        f"(scale|resize|set|grow|shrink) {_POOL} {{resource}} to {{size}} [instances]",
        f"(set|change) [the] size of {_POOL} {{resource}} to {{size}} [instances]",
    ),
    undone=_undone,
)  # fmt: skip
