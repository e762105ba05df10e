"""Audit events in the form that the audit service gives them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sandbox.oci.tenancy.file import Event
from sandbox.oci.tenancy.names import Names
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import stamp


@dataclass(frozen=True)
class Actor:
    name: str
    user: str
    address: str
    agent: str
    credentials: str = ""


@dataclass(frozen=True)
class Deed:
    """What happened: `name` is the operation's, `source` the service that tells."""

    at: float
    name: str
    source: str
    compartment: str
    compartment_name: str
    resource: Record | None
    request: Json
    response: Json
    before: Json | None = None
    after: Json | None = None


def event(deed: Deed, who: Actor, tenancy: str) -> Json:
    """The event as the API shows it."""
    data: Json = {
        "eventGroupingId": uuid.uuid4().hex,
        "eventName": deed.name,
        "compartmentId": deed.compartment,
        "compartmentName": deed.compartment_name,
        "identity": _identity(who, tenancy),
        "request": deed.request,
        "response": {"responseTime": stamp(deed.at), **deed.response},
        "freeformTags": {},
        "definedTags": {},
    }
    if deed.resource is not None:
        data |= {"resourceId": deed.resource.id, "resourceName": deed.resource.name}
    if deed.before is not None or deed.after is not None:
        data["stateChange"] = {"previous": deed.before or {}, "current": deed.after or {}}
    return {
        "eventType": f"com.oraclecloud.{deed.source}.{deed.name}",
        "cloudEventsVersion": "0.1",
        "eventTypeVersion": "2.0",
        "source": deed.source,
        "eventId": str(uuid.uuid4()),
        "eventTime": stamp(deed.at),
        "contentType": "application/json",
        "data": data,
    }


def _identity(who: Actor, tenancy: str) -> dict[str, Any]:
    return {
        "principalName": who.name,
        "principalId": who.user,
        "authType": "natv",
        "tenantId": tenancy,
        "ipAddress": who.address,
        "userAgent": who.agent,
        "credentials": who.credentials,
    }


def of_history(spec: Event, names: Names, resource: Record, compartment_name: str) -> Json:
    """An event of a scenario's past."""
    deed = Deed(
        at=names.at(spec.at),
        name=spec.name,
        source=spec.source,
        compartment=resource.compartment,
        compartment_name=compartment_name,
        resource=resource,
        request={
            "id": uuid.uuid4().hex.upper(),
            "action": "POST",
            "path": f"/{resource.id}",
            "parameters": {},
        },
        response={"status": "200"},
        before=names.resolved(spec.before) or None,
        after=names.resolved(spec.after) or None,
    )
    who = Actor(spec.by, names.ocid("user", spec.by), spec.address, spec.agent)
    return event(deed, who, names.root)
