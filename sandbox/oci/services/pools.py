"""Instance pools: as many instances as their size says, made and ended in the pool's own time; on and off together.

The instances of a pool are those of its instance configuration in its compartment.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from sandbox.oci.api.call import Answer, Call, Service, Table
from sandbox.oci.errors import bad_parameter, incorrect_state
from sandbox.oci.services.listing import chosen, getting, shown
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import stamp

POOL: Final = "InstancePool"
SCALES_S: Final = 20.0
POWER_S: Final = 16.0
MOST: Final = 500
GONE: Final = frozenset({"TERMINATING", "TERMINATED"})
NAMED: Final = frozenset({"displayName", "freeformTags", "definedTags"})


def members(call: Call, pool: Record) -> list[Record]:
    """The oldest first; what is on its way out is none any more."""
    config = pool.body["instanceConfigurationId"]
    found = [
        one
        for one in call.tenancy.records.of("core", "Instance")
        if one.body.get("instanceConfigurationId") == config
        and one.compartment == pool.compartment
        and one.state not in GONE
    ]
    return sorted(found, key=lambda one: str(one.body["timeCreated"]))


def _list(call: Call) -> Answer:
    compartment = call.text("compartmentId")
    call.need(compartment)
    found = [one for one in call.tenancy.records.of("core", POOL) if one.compartment == compartment]
    return Answer([_short(one) for one in chosen(call, found)])


def _short(pool: Record) -> Json:
    places = [one["availabilityDomain"] for one in pool.body["placementConfigurations"]]
    return {**shown("core", "InstancePoolSummary", pool), "availabilityDomains": places}


def _instances(call: Call) -> Answer:
    pool = call.record(POOL, call.path["instancePoolId"])
    found = [_summary(call, one) for one in members(call, pool)]
    return Answer(found)


def _summary(call: Call, one: Record) -> Json:
    return {
        **shown("core", "InstanceSummary", one),
        "region": call.tenancy.names.region,
        "state": one.state.capitalize(),
    }


def _update(call: Call) -> Answer:
    pool = call.record(POOL, call.path["instancePoolId"])
    if other := call.body.keys() - NAMED - {"size"}:
        raise bad_parameter(f"{', '.join(sorted(other))} of a pool cannot be updated here")
    before: Json = {key: pool.body.get(key) for key in call.body}
    if "size" in call.body and call.body["size"] != pool.body["size"]:
        _scale(call, pool, call.body["size"])
    named = {key: value for key, value in call.body.items() if key in NAMED}
    call.tenancy.records.change(pool, named, call.now)
    return Answer(shown("core", POOL, pool), pool, before=before)


def _scale(call: Call, pool: Record, size: int) -> None:
    """The size is the new one at once. One that fails gets none of the instances that it lacks, and ends none."""
    if pool.state != "RUNNING":
        raise incorrect_state(
            f"Instance pool {pool.id} is {pool.state}; its size can be changed when it is RUNNING"
        )
    if not 0 <= size <= MOST:
        raise bad_parameter(f"size must be between 0 and {MOST}, not {size}")
    records, ends = call.tenancy.records, call.now + SCALES_S / call.speed
    now = members(call, pool)
    records.change(pool, {"size": size, "lifecycleState": "SCALING"}, call.now)
    if not call.fails:
        for one in now[: max(0, len(now) - size)]:
            records.change(one, {"lifecycleState": "TERMINATING"}, call.now)
            records.later(ends, one, {"lifecycleState": "TERMINATED"})
        for _ in range(size - len(now)):
            records.later(ends, _launched(call, pool), {"lifecycleState": "RUNNING"})
    records.later(ends, pool, {"lifecycleState": "RUNNING"})


def _launched(call: Call, pool: Record) -> Record:
    name = f"inst-{uuid.uuid4().hex[:5]}-{pool.name}"
    ident = call.tenancy.names.ocid("instance", name)
    body = {
        "id": ident,
        "compartmentId": pool.compartment,
        "displayName": name,
        "availabilityDomain": pool.body["placementConfigurations"][0]["availabilityDomain"],
        "instanceConfigurationId": pool.body["instanceConfigurationId"],
        "lifecycleState": "PROVISIONING",
        "region": call.tenancy.names.region,
        "shape": "VM.Standard.E5.Flex",
        "timeCreated": stamp(call.now),
        "freeformTags": {},
        "definedTags": {},
    }
    record = call.tenancy.records.add(Record(ident, pool.compartment, "core", "Instance", body))
    call.tenancy.records.power[ident] = [(call.now, True)]
    return record


def _power(needs: str, passes: str, ends: str) -> Service:
    def act(call: Call) -> Answer:
        pool = call.record(POOL, call.path["instancePoolId"])
        if pool.state != needs:
            raise incorrect_state(f"Instance pool {pool.id} is {pool.state}; this takes one that is {needs}")
        before = {"lifecycleState": pool.state}
        records, done = call.tenancy.records, call.now + POWER_S / call.speed
        for one in (pool, *members(call, pool)):
            records.change(one, {"lifecycleState": passes}, call.now)
            records.later(done, one, {"lifecycleState": needs if call.fails else ends})
        return Answer(shown("core", POOL, pool), pool, before=before)

    return act


_ONES: Final[Mapping[str, Service]] = {
    "start_instance_pool": _power("STOPPED", "STARTING", "RUNNING"),
    "stop_instance_pool": _power("RUNNING", "STOPPING", "STOPPED"),
    "softstop_instance_pool": _power("RUNNING", "STOPPING", "STOPPED"),
}
TABLE: Final[Table] = {
    "list_instance_pools": _list,
    "get_instance_pool": getting("core", POOL, "instancePoolId"),
    "list_instance_pool_instances": _instances,
    "update_instance_pool": _update,
    **_ONES,
}
