"""Resources: what pods ask for and what nodes have left."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from sandbox.cluster.quantity import parse
from sandbox.world.objects import Obj, containers, spec, status

Room = dict[str, Fraction]
_NOTHING: Final = Fraction(0)


def asked(pod: Obj) -> Room:
    """The sum over containers, or what one init container needs alone when that is more."""
    wanted = _sum(_requests(container) for container in containers(pod))
    for container in spec(pod).get("initContainers") or []:
        for key, value in _requests(container).items():
            wanted[key] = max(wanted.get(key, _NOTHING), value)
    return {key: value for key, value in wanted.items() if value} | {"pods": Fraction(1)}


def _sum(parts: Iterable[Room]) -> Room:
    total: Room = {}
    for part in parts:
        for key, value in part.items():
            total[key] = total.get(key, _NOTHING) + value
    return total


def _requests(container: Obj) -> Room:
    resources = container.get("resources") or {}
    return {key: parse(value) for key, value in (resources.get("requests") or {}).items()}


def allocatable(node: Obj) -> Room:
    found = status(node).get("allocatable") or status(node).get("capacity") or {}
    return {key: parse(value) for key, value in found.items()}


def used(pods: list[Obj]) -> Room:
    return _sum(asked(pod) for pod in pods)


def short(wanted: Room, node: Obj, taken: Room) -> list[str]:
    """The resources that the node does not have left, as the scheduler lists them."""
    have = allocatable(node)
    missing = [
        key for key, value in wanted.items() if taken.get(key, _NOTHING) + value > have.get(key, _NOTHING)
    ]
    return ["Too many pods" if key == "pods" else f"Insufficient {key}" for key in sorted(missing)]


def never_fits(wanted: Room, node: Obj) -> bool:
    """More than an empty node has: then nobody's eviction would help."""
    have = allocatable(node)
    return any(value > have.get(key, _NOTHING) for key, value in wanted.items())
