"""From a record to a charge: which columns of FOCUS 1.x say what, and why a row is none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from tools.errors import GiveUp

By = Literal["service", "compartment", "region", "sku", "resource", "tag"]
Money = Literal["billed", "effective", "list", "contracted"]
MONEY: Final[Mapping[Money, str]] = {
    "billed": "BilledCost", "effective": "EffectiveCost", "list": "ListCost", "contracted": "ContractedCost",
}  # fmt: skip
CURRENCY, SINCE, TAGS = "BillingCurrency", "ChargePeriodStart", "Tags"
PLACE: Final = "oci_CompartmentId"  # Oracle's own column: FOCUS knows no compartments
# The first that a report has; Oracle's reports were made by drafts of FOCUS, too.
COLUMNS: Final[Mapping[By, tuple[str, ...]]] = {
    "service": ("ServiceName",),
    "compartment": ("oci_CompartmentName", PLACE, "SubAccountName", "SubAccountId"),
    "region": ("RegionId", "RegionName", "Region"),
    "sku": ("SkuId", "SkuPriceId"),
    "resource": ("ResourceId", "ResourceName"),
    "tag": (TAGS,),
}
NOTHING: Final = frozenset({"", "null"})  # exports write NULL as a word
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Charge:
    """`place` is the OCID of its compartment, empty where the report names none."""

    day: datetime
    what: str
    amount: Decimal
    currency: str
    place: str


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that says no amount of money that could be counted."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Form:
    """Where a report has what is asked of it."""

    columns: Mapping[str, int]
    width: int
    money: str
    by: str
    tag: str = ""

    @classmethod
    def of(cls, header: Sequence[str], money: Money, by: By, tag: str, name: str) -> Form:
        """Raises GiveUp naming every column that is missing."""
        columns = {one.strip(): at for at, one in reversed(list(enumerate(header)))}
        found = next((one for one in COLUMNS[by] if one in columns), "")
        missing = [one for one in (MONEY[money], CURRENCY, SINCE) if one not in columns]
        missing += [] if found else [" or ".join(COLUMNS[by])]
        if missing:
            raise GiveUp(
                f"{name} is no FOCUS report that tells this: no column {', '.join(missing)}", "focus"
            )
        return cls(columns, len(header), MONEY[money], found, tag)

    def charge(self, line: int, fields: Sequence[str]) -> Charge | Bad:
        if len(fields) != self.width:
            return Bad(line, f"{len(fields)} fields in the place of {self.width}")
        amount, day = _amount(self._text(fields, self.money)), _day(self._text(fields, SINCE))
        currency = self._text(fields, CURRENCY)
        if amount is None:
            return Bad(line, f"its {self.money} is no number")
        if day is None:
            return Bad(line, f"its {SINCE} is no moment")
        if not _CURRENCY.fullmatch(currency):
            return Bad(line, f"its {CURRENCY} is no currency")
        what = self._what(fields)
        if what is None:
            return Bad(line, f"its {TAGS} are no JSON object")
        return Charge(day, what, amount, currency, self._text(fields, PLACE))

    def _what(self, fields: Sequence[str]) -> str | None:
        said = self._text(fields, self.by)
        if self.by != TAGS:
            return said
        try:
            tags = json.loads(said or "{}", strict=False)
        except ValueError:
            return None
        if not isinstance(tags, dict):
            return None
        low = self.tag.lower()
        return next((str(value) for key, value in tags.items() if key.lower() == low), "")

    def _text(self, fields: Sequence[str], column: str) -> str:
        at = self.columns.get(column)
        said = "" if at is None else fields[at].strip()
        return "" if said.lower() in NOTHING else said


def _amount(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < 30 else None


def _day(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
