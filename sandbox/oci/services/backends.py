"""Backends of a load balancer: drained, offline or taking part, one change after the other, each with its work request.

A load balancer has work requests of its own, and one etag for all that is in it.
"""

from __future__ import annotations

import copy
import uuid
from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import hidden, incorrect_state
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import stamp

SERVICE: Final = "load_balancer"
WORK: Final = "WorkRequest"
KIND: Final = "loadbalancerworkrequest"
LASTS_S: Final = 8.0
OPEN: Final = frozenset({"ACCEPTED", "IN_PROGRESS"})
SET: Final = ("weight", "backup", "drain", "offline", "maxConnections")


def _balancer(call: Call) -> Record:
    return call.record("LoadBalancer", call.path["loadBalancerId"])


def _backend(call: Call, sets: Json) -> Json:
    """Refused(404) where the set, or the backend in it, is not there."""
    backends = sets.get(call.path["backendSetName"], {}).get("backends", [])
    found: Json | None = next((one for one in backends if one["name"] == call.path["backendName"]), None)
    if found is None:
        raise hidden()
    return found


def _get(call: Call) -> Answer:
    balancer = _balancer(call)
    return Answer(_backend(call, balancer.body.get("backendSets", {})), balancer)


def _update(call: Call) -> Answer:
    balancer = _balancer(call)
    was = dict(_backend(call, balancer.body.get("backendSets", {})))
    if any(one.body["lifecycleState"] in OPEN for one in _works(call, balancer)):
        raise incorrect_state(
            f"Load balancer {balancer.id} has a work request in progress; try again when it is done"
        )
    ends = call.now + LASTS_S / call.speed
    sets = copy.deepcopy(balancer.body["backendSets"])
    _backend(call, sets).update({key: value for key, value in call.body.items() if key in SET})
    if not call.fails:
        call.tenancy.records.later(ends, balancer, {"backendSets": sets})
    work = _work(call, balancer, ends)
    before = {key: was.get(key) for key in call.body}
    return Answer(None, balancer, {"opc-work-request-id": work}, before)


def _work(call: Call, balancer: Record, ends: float) -> str:
    records, ident = call.tenancy.records, call.tenancy.names.ocid(KIND, uuid.uuid4().hex)
    body = {
        "id": ident,
        "loadBalancerId": balancer.id,
        "compartmentId": balancer.compartment,
        "type": call.operation.title,
        "lifecycleState": "ACCEPTED",
        "message": "",
        "timeAccepted": stamp(call.now),
        "errorDetails": [],
    }
    record = records.add(Record(ident, balancer.compartment, SERVICE, WORK, body))
    records.later((call.now + ends) / 2, record, {"lifecycleState": "IN_PROGRESS"})
    end: Json = {"lifecycleState": "SUCCEEDED", "timeFinished": stamp(ends)}
    if call.fails:
        problem = {"errorCode": "INTERNAL_ERROR", "message": "the backend was left as it was"}
        end |= {"lifecycleState": "FAILED", "errorDetails": [problem]}
    records.later(ends, record, end)
    return ident


def _works(call: Call, balancer: Record) -> list[Record]:
    """The latest first."""
    found = [
        one for one in call.tenancy.records.of(SERVICE, WORK) if one.body["loadBalancerId"] == balancer.id
    ]
    return sorted(found, key=lambda one: str(one.body["timeAccepted"]), reverse=True)


def _list(call: Call) -> Answer:
    return Answer([one.body for one in _works(call, _balancer(call))])


def _one(call: Call) -> Answer:
    return Answer(call.record(WORK, call.path["workRequestId"]).body)


TABLE: Final[Table] = {
    "get_backend": _get,
    "update_backend": _update,
    "list_work_requests": _list,
    "get_work_request": _one,
}
