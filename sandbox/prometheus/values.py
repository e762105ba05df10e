"""What an expression evaluates to at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.prometheus.series import NAME, Labels, Point


@dataclass(frozen=True, slots=True)
class Sample:
    labels: Labels
    value: float


Vector = list[Sample]


@dataclass(frozen=True, slots=True)
class Window:
    """One series over a range, with the range's bounds in seconds."""

    labels: Labels
    points: Sequence[Point]
    start: float
    end: float


Matrix = list[Window]
Value = float | str | Vector | list[Window]


def unnamed(labels: Labels) -> dict[str, str]:
    """Labels without the name: what every computation drops."""
    return {key: value for key, value in labels.items() if key != NAME}


def key_of(labels: Labels) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))
