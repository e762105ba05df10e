"""What a change saves a month, with where the figure came from. Sealed into the plan; a ledger adds such figures up."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from tools.plan import Frozen


class Saving(Frozen):
    """`a_month` is a decimal number as text, empty where nobody knows. `open`: whoever asked may read costs there."""

    a_month: str = ""
    currency: str = ""
    source: Literal["costs", "prices", "estimate", "unknown"]
    told: str  # how the figure was found, or why there is none
    ref: str = ""
    open: bool = False

    @property
    def amount(self) -> Decimal:
        return Decimal(self.a_month or 0)

    @property
    def words(self) -> str:
        """For people; an estimate is never given as more than that."""
        if self.source == "unknown":
            return f"what it saves is not known: {self.told}"
        about = "an estimated" if self.source == "estimate" else "about"
        return f"{about} {self.amount:,.2f} {self.currency} a month ({self.told})".replace(" )", ")")
