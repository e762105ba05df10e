"""What will Oracle Cloud cost? Oracle's forecast and ours side by side, ours with its interval and its error in the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from tools.errors import ToolError
from tools.marks import mark
from tools.oracle.costs import DAY, Costs, costs, midnight, money
from tools.oracle.outlooks import Outlook, by_day, oracles, ours
from tools.oracle.where import CompartmentArgs, Where, find
from tools.reads.cost_summary import age
from tools.reads.digest import digest
from tools.spec import Call, Chart, Evidence, Json, Result, Series, Tool
from tools.statistics.robust import TooLittle

READ = 110  # days of the past
DRAWN = 21
NO_NEWS = "what is planned, and what begins or ends from now on, is in no forecast"


class Args(CompartmentArgs):
    days: int | None = Field(None, ge=1, le=30, description="how many days from today; left out: to the end of this month")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """`own` None: too little past; `oracle` None: Oracle has none for this. `past`: the complete days of this month."""

    today: datetime
    end: datetime
    known: Costs
    own: Outlook | None
    oracle: Decimal | None
    unseen: tuple[str, ...]

    @property
    def span(self) -> str:
        return f"{self.today:%a %d %b} to {self.end - DAY:%a %d %b}"


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    today = midnight(call.now)
    end = today + args.days * DAY if args.days else (today.replace(day=28) + 4 * DAY).replace(day=1)
    known = await costs(where, call.now, READ, [])
    unseen = [NO_NEWS]
    own = oracle = None
    try:
        own = ours(known, end)
    except TooLittle as error:
        unseen.append(f"our own forecast: {error}")
    try:
        oracle = await oracles(where, today, end)
    except ToolError as error:
        unseen.append(f"Oracle's forecast: {error.reason}")
    else:
        unseen += [] if oracle else ["Oracle's forecast: it gives none for these compartments"]
    amount = oracle[0] if oracle and oracle[1] in {"", known.currency} else None
    return _result(where, args, Said(today, end, known, own, amount, (*unseen, age(known))))


def _result(where: Where, args: Args, said: Said) -> Result:
    lines = [*_month(args, said), *_oracle(said), *_own(said)]
    none = [] if said.oracle is not None or said.own else ["There is no forecast: neither Oracle's nor ours."]
    return Result(
        data=_data(said),
        digest=digest([*none, *lines, *_apart(said), *said.unseen]),
        scope=where.scope(said.span),
        evidence=_evidence(where, said),
        could_not_see=said.unseen,
        charts=(_drawn(said, said.own),) if said.own else (),
    )


def _oracle(said: Said) -> list[str]:
    if said.oracle is None:
        return []
    return [f"Oracle's forecast, {said.span}: {money(said.oracle, said.known.currency)}{mark(1)}."]


def _own(said: Said) -> list[str]:
    if said.own is None:
        return []
    low, middle, high = said.own.total(said.today)
    currency, own = said.known.currency, said.own
    range_ = f"between {money(low, currency)} and {money(high, currency)}"
    tried = (
        f"tried {own.tries} times on its own past, such a sum was {100 * own.error:.1f}% off in the middle"
    )
    return [
        f"Ours, {said.span}: {money(middle, currency)}, {range_}{mark(2 if said.oracle is not None else 1)}.",
        f"How: the level of the last days by weekday; {tried}, the last week once more {100 * own.naive:.1f}%.",
    ]


def _month(args: Args, said: Said) -> list[str]:
    """The whole month: what is known of it, and what is still to come by ours."""
    if args.days or said.own is None:
        return []
    first = said.today.replace(day=1)
    spent = sum(
        (value for day, value in by_day(said.known).items() if first <= day < said.known.open_from),
        Decimal(0),
    )
    low, middle, high = (float(spent) + one for one in said.own.total(first))
    currency = said.known.currency
    return [
        f"{said.today:%B} in all: {money(middle, currency)} by ours, between {money(low, currency)} and {money(high, currency)}; {money(spent, currency)} of it on complete days."
    ]


def _apart(said: Said) -> list[str]:
    """That the two say different things is said, not averaged away."""
    if said.own is None or said.oracle is None:
        return []
    low, _, high = said.own.total(said.today)
    if low <= said.oracle <= high:
        return ["Oracle's lies within our interval."]
    return [
        "The two differ by more than our interval: a step lately is the usual reason, Oracle's goes on from the last day, ours from the last weeks."
    ]


def _data(said: Said) -> Json:
    own: Json | None = None
    if said.own:
        low, middle, high = (round(one, 2) for one in said.own.total(said.today))
        own = {"total": middle, "low": low, "high": high, "error": round(said.own.error, 4),
               "naive_error": round(said.own.naive, 4), "tries": said.own.tries}  # fmt: skip
    return {"start": said.today.date().isoformat(), "end": said.end.date().isoformat(), "currency": said.known.currency,
            "oracle": str(said.oracle) if said.oracle is not None else None, "own": own}  # fmt: skip


def _evidence(where: Where, said: Said) -> tuple[Evidence, ...]:
    ref = f"oci:{where.tenancy.id}#usage"
    found = []
    if said.oracle is not None:
        found.append(
            Evidence(
                f"{ref}/forecast/{said.today:%Y-%m-%d}..{said.end:%Y-%m-%d}",
                "Oracle's forecast",
                money(said.oracle, said.known.currency),
            )
        )
    if said.own:
        found.append(
            Evidence(
                f"{ref}/all/{said.known.start:%Y-%m-%d}..{said.known.open_from:%Y-%m-%d}",
                "days that ours is made of",
                f"{(said.known.open_from - said.known.start).days} complete days",
            )
        )
    return tuple(found)  # fmt: skip


def _drawn(said: Said, own: Outlook) -> Chart:
    known = by_day(said.known)
    past = [day for day in said.known.days if day < said.known.open_from][-DRAWN:]
    spent = [round(float(known.get(day, 0)), 2) for day in past]
    ahead = (1.0, 1 - own.part, 1 + own.part)
    rows = tuple(
        zip(
            ("middle", "low", "high"),
            ([max(0.0, one * by) for one in own.values] for by in ahead),
            strict=True,
        )
    )
    series = tuple(Series(name, (*spent, *(round(one, 2) for one in values))) for name, values in rows)
    names = tuple(f"{day:%d %b}" for day in (*past, *own.days))
    low, middle, high = own.total(said.today)
    note = f"Cost a day, from {own.days[0]:%d %b} on foretold: {middle:,.2f} in all, between {low:,.2f} and {high:,.2f}"
    return Chart("Cost a day, foretold", "line", said.known.currency, names, series, note)  # fmt: skip


COST_FORECAST = Tool(
    name="cost_forecast",
    summary="What Oracle Cloud will cost to the end of the month or in the next days: Oracle's forecast and ours with interval and past error.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=("what will we spend this month?", "forecast the cost of the next 14 days", "will data-science get dearer?"),
    cache_s=3600,
    family="cost",
)  # fmt: skip
