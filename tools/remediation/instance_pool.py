"""An instance pool: its size, its instances, and what sets its size by itself."""

from __future__ import annotations

from typing import Any, Final

from tools.errors import ToolError
from tools.oracle.where import text_of
from tools.plan import Ownership
from tools.remediation.cloud_resource import Sort, Subject
from tools.remediation.cloud_turn import Turn
from tools.spec import Json

RUNNING: Final = "RUNNING"
STOPPED: Final = "STOPPED"
MOVING: Final = frozenset({"PROVISIONING", "SCALING", "STARTING", "STOPPING"})
SIZE: Final = "size"
GONE: Final = frozenset({"terminating", "terminated"})


async def _instances(found: Subject) -> Json:
    """Of the pool, by state. Raises the three error words: without them nobody knows what came of a change."""
    listing = await found.where.api.listing(
        "compute_management", "list_instance_pool_instances", region=found.region,
        compartment_id=text_of(found.item, "compartmentId"), instance_pool_id=found.id,
    )  # fmt: skip
    states = [text_of(item, "state").lower() for item in listing.items]
    return {"states": [state for state in states if state not in GONE]}


SORT: Final = Sort(
    "instance pool", "InstancePool", "compute_management", "get_instance_pool", "instance_pool_id", _instances
)


def values(found: Subject) -> dict[str, str]:
    return {SIZE: str(found.item.get("size", "(unset)")), "lifecycleState": found.state}


def lacking(found: Subject) -> str:
    """Instances that are not yet as many, or not yet as the pool is said to be."""
    states = found.more["states"]
    size, wanted = int(found.item.get("size", 0)), found.state.lower()
    right = sum(state == wanted for state in states)
    if right == len(states) == size:
        return ""
    return f"{right} of {size} instances are {wanted}" + (
        f", {len(states)} are there" if len(states) != size else ""
    )


TURN: Final = Turn(SORT, values, MOVING, fields=("instanceConfigurationId",), lacking=lacking)


def count(found: Subject) -> int:
    return len(found.more["states"])


async def sized_by(found: Subject) -> tuple[Ownership, list[str]]:
    """An autoscaling configuration that is on changes a size that is set by hand."""
    try:
        config = await _configuration(found)
    except ToolError as error:
        unread = f"whether an autoscaling configuration sets its size could not be read: {error.reason}"
        return Ownership(detail="its autoscaling could not be read"), [unread]
    if config is None:
        return Ownership(detail="no autoscaling sets its size"), []
    detail = f"autoscaling configuration {text_of(config, 'displayName')} sets its size{_bounds(config)}"
    route = "change its bounds, or switch it off, for a size that stays"
    return Ownership(detail=detail, reverts=True, lasting_route=route), [f"{detail}: {route}"]


async def _configuration(found: Subject) -> Json | None:
    api, place = found.where.api, text_of(found.item, "compartmentId")
    listing = await api.listing(
        "autoscaling", "list_auto_scaling_configurations", region=found.region, compartment_id=place
    )
    mine = [
        one for one in listing.items if text_of(one, "resource", "id") == found.id and one.get("isEnabled")
    ]
    if not mine:
        return None
    ident = text_of(mine[0], "id")
    answer = await api.read(
        "autoscaling", "get_auto_scaling_configuration", region=found.region, auto_scaling_configuration_id=ident,
    )  # fmt: skip
    whole: Json = answer.data
    return whole


def _bounds(config: Json) -> str:
    policies: list[Any] = config.get("policies") or [{}]
    capacity = policies[0].get("capacity") or {}
    return f" between {capacity['min']} and {capacity['max']}" if {"min", "max"} <= capacity.keys() else ""
