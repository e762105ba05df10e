"""Replace every node of a node pool, one after the other: a new one comes before an old one goes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tools.errors import GiveUp, ToolError
from tools.oracle.where import text_of
from tools.plan import Blast, Draft, Ownership
from tools.reads.digest import short
from tools.remediation import cloud_draft
from tools.remediation.cloud_action import turned
from tools.remediation.cloud_draft import Way, Write
from tools.remediation.cloud_resource import ResourceArgs, Subject
from tools.remediation.cloud_turn import Turn
from tools.remediation.node_pool import (
    MOVING,
    NEEDS,
    READ,
    SORT,
    evicting,
    grace_s,
    lacking,
    nodes,
    subject,
    works,
)
from tools.spec import Call, Json, Risk

OLD: Final = "nodes of before"
EACH_S: Final = 600.0  # for a node to come up
LONGEST_S: Final = 6 * 3_600.0
ENHANCED: Final = "ENHANCED_CLUSTER"


def _ids(found: Subject) -> list[str]:
    return sorted(text_of(one, "id") for one in nodes(found))


def _values(found: Subject) -> dict[str, str]:
    """How many of those that the plan saw are still there."""
    now = set(_ids(found))
    old = found.known.get("nodes") or sorted(now)
    return {OLD: f"{sum(one in now for one in old)} of {len(old)}"}


TURN: Final = Turn(
    SORT, _values, MOVING, fields=("clusterId", "kubernetesVersion", "lifecycleState"), works=works, work=("nodepool",),
    lacking=lacking, tokens=False,
)  # fmt: skip


async def _plan(call: Call, args: ResourceArgs) -> Draft:
    found = await subject(call, args)
    old = _ids(found)
    if not old:
        raise GiveUp(f"{found.name} has no nodes to replace", "oci:oke")
    unread = await _enhanced(found)
    found = replace(found, known={"nodes": old})
    way = Way(
        title=f"Replace the {len(old)} nodes of node pool {short(found.name, 80)}",
        wanted={OLD: f"0 of {len(old)}"},
        write=_write(found),
        back=None,
        undo="replaced nodes do not come back; the pool has as many new ones",
        blast=Blast(objects=len(old), percent=100, summary=f"all {len(old)} nodes, one after the other"),
        criterion=f"OKE shows the pool ACTIVE and none of its {len(old)} nodes of before",
        deadline_s=min(LONGEST_S, len(old) * (grace_s(found) + EACH_S)),
        hold_s=15.0,
        risk=Risk.MEDIUM,
        warnings=(evicting(found), "what is on the nodes' own disks is gone", *unread),
        args={"resource": found.id},
        ownership=Ownership(detail="not managed by anything that would replace nodes by itself"),
    )
    return cloud_draft.draft(call, "node_cycle", found, TURN, way)


def _write(found: Subject) -> Write:
    """A node more at a time and none less: the pool never has fewer nodes than its size."""
    cycling: Json = {"isNodeCyclingEnabled": True, "maximumSurge": "1", "maximumUnavailable": "0"}
    details: Json = {"nodePoolCyclingDetails": cycling}
    return Write(
        "container_engine",
        "update_node_pool",
        {"node_pool_id": found.id, "update_node_pool_details": details},
    )


async def _enhanced(found: Subject) -> list[str]:
    """Warnings. Raises GiveUp for a basic cluster, which cannot cycle nodes."""
    cluster = text_of(found.item, "clusterId")
    try:
        answer = await found.where.api.read(
            "container_engine", "get_cluster", region=found.region, cluster_id=cluster
        )
    except ToolError as error:
        return [f"whether its cluster can cycle nodes could not be read: {error.reason}"]
    kind = text_of(answer.data, "type")
    if kind and kind != ENHANCED:
        raise GiveUp(f"{found.name} is of a basic cluster: only enhanced ones cycle nodes", "oci:oke")
    return []


NODE_CYCLE = turned(
    "node_cycle",
    TURN,
    ResourceArgs,
    _plan,
    summary="Replace all nodes of a node pool of an OKE cluster, a new one before each old one.",
    risk=Risk.MEDIUM,
    reversible=False,
    reads=READ,
    writes=("node pool: nodePoolCyclingDetails",),
    verified="OKE shows the pool ACTIVE with as many nodes as its size, none of them of before",
    needs=(*NEEDS, "CLUSTER_READ"),
    examples=("cycle node pool workers", "replace the nodes of node pool workers"),
    says=(
        "(cycle|recycle|replace) [the] [oke|oci] node pool {resource}",
        "(cycle|recycle|replace) [the] [all] [the] nodes of [the] [oke] (node pool|pool) {resource}",
    ),
)
