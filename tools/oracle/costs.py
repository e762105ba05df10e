"""What Oracle Cloud cost by day, from the Usage API: whole days in UTC, the last ones not complete yet."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final, Literal

from tools.errors import GiveUp
from tools.oracle.where import Where, text_of
from tools.spec import Json

By = Literal["service", "compartment", "region", "resource", "sku", "unit"]
DIMENSIONS: Final[Mapping[By, str]] = {
    "service": "service",
    "compartment": "compartmentId",
    "region": "region",
    "resource": "resourceId",
    "sku": "skuName",
    "unit": "unit",
}
TAG: Final = "tag"
LATE: Final = timedelta(hours=48)  # usage arrives up to so much later: younger days are shown, not judged
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One day of one thing. `quantity` in the service's own units; `price` of one unit, None where Oracle names none."""

    day: datetime
    values: Mapping[str, str]
    amount: Decimal
    quantity: Decimal
    currency: str
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Costs:
    """Rows of whole days from `start` to before `end`; days from `open_from` on may still grow."""

    rows: tuple[Row, ...]
    start: datetime
    end: datetime
    open_from: datetime
    currency: str

    @property
    def days(self) -> tuple[datetime, ...]:
        return tuple(self.start + n * DAY for n in range((self.end - self.start).days))

    @property
    def latest(self) -> datetime | None:
        """The youngest day with any usage: how old the data is."""
        return max((row.day for row in self.rows), default=None)

    def by(self, name: str) -> dict[str, dict[datetime, Decimal]]:
        """Amounts by the values of one dimension and by day, the dearest first."""
        found: dict[str, dict[datetime, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for row in self.rows:
            found[row.values.get(name, "") or "without"][row.day] += row.amount
        return dict(sorted(found.items(), key=lambda item: -sum(item[1].values())))

    def last(self, days: int) -> Costs:
        """The same, of fewer days."""
        return self.between(self.end - days * DAY, self.end)

    def between(self, start: datetime, end: datetime) -> Costs:
        """The same, of the days from `start` to before `end`."""
        rows = tuple(row for row in self.rows if start <= row.day < end)
        return Costs(rows, start, end, self.open_from, self.currency)


async def costs(
    where: Where,
    now: datetime,
    days: int,
    by: Sequence[By],
    *,
    only: str = "",
    tag: str = "",
    service: str = "",
) -> Costs:
    """The last `days` days up to today, in the home region, only of compartments that the person may see.

    `only` is the OCID of the one resource that is asked about, `service` Oracle's name of a service; `tag` a defined tag (`Ops.CostCenter`) whose value is a
    dimension too, by the name `TAG`; empty where it is not set.

    Raises:
        TryLater, NotAllowed, GiveUp: as Oracle refuses; GiveUp too for amounts in several currencies.
    """
    end = midnight(now) + DAY
    start = end - days * DAY
    dimensions = tuple(dict.fromkeys((*(DIMENSIONS[one] for one in by), "compartmentId")))
    asked: Json = {
        "tenantId": where.tenancy.id,
        "granularity": "DAILY",
        "queryType": "COST",
        "timeUsageStarted": start,
        "timeUsageEnded": end,
        "groupBy": list(dimensions),
    }
    if tag:
        space, _, key = tag.partition(".")
        asked["groupByTag"] = [{"namespace": space, "key": key}]
    if wanted := [
        {"key": key, "value": value} for key, value in (("resourceId", only), ("service", service)) if value
    ]:
        asked["filter"] = {"operator": "AND", "dimensions": wanted}
    listing = await where.api.listing(
        "usage",
        "request_summarized_usages",
        region=where.tenancy.home,
        request_summarized_usages_details=asked,
    )
    rows = await asyncio.to_thread(_rows, where, listing.items, dimensions)
    return Costs(rows, start, end, midnight(now - LATE) + DAY, _one_currency(rows))


def _rows(where: Where, items: Sequence[Json], dimensions: Sequence[str]) -> tuple[Row, ...]:
    return tuple(
        _row(item, dimensions) for item in items if where.covers(item) and not item.get("isForecast")
    )


def _row(item: Json, dimensions: Iterable[str]) -> Row:
    return Row(
        datetime.fromisoformat(text_of(item, "timeUsageStarted")),
        {name: text_of(item, name) for name in dimensions} | _tagged(item),
        Decimal(str(item.get("computedAmount") or 0)),
        Decimal(str(item.get("computedQuantity") or 0)),
        text_of(item, "currency").strip(),
        Decimal(str(item["unitPrice"])) if item.get("unitPrice") is not None else None,
    )


def _tagged(item: Json) -> dict[str, str]:
    """The value of the tag that was asked for; rows without it carry an empty one, or no tag at all."""
    tags = [one for one in item.get("tags") or () if isinstance(one, dict)]
    return {TAG: text_of(tags[0], "value")} if tags else {}


def _one_currency(rows: Iterable[Row]) -> str:
    """Rows without an amount name a blank one."""
    found = {row.currency for row in rows if row.currency}
    if len(found) > 1:
        raise GiveUp(
            f"the costs are in several currencies ({', '.join(sorted(found))}); they cannot be added up",
            "oci:usage",
        )
    return next(iter(found), "")


def midnight(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)


def money(amount: Decimal | float, currency: str) -> str:
    """Two digits, thousands apart, the currency behind: `1,204.50 USD`."""
    return f"{Decimal(amount):,.2f} {currency}".strip()
