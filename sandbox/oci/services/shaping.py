"""Another number of OCPUs, another size of memory: of flexible shapes only, within their bounds, and with a reboot."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Call
from sandbox.oci.errors import bad_parameter, incorrect_state
from sandbox.oci.services.power import LASTS_S
from sandbox.oci.tenancy.records import Json, Record

STILL_S: Final = 5.0  # of one that is stopped
TAKEN: Final = frozenset({"ocpus", "memoryInGBs"})


def reshape(call: Call, instance: Record, wanted: Json) -> float:
    """Begins it and says when it ends. Refused(400, 409) for what the shape, or the state, does not take."""
    config = {**instance.body.get("shapeConfig", {}), **wanted}
    _check(call, instance, wanted, config)
    records, was = call.tenancy.records, instance.state
    new = {} if call.fails else {"shapeConfig": config}
    if was == "STOPPED":
        ends = call.now + STILL_S / call.speed
        records.later(ends, instance, new)
        return ends
    records.change(instance, {"lifecycleState": "STOPPING"}, call.now)
    off = call.now + LASTS_S["STOPPING"] / call.speed
    records.later(off, instance, {"lifecycleState": "STARTING", **new})
    ends = off + LASTS_S["STARTING"] / call.speed
    records.later(ends, instance, {"lifecycleState": was})
    return ends


def _check(call: Call, instance: Record, wanted: Json, config: Json) -> None:
    if instance.state not in {"RUNNING", "STOPPED"}:
        raise incorrect_state(f"Instance {instance.id} is {instance.state}; its shape cannot be changed now")
    if other := wanted.keys() - TAKEN:
        raise bad_parameter(
            f"of shapeConfig only ocpus and memoryInGBs can be changed here, not {', '.join(other)}"
        )
    name = instance.body.get("shape")
    shape = next(
        (one.body for one in call.tenancy.records.of("core", "Shape") if one.body["shape"] == name), None
    )
    if shape is None:
        return
    if not shape.get("isFlexible"):
        raise bad_parameter(f"shapeConfig cannot be given for {name}, which is not flexible")
    cores, room = shape.get("ocpuOptions") or {}, shape.get("memoryOptions") or {}
    each = config["memoryInGBs"] / config["ocpus"]
    _within("ocpus", config["ocpus"], cores.get("min"), cores.get("max"))
    _within("memoryInGBs", config["memoryInGBs"], room.get("minInGBs"), room.get("maxInGBs"))
    _within("memory per OCPU", each, room.get("minPerOcpuInGBs"), room.get("maxPerOcpuInGBs"))


def _within(name: str, value: float, least: float | None, most: float | None) -> None:
    if (least is not None and value < least) or (most is not None and value > most):
        raise bad_parameter(f"{name} {value:g} is outside of {least} to {most}")
