"""How far are the budgets of Oracle Cloud used, how fast, and when will they be used up?"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

from tools.errors import ToolError
from tools.oracle.costs import DAY, money
from tools.oracle.where import CompartmentArgs, Where, find, text_of
from tools.reads.digest import counted, digest, proved, token
from tools.spec import Call, Evidence, Json, Result, Table, Tool

COLUMNS = ("budget", "for", "amount", "spent", "used", "Oracle's forecast", "used up by")
PROVED = 20
NO_CURRENCY = "a budget names no currency: its amounts are in the tenancy's own"


class Args(CompartmentArgs):
    pass


@dataclass(frozen=True, slots=True)
class Burn:
    """Of one budget. `out` is when it is used up at the speed of its period so far; None: not within it, or not known."""

    budget: Json
    amount: float
    spent: float | None
    forecast: float | None
    gone: float  # part of the period that has passed, 0 when its period is not a calendar month
    out: datetime | None

    @property
    def used(self) -> float:
        return (self.spent or 0) / self.amount if self.amount else 0.0

    @property
    def worry(self) -> float:
        return max(self.used, (self.forecast or 0) / self.amount if self.amount else 0.0)


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    listing = await where.api.listing("budget", "list_budgets", region=where.tenancy.home,
                                      compartment_id=where.tenancy.id, target_type="ALL")  # fmt: skip
    seen = [one for one in listing.items if _covered(where, one)]
    burns = sorted((burn_of(one, call.now) for one in seen), key=lambda one: -one.worry)
    unseen = [NO_CURRENCY] if burns else []
    rules: dict[str, list[Json]] = {}
    for one in burns:
        try:
            rules[text_of(one.budget, "id")] = (await where.api.listing("budget", "list_alert_rules",
                region=where.tenancy.home, budget_id=text_of(one.budget, "id"))).items  # fmt: skip
        except ToolError as error:
            unseen.append(f"alert rules of {text_of(one.budget, 'displayName')}: {error.reason}")
    return _result(where, burns, rules, tuple(unseen))


def _covered(where: Where, budget: Json) -> bool:
    """A budget belongs to the root; what it is for decides who may see it."""
    targets = {*(budget.get("targets") or ()), text_of(budget, "targetCompartmentId")} - {""}
    open_to = {one.id for one in where.compartments}
    return bool(targets & open_to) if budget.get("targetType") != "TAG" else where.covers(budget)


def burn_of(budget: Json, now: datetime) -> Burn:
    """The speed is that from the period's first moment to when Oracle computed the spending."""
    amount = float(budget.get("amount") or 0)
    spent, forecast = (_number(budget, name) for name in ("actualSpend", "forecastedSpend"))
    at = _moment(budget) or now
    plain = (
        budget.get("resetPeriod") == "MONTHLY"
        and int(budget.get("budgetProcessingPeriodStartOffset") or 1) == 1
    )
    if not plain or not spent or budget.get("processingPeriodType", "MONTH") not in {None, "MONTH"}:
        return Burn(budget, amount, spent, forecast, 0.0, None)
    start = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    length = monthrange(at.year, at.month)[1] * DAY
    gone = (at - start) / length
    out = start + timedelta(seconds=(at - start).total_seconds() * amount / spent)
    return Burn(budget, amount, spent, forecast, gone, out if out < start + length else None)  # fmt: skip


def _number(budget: Json, name: str) -> float | None:
    value = budget.get(name)
    return float(value) if isinstance(value, int | float) else None


def _moment(budget: Json) -> datetime | None:
    try:
        return datetime.fromisoformat(text_of(budget, "timeSpendComputed"))
    except ValueError:
        return None


def _line(where: Where, one: Burn, rules: list[Json] | None) -> str:
    if one.spent is None:
        return (
            f"{_name(one)} ({_for(where, one)}): {one.amount:,.2f}; Oracle has not computed its spending yet"
        )
    parts = [f"{one.spent:,.2f} of {one.amount:,.2f} spent ({100 * one.used:.0f}%)"]
    parts += [f"{100 * one.gone:.0f}% of its month gone"] if one.gone else []
    parts += [f"used up {one.out:%a %d %b} at this speed"] if one.out and one.used < 1 else []
    parts += ["OVER its amount"] if one.used >= 1 else []
    parts += [f"Oracle forecasts {one.forecast:,.2f}"] if one.forecast is not None else []
    parts += ["no alert rule: nobody is told"] if rules == [] else []
    return f"{_name(one)} ({_for(where, one)}): {', '.join(parts)}"


def _name(one: Burn) -> str:
    return token(text_of(one.budget, "displayName"), "a budget with an unusual name")


def _for(where: Where, one: Burn) -> str:
    if one.budget.get("targetType") == "TAG":
        return "a cost tag"
    return where.tenancy.compartments.path(
        text_of(one.budget, "targetCompartmentId") or str((one.budget.get("targets") or [""])[0])
    )


def _cells(where: Where, one: Burn) -> tuple[str, ...]:
    out = "already" if one.used >= 1 else f"{one.out:%d %b}" if one.out else "not this period"
    figures = (money(value, "") if value is not None else "not known" for value in (one.amount, one.spent))
    forecast = money(one.forecast, "") if one.forecast is not None else "not known"
    return (_name(one), _for(where, one), *figures, f"{100 * one.used:.0f}%", forecast, out)


def _result(where: Where, burns: list[Burn], rules: dict[str, list[Json]], unseen: tuple[str, ...]) -> Result:
    over = sum(one.used >= 1 for one in burns)
    will = sum(one.worry >= 1 > one.used for one in burns)
    head = (
        f"{counted(len(burns), 'budget')}: {over} over, {will} more will be by Oracle's forecast."
        if burns
        else "I see no budget for these compartments."
    )
    lines = [_line(where, one, rules.get(text_of(one.budget, "id"))) for one in burns]
    return Result(
        data={"budgets": [_json(where, one, rules) for one in burns]},
        digest=digest([head, *proved(lines, PROVED)]),
        scope=where.scope("this period"),
        evidence=tuple(Evidence(f"oci:{text_of(one.budget, 'id')}#actualSpend", _name(one), f"{one.spent} of {one.amount}") for one in burns[:PROVED]),
        could_not_see=unseen,
        tables=(Table("Budgets", COLUMNS, tuple(_cells(where, one) for one in burns)),) if burns else (),
        untrusted=True,
    )  # fmt: skip


def _json(where: Where, one: Burn, rules: dict[str, list[Json]]) -> Json:
    ident = text_of(one.budget, "id")
    return {"id": ident, "name": text_of(one.budget, "displayName"), "for": _for(where, one), "amount": one.amount,
            "spent": one.spent, "forecast": one.forecast, "used": round(one.used, 4), "month_gone": round(one.gone, 4),
            "used_up": one.out.isoformat() if one.out else "",
            "alert_rules": len(rules[ident]) if ident in rules else None}  # fmt: skip


COST_BUDGETS = Tool(
    name="cost_budgets",
    summary="Budgets of Oracle Cloud: spent, used part, burn rate, when used up, Oracle's forecast, and whether anybody is alerted.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=("are we within budget?", "which budget will run out?", "burn rate of data-science"),
    cache_s=900,
    family="cost",
)
