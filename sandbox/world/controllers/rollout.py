"""The arithmetic of a rolling update, free of objects and time."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Budget:
    """How many pods a rollout may have above and below the wanted number."""

    surge: int
    unavailable: int


def _resolve(value: int | str | None, total: int, *, up: bool) -> int:
    if value is None:
        value = "25%"
    if isinstance(value, str) and value.endswith("%"):
        part = int(value[:-1]) * total / 100
        return math.ceil(part) if up else math.floor(part)
    return int(value)


def budget(strategy: dict[str, Any], replicas: int) -> Budget:
    """Surge rounds up, unavailable rounds down, and both zero would never move: then one may be unavailable."""
    if strategy.get("type") == "Recreate":
        return Budget(0, replicas)
    limits: dict[str, Any] = strategy.get("rollingUpdate") or {}
    surge = _resolve(limits.get("maxSurge"), replicas, up=True)
    unavailable = _resolve(limits.get("maxUnavailable"), replicas, up=False)
    if surge == 0 and unavailable == 0:
        unavailable = 1
    return Budget(surge, min(unavailable, replicas))


def grown(*, wanted: int, total: int, new: int, surge: int) -> int:
    """The size of the new ReplicaSet after this pass, given all pods of all ReplicaSets."""
    if new >= wanted:
        return wanted
    room = wanted + surge - total
    return new if room <= 0 else new + min(room, wanted - new)


@dataclass(frozen=True)
class OldSet:
    """One old ReplicaSet: its size and how many of its pods are available."""

    replicas: int
    available: int


def shrunk(
    old: list[OldSet], *, wanted: int, unavailable: int, total: int, new: int, new_available: int
) -> list[int]:
    """The sizes of the old ReplicaSets after this pass, oldest first.

    Pods that are not available go first, for they cost nothing; then as many available ones as the budget
    allows.
    """
    least = wanted - unavailable
    sizes = [entry.replicas for entry in old]
    room = total - least - (new - new_available)
    if room <= 0:
        return sizes
    for index, entry in enumerate(old):
        cut = min(room, sizes[index] - min(entry.available, sizes[index]))
        sizes[index] -= cut
        room -= cut
    spare = (
        sum(min(entry.available, size) for entry, size in zip(old, sizes, strict=True))
        + new_available
        - least
    )
    for index in range(len(sizes)):
        cut = max(0, min(spare, sizes[index]))
        sizes[index] -= cut
        spare -= cut
    return sizes


def shared_out(sizes: list[int], wanted: int, allowed: int) -> list[int]:
    """Proportional scaling of several active ReplicaSets in the middle of a rollout, largest first."""
    total = sum(sizes)
    missing = allowed - total
    if not sizes or missing == 0 or total == 0:
        return sizes
    scaled = []
    left = missing
    for size in sizes:
        part = round(size * allowed / total) - size if wanted else -size
        part = max(min(part, left), 0) if missing > 0 else min(max(part, left), 0)
        scaled.append(max(0, size + part))
        left -= part
    scaled[0] = max(0, scaled[0] + left)
    return scaled
