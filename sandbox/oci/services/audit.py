"""Audit events: what people did before the start, and every signed call of this API since."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import bad_parameter
from sandbox.oci.times import given


def _events(call: Call) -> Answer:
    """Of one compartment, not of those below, the earliest first."""
    compartment = call.text("compartmentId")
    call.need(compartment)
    start, end = given("startTime", call.text("startTime")), given("endTime", call.text("endTime"))
    if start >= end:
        raise bad_parameter("startTime must be before endTime")
    return Answer(call.tenancy.audit.between(compartment, start, end))


TABLE: Final[Table] = {"list_events": _events}
