"""What a report comes to: money by day and by one dimension, each currency on its own, every row that could not be counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from tools.errors import GiveUp
from tools.focus.charges import Bad, By, Charge, Form, Money
from tools.focus.reading import records

MOST: Final = 50_000  # values of a dimension that are told apart
OTHERS: Final = "all others"
NAMED: Final = 200  # rows that could not be read, each by its line
ROWS: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """`mine` says whether a compartment may be seen; `since` and `until` are the days of charges that count."""

    by: By
    money: Money = "billed"
    tag: str = ""
    mine: Callable[[str], bool] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def has(self, day: datetime) -> bool:
        return (self.since is None or day >= self.since) and (self.until is None or day < self.until)


@dataclass
class Sums:
    """`groups`: by currency, value and day. `hidden` are rows of compartments that may not be seen."""

    groups: dict[str, dict[str, dict[datetime, Decimal]]] = field(default_factory=dict)
    rows: int = 0
    bad: list[tuple[str, Bad]] = field(default_factory=list)
    unread: int = 0
    hidden: int = 0
    elsewhen: int = 0
    files: list[str] = field(default_factory=list)

    @property
    def counted(self) -> int:
        return self.rows - self.unread - self.hidden - self.elsewhen

    def totals(self) -> dict[str, Decimal]:
        return {
            currency: sum((sum(days.values(), Decimal(0)) for days in found.values()), Decimal(0))
            for currency, found in sorted(self.groups.items())
        }

    def add(self, chunks: Iterable[bytes], name: str, wanted: Wanted, most: int | None = None) -> None:
        """Raises GiveUp for what is no FOCUS report; what was added before stays."""
        found = records(chunks, name, most)
        header = next(found, None)
        if header is None:
            raise GiveUp(f"{name} is empty", "focus")
        form = Form.of(header[1], wanted.money, wanted.by, wanted.tag, name)
        self.files.append(name)
        for line, fields in found:
            self.rows += 1
            if self.rows > ROWS:
                raise GiveUp(f"more than {ROWS} rows; ask about fewer days", "focus")
            self._count(name, form.charge(line, fields), wanted)

    def _count(self, name: str, one: Charge | Bad, wanted: Wanted) -> None:
        if isinstance(one, Bad):
            self.unread += 1
            if len(self.bad) < NAMED:
                self.bad.append((name, one))
        elif wanted.mine is not None and not wanted.mine(one.place):
            self.hidden += 1
        elif not wanted.has(one.day):
            self.elsewhen += 1
        else:
            groups = self.groups.setdefault(one.currency, {})
            what = one.what if one.what in groups or len(groups) < MOST else OTHERS
            groups.setdefault(what, defaultdict(Decimal))[one.day] += one.amount
