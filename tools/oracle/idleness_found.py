"""What is paid for and not used: one thing with its proof, its money and what of ours would end it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from tools.errors import ToolError
from tools.oracle.costs import Costs
from tools.oracle.prices_change import Cost, Wanted, cost_of
from tools.oracle.where import Where, text_of
from tools.spec import Json

YOUNG: Final = timedelta(days=1)  # what is younger, or quiet for less, is not judged
EDGE: Final = timedelta(hours=12)  # from the begin of the window: two of its steps
PROTECTED: Final = "tagged protected: a policy may refuse every change of it"


@dataclass(frozen=True, slots=True)
class Unused:
    """`why` are facts with their figures; `since` None where nobody knows since when. `action` is ours, empty where there is none."""

    kind: str
    id: str
    name: str
    place: str
    region: str
    why: str
    since: datetime | None
    ref: str
    cost: Cost
    action: str
    notes: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[bool, Decimal, str]:
        """The dearest first, those of unknown price last."""
        return self.cost.a_month is None, self.cost.a_month or Decimal(0), self.name


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at one kind gave: what is unused, how many were looked at, too young, not measured, and what did not answer."""

    kind: str
    found: tuple[Unused, ...] = ()
    looked: int = 0
    young: int = 0
    unmeasured: int = 0
    unseen: tuple[str, ...] = field(default=())
    failed: ToolError | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What every look needs: the scope, the usage with its prices, the window and the clock."""

    where: Where
    usage: Costs
    since: datetime
    now: datetime

    def unused(self, item: Json, change: Wanted, why: str, since: datetime | None, ref: str, *notes: str) -> Unused:  # fmt: skip
        said = (*notes, *change.notes, *((PROTECTED,) if protected(item) else ()))
        return Unused(
            change.kind, change.uid, change.name, self.where.path(item), change.region, why, since, ref,
            cost_of(self.where, self.usage, change), change.action, said,
        )  # fmt: skip

    def young(self, item: Json) -> bool:
        """Too young to tell: made within the last day."""
        made = text_of(item, "timeCreated")
        return bool(made) and self.now - datetime.fromisoformat(made) < YOUNG


def protected(item: Json) -> bool:
    """Tagged `protected`, freely or by a defined tag, whatever the namespace."""
    spaces = [item.get("freeformTags") or {}, *(item.get("definedTags") or {}).values()]
    return any(_says_so(key, value) for tags in spaces for key, value in tags.items())


def _says_so(key: str, value: object) -> bool:
    return key.lower() == "protected" and str(value).lower() in {"true", "yes"}


def when(since: datetime, looked: datetime) -> str:
    """`since about Mon 23 Nov 18:00 UTC`; `at least` where that is how far back was looked."""
    word = "at least since" if since - looked <= EDGE else "since about"
    return f"{word} {since:%a %d %b %H:%M} UTC"


def once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
