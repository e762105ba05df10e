"""Work requests of the core services: accepted, in progress, then succeeded or failed, with their log."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.services.listing import getting, shown
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import epoch, stamp

ACCEPTED_S: Final = 1.0
KIND: Final = "coreservicesworkrequest"


@dataclass(frozen=True)
class Work:
    title: str
    entity: str
    resource: Record

    def follow(self, call: Call, ends: float) -> str:
        """The OCID of a request that goes with what is being done to the resource until `ends`."""
        tenancy = call.tenancy
        ident = tenancy.names.ocid(KIND, uuid.uuid4().hex)
        record = Record(
            ident, self.resource.compartment, "work_requests", "WorkRequest", self._body(call, ident)
        )
        record.hidden = {"logs": self._logs(call, ends), "errors": self._errors(call, ends)}
        tenancy.records.add(record)
        started = call.now + min(ACCEPTED_S / call.speed, (ends - call.now) / 3)
        begun = {"status": "IN_PROGRESS", "percentComplete": 10.0, "timeStarted": stamp(started)}
        tenancy.records.later(started, record, begun)
        tenancy.records.later((started + ends) / 2, record, {"percentComplete": 50.0})
        status = "FAILED" if call.fails else "SUCCEEDED"
        done = {"status": status, "percentComplete": 100.0, "timeFinished": stamp(ends)}
        tenancy.records.later(ends, record, done)
        return ident

    def _body(self, call: Call, ident: str) -> Json:
        resource = {
            "actionType": "UPDATED",
            "entityType": self.entity,
            "identifier": self.resource.id,
            "entityUri": call.operation.path.partition("{")[0] + self.resource.id,
        }
        return {
            "id": ident,
            "compartmentId": self.resource.compartment,
            "operationType": self.title,
            "status": "ACCEPTED",
            "percentComplete": 0.0,
            "timeAccepted": stamp(call.now),
            "resources": [resource],
        }

    def _logs(self, call: Call, ends: float) -> list[Json]:
        end = "failed" if call.fails else "done"
        lines = [(call.now, f"{self.title}: accepted"), (ends, f"{self.title}: {end}")]
        return [{"timestamp": stamp(at), "message": text} for at, text in lines]

    def _errors(self, call: Call, ends: float) -> list[Json]:
        if not call.fails:
            return []
        message = f"{self.resource.name} did not change its state; it is as it was before"
        return [{"timestamp": stamp(ends), "code": "InternalError", "message": message}]


def _list(call: Call) -> Answer:
    """Of a compartment, the latest first; with `resourceId` those of one resource."""
    compartment, wanted = call.text("compartmentId"), call.query.get("resourceId")
    call.need(compartment)
    found = [
        one
        for one in call.tenancy.records.of("work_requests", "WorkRequest")
        if one.compartment == compartment and wanted in {None, one.body["resources"][0]["identifier"]}
    ]
    found.sort(key=lambda one: str(one.body["timeAccepted"]), reverse=True)
    return Answer([shown("work_requests", "WorkRequestSummary", one) for one in found])


def _logs(call: Call) -> Answer:
    return Answer(_until_now(call, "logs"))


def _errors(call: Call) -> Answer:
    return Answer(_until_now(call, "errors"))


def _until_now(call: Call, part: str) -> list[Json]:
    found = call.record("WorkRequest", call.path["workRequestId"]).hidden[part]
    return [line for line in found if epoch(line["timestamp"]) <= call.now]


TABLE: Final[Table] = {
    "get_work_request": getting("work_requests", "WorkRequest", "workRequestId"),
    "list_work_requests": _list,
    "list_work_request_logs": _logs,
    "list_work_request_errors": _errors,
}
