"""What a change of Oracle Cloud costs or saves a month. What ends is known by its own costs, what begins by unit prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from tools.oracle.costs import DAY, Costs
from tools.oracle.prices import Price, price
from tools.oracle.prices_pieces import Piece
from tools.oracle.savings_own import ended
from tools.oracle.where import Where
from tools.saving import Added, Saving

CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change to be priced. `pieces` are what is sized; where `ends` is set, the part of each SKU that it says ends instead.

    `members` are OCIDs whose rows tell prices too, such as the instances of a pool. `notes` are what the figure leaves out.
    """

    kind: str
    uid: str
    name: str
    compartment: str
    region: str
    what: str
    action: str
    pieces: tuple[Piece, ...] = ()
    ends: Callable[[str], Decimal] | None = None
    members: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unknown: str = ""  # why no figure can be given, whatever the prices are


@dataclass(frozen=True, slots=True)
class Line:
    """One piece with its price; `a_month` is what it costs more, negative what it saves, None without a price."""

    piece: Piece
    price: Price | None

    @property
    def grows(self) -> Decimal:
        """By how much; negative for what shrinks."""
        return self.piece.after - self.piece.before

    @property
    def a_month(self) -> Decimal | None:
        return None if self.price is None else self.grows * self.price.a_month

    @property
    def words(self) -> str:
        sizes = f"{self.piece.before.normalize():f} to {self.piece.after.normalize():f} {self.piece.what}"
        if self.price is None or self.a_month is None:
            return f"{sizes}: price unknown"
        return f"{sizes}: {self.a_month:+,.2f} {self.price.currency} ({self.price.words})"


@dataclass(frozen=True, slots=True)
class Cost:
    """`a_month` is positive for what costs more, negative for what saves, None where the price is unknown."""

    a_month: Decimal | None
    currency: str
    told: str
    ref: str
    lines: tuple[Line, ...] = ()
    source: str = "prices"
    missing: tuple[str, ...] = field(default=())
    before: Decimal | None = None  # what the same is paid for a month; None where a part of it has no price
    after: Decimal | None = None
    priced: str = ""  # the day of the oldest price that counts

    def as_saving(self) -> Saving:
        """For the plan of a change that lowers a cost. Only where there is a figure below nothing, or none at all."""
        if self.a_month is None:
            return Saving(source="unknown", told=self.told)
        return Saving(a_month=_text(-self.a_month), **self._found())

    def as_added(self) -> Added:
        """For the plan of one that does not, or that nobody can tell."""
        if self.a_month is None:
            return Added(source="unknown", told=self.told)
        way: Literal["more", "less"] = "less" if self.a_month < 0 else "more"
        return Added(a_month=_text(abs(self.a_month)), way=way, **self._found())

    def _found(self) -> Any:
        source = self.source if self.source in {"costs", "estimate"} else "prices"
        steps = {"before": self.before, "after": self.after} if self.after is not None else {}
        known = {name: _text(value) for name, value in steps.items() if value is not None}
        more = {"currency": self.currency, "told": self.told, "ref": self.ref, "priced": self.priced}
        return {"source": source} | more | known


def _text(amount: Decimal) -> str:
    return str(amount.quantize(CENT))


def cost_of(where: Where, found: Costs, wanted: Wanted) -> Cost:
    """From the usage that was read, which holds the rows of the resource, its members and its like."""
    ref = (
        f"oci:{where.tenancy.id}#usage/{wanted.uid or 'prices'}/{found.start:%Y-%m-%d}..{found.end:%Y-%m-%d}"
    )
    if wanted.unknown:
        return Cost(None, found.currency, f"price unknown: {wanted.unknown}", ref)
    if wanted.ends is not None:
        own = ended(found, wanted.uid, wanted.ends)
        if own is not None:
            return Cost(-own.a_month, found.currency, own.told, ref, source=own.source)
    return _by_prices(found, wanted, ref)


def _by_prices(found: Costs, wanted: Wanted, ref: str) -> Cost:
    lines = tuple(Line(one, _price(found, wanted, one)) for one in wanted.pieces if one.before != one.after)
    missing = tuple(line.piece.what for line in lines if line.price is None)
    known = [line.a_month for line in lines if line.a_month is not None]
    if not known:
        why = f"usage of the last {len(found.days)} days has no unit price of {_listed(missing or ('it',))}"
        return Cost(None, found.currency, f"price unknown: {why}", ref, lines, missing=missing)
    total = sum(known, Decimal(0))
    if missing and not total:
        why = f"all that has a price comes to nothing, and {_listed(missing)} has none"
        return Cost(None, found.currency, f"price unknown: {why}", ref, lines, missing=missing)
    if turning := turned_by(lines, total):
        why = f"{total:+,.2f} {found.currency} without {_listed(turning)}, which may well turn it around"
        return Cost(None, found.currency, f"price unknown: {why}", ref, lines, missing=missing)
    gaps = f", without {_listed(missing)}, whose price is unknown" if missing else ""
    oldest = min(line.price.day for line in lines if line.price is not None)
    age = (found.end - DAY - oldest).days
    told = f"by unit prices of this tenancy's own usage of {oldest:%d %b}, {days_old(age)}{gaps}"
    whole = _whole(found, wanted)
    return Cost(
        total, found.currency, told, ref, lines, missing=missing,
        before=whole and whole[0], after=whole and whole[1], priced=f"{oldest:%Y-%m-%d}",
    )  # fmt: skip


def days_old(days: int) -> str:
    """How old a price is."""
    return "of today" if days <= 0 else f"{days} day{'s' * (days > 1)} old"


def _whole(found: Costs, wanted: Wanted) -> tuple[Decimal, Decimal] | None:
    """What all that is sized costs a month before and after, the unchanged too; None where a part has no price."""
    before = after = Decimal(0)
    for piece in wanted.pieces:
        one = _price(found, wanted, piece)
        if one is None:
            return None
        before, after = before + piece.before * one.a_month, after + piece.after * one.a_month
    return before, after


def turned_by(lines: Iterable[Line], total: Decimal) -> tuple[str, ...]:
    """What has no price and goes the other way: `total` may be a saving without it and a cost with it."""
    return tuple(line.piece.what for line in lines if line.price is None and line.grows * total < 0)


def _price(found: Costs, wanted: Wanted, piece: Piece) -> Price | None:
    """Of the resource itself, of one of its members, of its like."""
    for uid in (wanted.uid, *wanted.members):
        if (own := price(found, uid, piece.words, ())) is not None:
            return own
    return price(found, "", piece.words, piece.series)


def _listed(names: Iterable[str]) -> str:
    return " and ".join(names)
