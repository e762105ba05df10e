"""Kubernetes quantities: `250m`, `64Mi`, `1.5`, `1e3` as exact numbers, and back to what people write."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_FORM = re.compile(
    r"^(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?P<suffix>[numkMGTPE]?|[KMGTPE]i)$"
)
_SUFFIX = {"n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("0.001"), "": Decimal(1)}
_SUFFIX |= {letter: Decimal(1000) ** power for power, letter in enumerate("kMGTPE", 1)}
_SUFFIX |= {f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)}


def quantity(text: object) -> Decimal:
    """The number that a quantity stands for: cores, bytes, pieces.

    Raises:
        ValueError: not a quantity.
    """
    found = _FORM.match(str(text))
    if found is None:
        raise ValueError(f"{text!r} is not a quantity")
    try:
        return Decimal(found["number"]) * _SUFFIX[found["suffix"]]
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is not a quantity") from error


def amount(text: object) -> Decimal:
    """As `quantity`, but nothing, or nonsense from a server, is zero."""
    try:
        return quantity(text) if text else Decimal(0)
    except ValueError:
        return Decimal(0)


def cores(value: Decimal | float) -> str:
    """`250m`, `1.5`."""
    value = Decimal(value)
    if value == 0:
        return "0"
    if abs(value) < 1:
        return f"{value * 1000:.0f}m"
    return f"{value:.2f}".rstrip("0").rstrip(".")


def size(value: Decimal | float) -> str:
    """Bytes as `64Mi`, `1.5Gi`."""
    value = Decimal(value)
    for letter, power in (("Gi", 3), ("Mi", 2), ("Ki", 1)):
        unit = Decimal(1024) ** power
        if abs(value) >= unit:
            return f"{value / unit:.1f}".removesuffix(".0") + letter
    return f"{value:.0f}"


def shown(resource: str, value: Decimal | float) -> str:
    """A resource's amount as people write it."""
    if resource.endswith("cpu"):
        return cores(value)
    if "memory" in resource or "storage" in resource:
        return size(value)
    return f"{Decimal(value):f}"
