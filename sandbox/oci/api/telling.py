"""What the audit log is told of a call of this API, done or refused."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.oci.api.call import Answer, Call
from sandbox.oci.errors import Refused
from sandbox.oci.tenancy.events import Actor, Deed, event
from sandbox.oci.tenancy.records import Json, Record

SHOWN: tuple[str, ...] = ("opc-retry-token", "if-match")
HERE = "127.0.0.1"


def tell(call: Call, request_id: str, outcome: Answer | Refused) -> None:
    tenancy = call.tenancy
    resource = _resource(call, outcome)
    compartment = _compartment(call, resource)
    agent = call.headers.get("user-agent", "")
    deed = Deed(
        at=call.now,
        name=call.operation.title,
        source=f"{call.operation.client.removesuffix('Client')}Api",
        compartment=compartment,
        compartment_name=tenancy.compartment_name(compartment),
        resource=resource,
        request=_request(call, request_id),
        response=_response(outcome),
        before=outcome.before if isinstance(outcome, Answer) else None,
        after=_after(outcome),
    )
    actor = Actor(call.who.name, call.who.user, HERE, agent, call.who.key_id)
    tenancy.audit.add(event(deed, actor, tenancy.root))


def _resource(call: Call, outcome: Answer | Refused) -> Record | None:
    if isinstance(outcome, Answer) and outcome.record is not None:
        return outcome.record
    known = call.tenancy.records.by_id
    return next((known[one] for one in call.path.values() if one in known), None)


def _compartment(call: Call, resource: Record | None) -> str:
    asked = call.query.get("compartmentId", "")
    places = {one.id for one in call.tenancy.records.of("identity", "Compartment")}
    if resource is not None:
        return resource.compartment
    return asked if asked in places else call.tenancy.root


def _request(call: Call, request_id: str) -> Json:
    return {
        "id": request_id,
        "action": call.operation.method,
        "path": call.operation.path.format(**call.path),
        "parameters": _lists(call.query.items()),
        "headers": _lists((name, call.headers[name]) for name in SHOWN if name in call.headers),
    }


def _lists(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    return {name: [value] for name, value in pairs}


def _response(outcome: Answer | Refused) -> Json:
    if isinstance(outcome, Refused):
        return {"status": str(outcome.status), "message": f"{outcome.code}: {outcome.message}"}
    return {"status": "200"}


def _after(outcome: Answer | Refused) -> Json | None:
    if isinstance(outcome, Refused) or outcome.before is None or outcome.record is None:
        return None
    return {key: outcome.record.body.get(key) for key in outcome.before}
