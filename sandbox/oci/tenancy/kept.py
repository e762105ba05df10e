"""The tenancy in a file, so that the same state folder goes on where it stopped."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.oci.tenancy.records import Due, Record, Records


@dataclass
class State:
    """`begun` is when the scenario started."""

    begun: float
    records: list[dict[str, Any]] = field(default_factory=list)
    due: list[dict[str, Any]] = field(default_factory=list)
    power: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)


def read(path: Path) -> State | None:
    """What the file holds; None when there is no file yet."""
    if not path.is_file():
        return None
    return State(**json.loads(path.read_text(encoding="utf-8")))


def fill(records: Records, state: State) -> None:
    for item in state.records:
        records.add(Record(**item))
    records.due = [Due(**item) for item in state.due]
    records.power = {ident: [(at, on) for at, on in history] for ident, history in state.power.items()}


def write(path: Path, records: Records, own: list[Record], begun: float, tokens: dict[str, Any]) -> None:
    """`own` of the records, whole or not at all."""
    state = State(
        begun=begun,
        records=[vars(one) for one in own],
        due=[vars(one) for one in records.due],
        power=records.power,
        tokens=tokens,
    )
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(vars(state)), encoding="utf-8")
    fresh.replace(path)
