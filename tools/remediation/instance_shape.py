"""Change the OCPUs and the memory of an instance with a flexible shape. A running one is rebooted by it."""

from __future__ import annotations

from typing import Final, Self

from pydantic import Field, model_validator

from tools.errors import GiveUp, ToolError
from tools.oracle.where import text_of
from tools.plan import Blast, Draft
from tools.reads.digest import short
from tools.remediation import cloud_draft
from tools.remediation.cloud_action import turned
from tools.remediation.cloud_draft import Way, Write
from tools.remediation.cloud_resource import ResourceArgs, Sort, Subject, subject
from tools.remediation.cloud_turn import Turn
from tools.remediation.cloud_works import common
from tools.remediation.instance import RUNNING, STOPPED, owner_of
from tools.spec import Call, Json, Risk

SORT: Final = Sort("instance", "Instance", "compute", "get_instance", "instance_id")
OCPUS, MEMORY = "ocpus", "memory (GB)"
MOVING: Final = frozenset({"STARTING", "STOPPING", "MOVING", "PROVISIONING"})


class ShapeArgs(ResourceArgs):
    ocpus: float | None = Field(None, gt=0, le=1_000, description="number of OCPUs; left out: as it is")
    memory_gb: float | None = Field(None, gt=0, le=10_000, description="memory in GB; left out: as it is")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.ocpus is None and self.memory_gb is None:
            raise ValueError("say how many OCPUs or how much memory")
        return self


def number(value: object) -> str:
    """`4.0` is what people call 4."""
    return f"{float(str(value)):g}" if value is not None else "(unset)"


def _values(found: Subject) -> dict[str, str]:
    config = found.item.get("shapeConfig") or {}
    return {
        OCPUS: number(config.get("ocpus")),
        MEMORY: number(config.get("memoryInGBs")),
        "lifecycleState": found.state,
    }


TURN = Turn(SORT, _values, MOVING, fields=("shape",), works=common, work=("update instance",))


async def _plan(call: Call, args: ShapeArgs) -> Draft:
    found = await subject(call, args, SORT)
    now = _values(found)
    wanted = dict(now)
    wanted |= {OCPUS: number(args.ocpus)} if args.ocpus else {}
    wanted |= {MEMORY: number(args.memory_gb)} if args.memory_gb else {}
    _possible(found, now, wanted)
    warnings = await _limits(found, wanted)
    running = found.state == RUNNING
    if running:
        warnings.insert(0, "it is rebooted for this: what runs on it is away for minutes")
    way = Way(
        title=f"Give instance {short(found.name, 80)} {wanted[OCPUS]} OCPUs and {wanted[MEMORY]} GB",
        wanted=wanted,
        write=_write(found, wanted),
        back=_write(found, now),
        undo=f"give it {now[OCPUS]} OCPUs and {now[MEMORY]} GB again" + (", rebooting it" if running else ""),
        blast=Blast(
            percent=100 if running else 0, summary="1 instance, rebooted" if running else "1 instance"
        ),
        criterion=f"Oracle shows it {found.state} with the new OCPUs and memory",
        deadline_s=1_200.0,
        risk=Risk.MEDIUM,
        warnings=tuple(warnings),
        args={"resource": found.id, "ocpus": args.ocpus, "memory_gb": args.memory_gb},
        ownership=owner_of(found.item),
    )
    return cloud_draft.draft(call, "instance_shape", found, TURN, way)


def _write(found: Subject, values: dict[str, str]) -> Write:
    """Both numbers: one that is left out Oracle may choose itself."""
    config = {"ocpus": float(values[OCPUS]), "memoryInGBs": float(values[MEMORY])}
    details = {"shapeConfig": config}
    return Write("compute", "update_instance", {"instance_id": found.id, "update_instance_details": details})


def _possible(found: Subject, now: dict[str, str], wanted: dict[str, str]) -> None:
    if found.state not in {RUNNING, STOPPED}:
        raise GiveUp(
            f"{found.name} is {found.state}: its shape can be changed when it is {RUNNING} or {STOPPED}",
            "oci:compute",
        )
    if not all(now[key][0].isdecimal() for key in (OCPUS, MEMORY)):
        raise GiveUp(
            f"Oracle shows no OCPUs and memory of {found.name}: it could not be put back", "oci:compute"
        )
    if now == wanted:
        raise GiveUp(f"{found.name} has {now[OCPUS]} OCPUs and {now[MEMORY]} GB already", "oci:compute")


async def _limits(found: Subject, wanted: dict[str, str]) -> list[str]:
    """Warnings. Raises GiveUp for what the shape does not take, before anybody is asked to approve it."""
    name = text_of(found.item, "shape")
    try:
        listing = await found.where.api.listing(
            "compute", "list_shapes", region=found.region, compartment_id=text_of(found.item, "compartmentId"), shape=name,
        )  # fmt: skip
    except ToolError as error:
        return [f"whether its shape takes that could not be read: {error.reason}"]
    shape = next((one for one in listing.items if text_of(one, "shape") == name), None)
    if shape is None:
        return [f"Oracle lists no shape {name} there: whether it takes that is not known"]
    if problem := _outside(shape, float(wanted[OCPUS]), float(wanted[MEMORY])):
        raise GiveUp(f"{found.name} cannot have that: {problem}", "oci:compute")
    return []


def _outside(shape: Json, ocpus: float, memory: float) -> str:
    name = text_of(shape, "shape")
    if shape.get("isFlexible") is False:
        return f"{name} is a fixed shape, only flexible ones take OCPUs and memory"
    cores, room = shape.get("ocpuOptions") or {}, shape.get("memoryOptions") or {}
    each = memory / ocpus
    for what, value, least, most in (
        ("OCPUs", ocpus, cores.get("min"), cores.get("max")),
        ("GB", memory, room.get("minInGBs"), room.get("maxInGBs")),
        ("GB for each OCPU", each, room.get("minPerOcpuInGBs"), room.get("maxPerOcpuInGBs")),
    ):
        if (least is not None and value < least) or (most is not None and value > most):
            return f"{name} takes {number(least)} to {number(most)} {what}, not {number(value)}"
    return ""


_VERB = "(give|set|resize|change|scale) [the] [oci|oracle|compute]"
INSTANCE_SHAPE = turned(
    "instance_shape",
    TURN,
    ShapeArgs,
    _plan,
    summary="Change the OCPUs and the memory of an Oracle Cloud instance with a flexible shape; a running one is rebooted.",
    risk=Risk.MEDIUM,
    reads=("instance", "shapes", "work requests", "audit events"),
    writes=("instance: shapeConfig",),
    verified="Oracle shows the instance in its former state with the new OCPUs and memory, and its work request has not failed",
    needs=("INSTANCE_READ", "INSTANCE_UPDATE"),
    examples=(
        "give instance loadtest-1 4 ocpus and 32 gb",
        "resize instance bastion-1 to 2 ocpus",
        "set vm loadtest-1 to 64 gb of memory",
    ),
    says=(
        f"{_VERB} [instance|vm] {{resource}} [to|with] {{ocpus}} (ocpus|ocpu) [and|with] {{memory_gb}} (gb|gib) [of] [memory|ram]",
        f"{_VERB} [instance|vm] {{resource}} [to|with] {{ocpus}} (ocpus|ocpu)",
        f"{_VERB} (instance|vm) {{resource}} [to|with] {{memory_gb}} (gb|gib) [of] [memory|ram]",
    ),
)
