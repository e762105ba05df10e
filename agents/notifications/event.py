"""One thing that happened and that somebody may have to hear of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from agents.policy.destinations import Area, Severity

Action = Literal["trigger", "acknowledge", "resolve"]


@dataclass(frozen=True, slots=True)
class Event:
    """`key` names it once and for all; `subject` is what it is about, which a later event may end.

    Texts may hold what others wrote: whoever shows them redacts. `channel`, `thread` are where its card stands, `person` whom
    it concerns, by their name in the policy. `counts` is a picture of it: labels and numbers.
    """

    key: str
    subject: str
    area: Area
    severity: Severity
    action: Action
    at: datetime
    title: str
    lines: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    channel: str = ""
    thread: str = ""
    person: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    counted: str = ""

    @property
    def urgent(self) -> bool:
        """Goes through quiet hours."""
        return self.severity == "critical" and self.action == "trigger"

    def kept(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Event:
        lists = {
            "lines": tuple(kept.get("lines", ())),
            "facts": tuple((str(name), str(value)) for name, value in kept.get("facts", ())),
            "counts": tuple((str(name), int(value)) for name, value in kept.get("counts", ())),
        }
        return cls(**{**kept, **lists, "at": datetime.fromisoformat(kept["at"])})
