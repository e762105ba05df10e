"""How one step of a runbook ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tools.plan import FieldChange


@dataclass(frozen=True, slots=True)
class Ended:
    """`stopped`: it wrote nothing; `refused`: the other side said no; `failed`: written and not true; `unknown`: nobody can say."""

    kind: Literal["done", "stopped", "refused", "failed", "unknown", "again"]
    text: str = ""
    upstream_id: str = ""
    drift: tuple[FieldChange, ...] = ()


DONE: Final = Ended("done")
