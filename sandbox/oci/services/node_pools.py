"""Clusters of OKE to look at; node pools with their nodes, resized and cycled. OKE keeps work requests of its own.

The size is the new one at once, its nodes come and go at the end. A change that fails leaves the nodes as they are,
and the pool asks for attention.
"""

from __future__ import annotations

import uuid
from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import bad_parameter, incorrect_state
from sandbox.oci.services.listing import getting, listing, shown
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import stamp

SERVICE: Final = "container_engine"
POOL: Final = "NodePool"
WORK: Final = "WorkRequest"
KIND: Final = "clustersworkrequest"
LASTS_S: Final = 30.0
MOST: Final = 1000
IDLE: Final = frozenset({"ACTIVE", "NEEDS_ATTENTION"})
TAKEN: Final = frozenset({"nodeConfigDetails", "nodePoolCyclingDetails", "freeformTags", "definedTags"})


def _update(call: Call) -> Answer:
    pool = call.record(POOL, call.path["nodePoolId"])
    if other := call.body.keys() - TAKEN:
        raise bad_parameter(f"{', '.join(sorted(other))} of a node pool cannot be updated here")
    if pool.state not in IDLE:
        raise incorrect_state(f"Node pool {pool.id} is {pool.state}; it can be updated when it is ACTIVE")
    cycling = call.body.get("nodePoolCyclingDetails", {}).get("isNodeCyclingEnabled", False)
    if cycling and not _enhanced(call, pool):
        raise bad_parameter("node cycling is only for enhanced clusters")
    config = {**pool.body.get("nodeConfigDetails", {}), **call.body.get("nodeConfigDetails", {})}
    if not 0 <= config.get("size", 0) <= MOST:
        raise bad_parameter(f"size must be between 0 and {MOST}, not {config['size']}")
    before: Json = {key: pool.body.get(key) for key in call.body}
    work = _begin(call, pool, config, cycling=cycling)
    return Answer(None, pool, {"opc-work-request-id": work}, before)


def _enhanced(call: Call, pool: Record) -> bool:
    cluster = call.tenancy.records.by_id.get(str(pool.body.get("clusterId")))
    return cluster is not None and cluster.body.get("type") == "ENHANCED_CLUSTER"


def _begin(call: Call, pool: Record, config: Json, *, cycling: bool) -> str:
    records, ends = call.tenancy.records, call.now + LASTS_S / call.speed
    tags = {key: value for key, value in call.body.items() if key.endswith("Tags")}
    records.change(pool, {"nodeConfigDetails": config, "lifecycleState": "UPDATING", **tags}, call.now)
    end: Json = {"lifecycleState": "NEEDS_ATTENTION" if call.fails else "ACTIVE"}
    if not call.fails:
        kept = [] if cycling else pool.body.get("nodes", [])[: config["size"]]
        end["nodes"] = kept + [_node(call, pool) for _ in range(config["size"] - len(kept))]
    records.later(ends, pool, end)
    return _work(call, pool, "NODEPOOL_CYCLING" if cycling else "NODEPOOL_UPDATE", ends)


def _node(call: Call, pool: Record) -> Json:
    name = f"oke-{uuid.uuid4().hex[:8]}"
    ident = call.tenancy.names.ocid("instance", name)
    return {"id": ident, "name": name, "nodePoolId": pool.id, "lifecycleState": "ACTIVE"}


def _work(call: Call, pool: Record, kind: str, ends: float) -> str:
    records, ident = call.tenancy.records, call.tenancy.names.ocid(KIND, uuid.uuid4().hex)
    resource = {"actionType": "IN_PROGRESS", "entityType": "nodepool", "identifier": pool.id}
    body: Json = {
        "id": ident,
        "compartmentId": pool.compartment,
        "operationType": kind,
        "status": "ACCEPTED",
        "timeAccepted": stamp(call.now),
        "resources": [resource],
    }
    record = records.add(Record(ident, pool.compartment, SERVICE, WORK, body))
    records.later((call.now + ends) / 2, record, {"status": "IN_PROGRESS"})
    done = {"status": "FAILED" if call.fails else "SUCCEEDED", "timeFinished": stamp(ends)}
    records.later(ends, record, done)
    return ident


def _works(call: Call) -> Answer:
    """Of a compartment, the latest first; with `resourceId` those of one resource."""
    compartment, wanted = call.text("compartmentId"), call.query.get("resourceId")
    call.need(compartment)
    found = [
        one
        for one in call.tenancy.records.of(SERVICE, WORK)
        if one.compartment == compartment and wanted in {None, one.body["resources"][0]["identifier"]}
    ]
    found.sort(key=lambda one: str(one.body["timeAccepted"]), reverse=True)
    return Answer([shown(SERVICE, "WorkRequestSummary", one) for one in found])


def _work_errors(call: Call) -> Answer:
    """Of one that failed; the others have none."""
    call.need(call.text("compartmentId"))
    found = call.record(WORK, call.path["workRequestId"])
    if found.body["status"] != "FAILED":
        return Answer([])
    at = found.body.get("timeFinished") or found.body["timeAccepted"]
    said = found.hidden.get("error", "the pool did not change; it is as it was before")
    return Answer([{"code": "InternalError", "message": said, "timestamp": at}])


TABLE: Final[Table] = {
    "list_work_request_errors": _work_errors,
    "list_clusters": listing(SERVICE, "Cluster", "ClusterSummary"),
    "get_cluster": getting(SERVICE, "Cluster", "clusterId"),
    "list_node_pools": listing(SERVICE, POOL, "NodePoolSummary"),
    "get_node_pool": getting(SERVICE, POOL, "nodePoolId"),
    "update_node_pool": _update,
    "list_work_requests": _works,
    "get_work_request": getting(SERVICE, WORK, "workRequestId"),
}
