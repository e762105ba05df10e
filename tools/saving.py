"""What a change saves or costs a month, with where the figure came from. Sealed into the plan; a ledger adds savings up."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from tools.plan import Frozen

Source = Literal["costs", "prices", "estimate", "unknown"]


def _none(value: str) -> bool:
    return not value


class Saving(Frozen):
    """`a_month` is a decimal number as text, empty where nobody knows. `open`: whoever asked may read costs there.

    `before` and `after` are what the same is paid for a month, `priced` is the day of the oldest price that counts.
    """

    a_month: str = ""
    currency: str = ""
    source: Source
    told: str  # how the figure was found, or why there is none
    ref: str = ""
    open: bool = False
    # left out where there is none: so were plans sealed that were made before there was any
    before: str = Field("", exclude_if=_none)
    after: str = Field("", exclude_if=_none)
    priced: str = Field("", exclude_if=_none)

    @property
    def amount(self) -> Decimal:
        return Decimal(self.a_month or 0)

    @property
    def words(self) -> str:
        """For people; an estimate is never given as more than that."""
        if self.source == "unknown":
            return f"what it saves is not known: {self.told}"
        return self._figure("a month")

    def _figure(self, span: str) -> str:
        about = "an estimated" if self.source == "estimate" else "about"
        steps = f", {_money(self.before)} -> {_money(self.after)}" if self.before and self.after else ""
        told = f"({self.told})".replace(" )", ")")
        return f"{about} {self.amount:,.2f} {self.currency} {span}{steps} {told}"


class Added(Saving):
    """What a change that is not known to save does to the bill. `less` only where it takes back what had cost more."""

    way: Literal["more", "less"] = "more"

    @property
    def words(self) -> str:
        """For people. A price that nobody knows never reads as none."""
        if self.source == "unknown":
            return f"price unknown: {self.told.removeprefix('price unknown: ')}"
        return self._figure(f"a month {self.way}")


def _money(text: str) -> str:
    return f"{Decimal(text):,.2f}"
