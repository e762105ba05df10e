"""OKE clusters and node pools: versions, upgrades that wait, pools that have not the nodes they should."""

from __future__ import annotations

import asyncio

from pydantic import Field

from tools.oracle.everywhere import Everywhere, dicts, either, everywhere, live, number
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import counted, listed, short
from tools.reads.told import Answer, Thing, told
from tools.spec import Call, Json, Result, Tool

SKEW = 3  # minor versions that a node may be behind its control plane
ASKED = 60  # node pools whose nodes are asked for
COLUMNS = ("cluster", "node pool", "version", "state", "nodes", "concerns", "compartment", "region")


class Args(CloudArgs):
    resource: str | None = Field(
        None, max_length=300, description="cluster: part of its name, or OCID; left out: all"
    )
    limit: int = Field(30, ge=1, le=100, description="clusters and node pools shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    clusters, pools = await asyncio.gather(
        everywhere(where, "container_engine", "list_clusters"),
        everywhere(where, "container_engine", "list_node_pools"),
    )
    mine = [one for one in clusters.items if live(one) and _fits(one, args.resource)]
    things, unseen = await _pools(where, mine, pools)
    things += [_cluster(where, one) for one in mine]
    odd = sum(thing.rank < 9 for thing in things)
    head = (
        f"{counted(len(mine), 'cluster')}, {counted(len(things) - len(mine), 'node pool')}: {odd} to look at."
    )
    gaps = list(dict.fromkeys((*clusters.unseen, *unseen)))
    return told(
        Answer(head, "Clusters", COLUMNS, "clusters", where.scope(), args.limit, gaps, untrusted=True), things
    )


def _fits(one: Json, wanted: str | None) -> bool:
    low = (wanted or "").lower()
    return low in text_of(one, "name").lower() or low == text_of(one, "id").lower()


async def _pools(where: Where, clusters: list[Json], pools: Everywhere) -> tuple[list[Thing], list[str]]:
    by_id = {text_of(one, "id"): one for one in clusters}
    mine = [one for one in pools.items if live(one) and text_of(one, "clusterId") in by_id]
    unseen = list(pools.unseen)
    whole = await asyncio.gather(*(_whole(where, one, unseen) for one in mine[:ASKED]))
    if len(mine) > ASKED:
        unseen.append(f"nodes of {len(mine) - ASKED} more node pools: at most {ASKED} are asked")
    things = [
        _pool(where, by_id[text_of(one, "clusterId")], one | more)
        for one, more in zip(mine[:ASKED], whole, strict=True)
    ]
    return things, unseen


async def _whole(where: Where, one: Json, unseen: list[str]) -> Json:
    """Only the pool itself shows its nodes."""

    async def ask() -> Json:
        found = await where.api.read(
            "container_engine",
            "get_node_pool",
            region=text_of(one, "region"),
            node_pool_id=text_of(one, "id"),
        )
        return dict(found.data)

    return await either(ask, unseen, f"nodes of {text_of(one, 'name')}")


def _cluster(where: Where, one: Json) -> Thing:
    upgrades = [str(each) for each in one.get("availableKubernetesUpgrades") or []]
    concerns = [f"upgrades wait: {listed(upgrades)}"] if upgrades else []
    if (one.get("endpointConfig") or {}).get("isPublicIpEnabled"):
        concerns.append("its API is on a public address")
    return _thing(where, one, (text_of(one, "name"), "", ""), concerns, bad=False)


def _pool(where: Where, cluster: Json, one: Json) -> Thing:
    nodes = dicts(one.get("nodes"))
    ready = [each for each in nodes if text_of(each, "lifecycleState") == "ACTIVE"]
    size = number(one.get("nodeConfigDetails") or {}, "size")
    said = f"{len(ready)} of {size:.0f}" if size is not None and "nodes" in one else "not known"
    concerns = [
        f"{text_of(each, 'name')} {text_of(each, 'lifecycleState')}: {short(text_of(each, 'nodeError', 'message') or 'no reason given')}"
        for each in nodes
        if each.get("nodeError") or text_of(each, "lifecycleState") == "FAILING"
    ]
    short_of = size is not None and "nodes" in one and len(ready) < size
    behind = _behind(text_of(cluster, "kubernetesVersion"), text_of(one, "kubernetesVersion"))
    if behind:
        concerns.append(f"{counted(behind, 'minor version')} behind its cluster (at most {SKEW})")
    return _thing(
        where, one, (text_of(cluster, "name"), text_of(one, "name"), said), concerns, bad=bool(short_of)
    )


def _behind(control: str, node: str) -> int:
    try:
        return max(0, int(control.split(".")[1]) - int(node.split(".")[1]))
    except (IndexError, ValueError):
        return 0


def _thing(where: Where, one: Json, called: tuple[str, str, str], concerns: list[str], *, bad: bool) -> Thing:
    """`called`: cluster, node pool, its nodes; the last two are empty of a cluster itself."""
    cluster, pool, nodes = called
    state, version = text_of(one, "lifecycleState"), text_of(one, "kubernetesVersion")
    place = f"{where.path(one)}, {text_of(one, 'region')}"
    what = f"node pool, {nodes} nodes active" if pool else "cluster"
    words = "; ".join((f"{what}, {version}, {state or 'no state'}", *concerns, place))
    row = (cluster, pool, version, state, nodes, "; ".join(concerns), where.path(one), text_of(one, "region"))
    data = {
        "id": text_of(one, "id"), "cluster": cluster, "node_pool": pool or None, "version": version, "state": state,
        "nodes": nodes or None, "concerns": concerns, "compartment": where.path(one), "region": text_of(one, "region"),
    }  # fmt: skip
    rank = 0 if bad or state in {"FAILED", "NEEDS_ATTENTION"} else (4 if concerns else 9)
    label = f"{cluster}/{pool}" if pool else cluster
    field, value = ("nodes", nodes) if pool else ("kubernetesVersion", version)
    return Thing(label, words, f"oci:{text_of(one, 'id')}#{field}", row, data, rank, value)


OCI_CLUSTERS = Tool(
    name="oci_clusters",
    summary="OKE clusters and node pools in Oracle Cloud: versions, waiting upgrades, nodes that are missing and why.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=(
        "which oke clusters are there?",
        "why does the node pool not grow?",
        "which clusters need an upgrade?",
    ),
    cache_s=60,
)
