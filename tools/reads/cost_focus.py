"""Cost from reports in FOCUS: those that Oracle delivers into its bucket, or one that somebody pasted, of any cloud."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from pydantic import Field, model_validator

from tools.errors import GiveUp, NotAllowed, TryLater
from tools.focus.charges import MONEY, By, Money
from tools.focus.sums import Sums, Wanted
from tools.marks import mark
from tools.oracle.costs import DAY, midnight, money
from tools.oracle.reports import FOLDER, Report, delivered, listed, pieces
from tools.oracle.where import CloudArgs, Where, find
from tools.reads.digest import TABLED, counted, digest, token
from tools.spec import Call, Evidence, Json, Result, Scope, Table, Tool

TOLD = 12
LINES = 8  # rows that could not be read, told by their lines
FILES = 400  # reports that are read at once
PASTED = 60_000
PROVED = 6
RIGHT = "endorse group ... to read objects in tenancy usage-report"


class Args(CloudArgs):
    by: By = Field("service", description="what to add up by")
    tag: str = Field("", max_length=200, description="tag as namespace.key, e.g. Ops.CostCenter; needed with by=tag")  # fmt: skip
    days: int = Field(7, ge=1, le=31, description="days of charges up to now, of Oracle's reports")
    cost: Money = Field("billed", description="which of the report's costs")
    report: str = Field("", max_length=400, description="one object of the reports' bucket, in the place of days")  # fmt: skip
    text: str = Field("", max_length=PASTED, description="a report itself, as CSV, in the place of Oracle's")

    @model_validator(mode="after")
    def fits(self) -> Args:
        if (self.by == "tag") != bool(self.tag):
            raise ValueError("by=tag and tag=namespace.key belong together")
        if self.text and (self.report or self.compartment or self.region):
            raise ValueError("text is a whole report: it has no report, compartment or region beside it")
        return self


async def run(call: Call, args: Args) -> Result:
    if args.text:
        sums = Sums()
        wanted = Wanted(args.by, args.cost, args.tag)
        await asyncio.to_thread(sums.add, [args.text.encode()], "the pasted report", wanted)
        return _result(args, sums, "focus:pasted", Scope(), None)
    where = await find(call, args)
    end = midnight(call.now) + DAY
    since, until = (None, None) if args.report else (end - args.days * DAY, end)
    reports = await _reports(where, args, since, end)
    wanted = Wanted(args.by, args.cost, args.tag, lambda place: where.covers({"compartmentId": place}), since, until)  # fmt: skip
    sums = await _read(where, reports, wanted)
    span = args.report or f"last {args.days} days"
    return _result(args, sums, f"oci:{where.tenancy.id}#focus/", where.scope(span), where)


async def _reports(where: Where, args: Args, since: datetime | None, end: datetime) -> list[Report]:
    try:
        found = await (delivered(where, since, end) if since else listed(where, args.report))
    except NotAllowed as error:
        raise NotAllowed(f"Oracle's cost reports: {error.reason}", error.upstream_id, needs=RIGHT) from error
    except GiveUp as error:
        raise GiveUp(f"Oracle's cost reports are not visible with my rights ({RIGHT}): {error.reason}", error.upstream_id) from error  # fmt: skip
    found = [one for one in found if not args.report or one.name == args.report]
    if not found:
        what = args.report or f"reports in {FOLDER} of these days"
        raise GiveUp(f"the bucket of cost reports holds no {what}: Oracle delivers them up to two days late", "focus")  # fmt: skip
    if len(found) > FILES:
        raise GiveUp(f"{len(found)} reports are more than {FILES}: ask about fewer days", "focus")
    return found


async def _read(where: Where, reports: list[Report], wanted: Wanted) -> Sums:
    """One after another, in a thread that fetches as it reads: no report is in memory as a whole."""
    loop, sums = asyncio.get_running_loop(), Sums()

    def every() -> Sums:
        for one in reports:
            sums.add(pieces(where, one, loop), one.name, wanted)
        return sums

    try:
        return await asyncio.to_thread(every)
    except TimeoutError as error:
        raise TryLater("the cost reports did not come in time", "oci:Object Storage") from error


def _result(args: Args, sums: Sums, ref: str, scope: Scope, where: Where | None) -> Result:
    totals = sums.totals()
    rows = [
        (currency, what, sum(days.values(), Decimal(0)))
        for currency, found in sums.groups.items()
        for what, days in found.items()
    ]
    rows.sort(key=lambda one: (one[0], -one[2], one[1]))
    lines = [f"{_called(args, what)}: {money(amount, currency)}{_share(amount, totals[currency])}" for currency, what, amount in rows[:TOLD]]  # fmt: skip
    rest = [f"and {counted(len(rows) - TOLD, 'smaller one')}"] if len(rows) > TOLD else []
    gaps = _gaps(sums, where)
    return Result(
        data=_data(args, sums, totals),
        digest=digest([_head(args, sums, totals), *gaps, *lines, *rest]),
        scope=scope,
        evidence=tuple(
            Evidence(f"{ref}{_files(sums) if where else ''}", f"{MONEY[args.cost]} in {currency}", money(total, currency))
            for currency, total in list(totals.items())[:PROVED]
        ),
        could_not_see=tuple(gaps),
        tables=(Table(f"Cost by {args.by}", (args.by, "sum", "share"), tuple((_called(args, w), money(a, c), _share(a, totals[c]).strip(" ,")) for c, w, a in rows[:TABLED]), len(rows)),) if rows else (),
        untrusted=True,
    )  # fmt: skip


def _files(sums: Sums) -> str:
    return sums.files[0] if len(sums.files) == 1 else f"{len(sums.files)} reports"


def _head(args: Args, sums: Sums, totals: Mapping[str, Decimal]) -> str:
    money_ = ", ".join(
        f"{money(total, currency)}{mark(n)}" for n, (currency, total) in enumerate(totals.items(), 1)
    )
    apart = " (currencies are never added up)" if len(totals) > 1 else ""
    return f"{money_ or 'nothing'}{apart}: {MONEY[args.cost]} by {args.by}, {sums.counted} charges in {counted(len(sums.files), 'report')}."


def _gaps(sums: Sums, where: Where | None) -> list[str]:
    """What is not in the sums, and why."""
    several = len(sums.files) > 1
    told = [f"{f'{name}, ' if several else ''}line {one.line}: {one.why}" for name, one in sums.bad[:LINES]]
    more = sums.unread - len(told)
    found = [f"{sums.unread} of {sums.rows} rows are not counted: {'; '.join(told)}{f'; and {more} more' if more else ''}"] if sums.unread else []  # fmt: skip
    if sums.hidden and where is not None:
        found.append(f"{sums.hidden} of {sums.rows} rows are of compartments that you did not ask for or may not see, or name none")  # fmt: skip
    return found


def _called(args: Args, what: str) -> str:
    if not what:
        return f"without {args.tag or args.by}"
    return what if args.by in {"service", "sku"} and len(what) < 80 else token(what, "an unusual value")


def _share(amount: Decimal, total: Decimal) -> str:
    return f", {100 * amount / total:.0f} %" if total > 0 else ""


def _data(args: Args, sums: Sums, totals: Mapping[str, Decimal]) -> Json:
    return {
        "by": args.by, "cost": MONEY[args.cost], "totals": {one: str(total) for one, total in totals.items()},
        "groups": {
            currency: {what: {f"{day:%Y-%m-%d}": str(amount) for day, amount in sorted(days.items())} for what, days in found.items()}
            for currency, found in sums.groups.items()
        },
        "rows": sums.rows, "counted": sums.counted, "hidden": sums.hidden, "outside_of_the_days": sums.elsewhen,
        "unread": sums.unread, "unread_rows": [{"report": name, "line": one.line, "why": one.why} for name, one in sums.bad],
        "reports": sums.files,
    }  # fmt: skip


COST_FOCUS = Tool(
    name="cost_focus",
    summary="Cost from reports in FOCUS (FinOps): Oracle's own in its bucket, or a pasted one, by service, compartment, region, SKU, resource or tag.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=("what do the FOCUS reports say we spent?", "cost report by SKU of the last 3 days", "read this FOCUS report"),
    cache_s=3600,
    family="cost",
)  # fmt: skip
