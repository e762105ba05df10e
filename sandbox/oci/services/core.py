"""Compute and network: instances and what they hang on."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import bad_parameter
from sandbox.oci.services import pools
from sandbox.oci.services.listing import getting, listing, shown
from sandbox.oci.services.power import act
from sandbox.oci.services.shaping import reshape
from sandbox.oci.services.works import Work
from sandbox.oci.tenancy.records import Json

UPDATED_S: Final = 3.0
CHANGEABLE: Final = frozenset({"displayName", "freeformTags", "definedTags"})
SHAPED: Final = "shapeConfig"


def _update_instance(call: Call) -> Answer:
    instance = call.record("Instance", call.path["instanceId"])
    other = call.body.keys() - CHANGEABLE - {SHAPED}
    if other:
        known = ", ".join(sorted(CHANGEABLE | {SHAPED}))
        raise bad_parameter(f"only {known} can be updated here, not {', '.join(other)}")
    before: Json = {key: instance.body.get(key) for key in call.body}
    ends = call.now + UPDATED_S / call.speed
    if SHAPED in call.body:
        ends = reshape(call, instance, call.body[SHAPED])
    now = {key: value for key, value in call.body.items() if key != SHAPED}
    call.tenancy.records.change(instance, now, call.now)
    work = Work("Update instance", "instance", instance).follow(call, ends)
    return Answer(shown("core", "Instance", instance), instance, {"opc-work-request-id": work}, before)


def _shapes(call: Call) -> Answer:
    """Shapes are the region's, whatever compartment asks."""
    call.need(call.text("compartmentId"))
    wanted = call.query.get("shape")
    found = [one.body for one in call.tenancy.records.of("core", "Shape")]
    return Answer([one for one in found if wanted in {None, one["shape"]}])


TABLE: Final[Table] = {
    "list_instances": listing("core", "Instance"),
    "get_instance": getting("core", "Instance", "instanceId"),
    "update_instance": _update_instance,
    "instance_action": act,
    "list_shapes": _shapes,
    "list_vnic_attachments": listing("core", "VnicAttachment"),
    "get_vnic": getting("core", "Vnic", "vnicId"),
    "list_vcns": listing("core", "Vcn"),
    "get_vcn": getting("core", "Vcn", "vcnId"),
    "list_subnets": listing("core", "Subnet"),
    "get_subnet": getting("core", "Subnet", "subnetId"),
} | pools.TABLE
