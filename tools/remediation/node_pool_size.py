"""Set how many nodes a node pool of OKE has. Fewer means that nodes are emptied and deleted, and OKE chooses which."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from tools.errors import GiveUp
from tools.plan import Blast, Draft, Ownership
from tools.reads.digest import short
from tools.remediation import cloud_draft
from tools.remediation.cloud_action import turned
from tools.remediation.cloud_draft import Way, Write
from tools.remediation.cloud_resource import ResourceArgs, Subject
from tools.remediation.cloud_turn import Turn
from tools.remediation.concerns import percent
from tools.remediation.node_pool import (
    MOVING,
    NEEDS,
    READ,
    SORT,
    evicting,
    grace_s,
    lacking,
    nodes,
    size,
    subject,
    works,
)
from tools.spec import Call, Json, Risk

SIZE: Final = "size"
ADDED_S: Final = 1_500.0
OWNER: Final = Ownership(
    detail="a cluster autoscaler, where the cluster has one for this pool, may set its size again"
)


class NodePoolSizeArgs(ResourceArgs):
    size: int = Field(ge=0, le=1_000, description="number of nodes")


def _values(found: Subject) -> dict[str, str]:
    return {SIZE: str(size(found))}


TURN: Final = Turn(
    SORT, _values, MOVING, fields=("clusterId", "kubernetesVersion", "lifecycleState"), works=works, work=("nodepool",),
    lacking=lacking, tokens=False,
)  # fmt: skip


async def _plan(call: Call, args: NodePoolSizeArgs) -> Draft:
    found = await subject(call, args)
    now = size(found)
    if now is None:
        raise GiveUp(
            f"{found.name} counts its nodes by subnet: its size cannot be set as one number", "oci:oke"
        )
    if now == args.size:
        raise GiveUp(f"{found.name} has the size {now} already", "oci:oke")
    less = now - args.size
    way = Way(
        title=f"Set the size of node pool {short(found.name, 80)} to {args.size}",
        wanted={SIZE: str(args.size)},
        write=_write(found, args.size),
        back=_write(found, now),
        undo=f"set its size to {now} again" + (": with new nodes" if less > 0 else ""),
        blast=_blast(now, args.size),
        criterion=f"OKE shows the pool ACTIVE with {args.size} nodes, all of them ACTIVE",
        deadline_s=ADDED_S + (grace_s(found) if less > 0 else 0.0),
        hold_s=15.0,
        risk=Risk.HIGH if less > 0 else Risk.MEDIUM,
        warnings=tuple(_warnings(less, args.size) + ([evicting(found)] if less > 0 else [])),
        args={"resource": found.id, "size": args.size},
        ownership=OWNER,
        before={**_values(found), "nodes": str(len(nodes(found)))},
    )
    return cloud_draft.draft(call, "node_pool_size", found, TURN, way)


def _write(found: Subject, count: int) -> Write:
    details: Json = {"nodeConfigDetails": {"size": count}}
    return Write(
        "container_engine",
        "update_node_pool",
        {"node_pool_id": found.id, "update_node_pool_details": details},
    )


def _blast(now: int, wanted: int) -> Blast:
    if wanted > now:
        return Blast(summary=f"{wanted - now} nodes are added to {now}")
    return Blast(
        objects=now - wanted,
        percent=percent(now - wanted, now),
        summary=f"{now - wanted} of {now} nodes are emptied and deleted",
    )


def _warnings(less: int, wanted: int) -> list[str]:
    if less <= 0:
        return ["the new nodes cost while they run"]
    said = ["OKE chooses which nodes go; what is on their disks is gone"]
    return [*said, "the pool is empty then: its pods need room elsewhere"] if not wanted else said


def _undone(draft: Draft) -> Draft:
    """Back from more is to less: nodes are deleted."""
    was, wanted = int(draft.check.params["was"][SIZE]), int(draft.check.params["wanted"][SIZE])
    risk = Risk.HIGH if wanted > was else Risk.MEDIUM
    told = tuple(_warnings(wanted - was, was))
    return draft.model_copy(update={"risk": risk, "blast": _blast(wanted, was), "warnings": told})


NODE_POOL_SIZE = turned(
    "node_pool_size",
    TURN,
    NodePoolSizeArgs,
    _plan,
    summary="Set how many nodes a node pool of an OKE cluster has.",
    risk=Risk.MEDIUM,
    reads=READ,
    writes=("node pool: nodeConfigDetails.size",),
    verified="OKE shows the pool ACTIVE with that size, and so many nodes of it ACTIVE",
    needs=NEEDS,
    examples=("resize node pool workers to 5", "scale the workers node pool to three nodes"),
    says=(
        "(scale|resize|set|grow|shrink) [the] [oke|oci|oracle] (node pool|pool) {resource} to {size} [nodes]",
        "(scale|resize|grow|shrink) [the] [oke] {resource} node pool to {size} [nodes]",
        "(set|change) [the] size of [the] [oke] (node pool|pool) {resource} to {size} [nodes]",
    ),
    undone=_undone,
)
