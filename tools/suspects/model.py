"""A change that may be to blame, and the sources that were asked for such changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

Source = Literal["cluster", "deploys", "ours", "oracle"]
SOURCES: Final[tuple[Source, ...]] = ("cluster", "deploys", "ours", "oracle")
LAG: Final[dict[Source, str]] = {
    "cluster": "the cluster's own objects, seconds behind; deletions leave no trace there",
    "deploys": "deploy systems tell us when they are done, seconds to minutes later; those that are not connected never",
    "ours": "our own record, no lag",
    "oracle": "Oracle's audit, up to 15 minutes behind: what is younger may be missing",
}


@dataclass(frozen=True, slots=True)
class Suspect:
    """`near` says how it touches what was asked about: 3 the thing itself, 2 what it needs, 1 its place, 0 elsewhere.

    `ref` is evidence. `who` and `what` may be somebody else's words.
    """

    at: datetime
    source: Source
    what: str
    who: str
    where: str
    ref: str
    near: int = 0
    detail: str = ""
    until: datetime | None = None  # known only as no later than this
    initial: bool = False  # part of how the place was first set up


@dataclass(slots=True)
class Heard:
    """What the sources said. `asked` are those that answered; `unseen` says why others did not."""

    suspects: list[Suspect] = field(default_factory=list)
    asked: list[Source] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
