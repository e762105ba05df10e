"""Weekly cost: this week against the one before, what stands out, where it leads to, and what would save money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from agents.digests.digest import Area, Fact
from agents.digests.reading import Reads, rows, whole
from tools.spec import Chart, Result, Series, Table

SERVICES: Final = 10
ZERO: Final = Decimal(0)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Costs:
    head: str
    areas: list[Area]
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()


async def cost(reads: Reads, owners: Mapping[str, str]) -> Costs:
    """`owners`: by compartment, who answers for it by the service map."""
    week, odd, ahead, budgets, idle, saved = await reads.all(
        ("cost_compare", {"unit": "week", "by": "service"}),
        ("cost_anomalies", {"days": 14}),
        ("cost_forecast", {}),
        ("cost_budgets", {}),
        ("cost_idle", {"limit": 50}),
        ("cost_savings", {"limit": 20}),
    )
    services = _services(week)
    areas = [
        Area("Services", tuple(_service(one, week) for one in services[:SERVICES]), read=week is not None, more="cost compare week"),
        Area("Anomalies", tuple(anomalies(odd)), read=odd is not None, whole=whole(odd), more="cost"),
        Area("Budgets", tuple(_budgets(budgets)), read=budgets is not None, whole=whole(budgets), more="budget"),
        Area("Would save money", tuple(_idle(idle, owners)), read=idle is not None, whole=whole(idle), more="cost idle"),
        Area("Saved by changes from here", tuple(_saved(saved)), read=saved is not None, whole=whole(saved), more="cost savings"),
    ]  # fmt: skip
    head = " ".join(filter(None, (_head(week), _forecast(ahead))))
    return Costs(head, areas, _chart(week, services), _table(week, services))


def number(value: object) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return ZERO
    return found if found.is_finite() else ZERO


def money(value: Decimal, currency: str) -> str:
    return f"{value:,.2f} {currency}".strip()


def change(now: Decimal, before: Decimal) -> str:
    if not before:
        return "nothing the week before" if now else "as the week before"
    percent = (now - before) * 100 / before
    return f"{percent:+.0f} %" if abs(percent) >= 1 else "as the week before"


def _currency(found: Result | None) -> str:
    return str(found.data.get("currency") or "") if found else ""


def _head(week: Result | None) -> str:
    if week is None:
        return "What this week cost could not be read."
    data = week.data
    now, before = number(data.get("total")), number(data.get("before"))
    span = f"{data.get('start')} to {data.get('end')}"
    return f"{money(now, _currency(week))} in the week {span}, {change(now, before)} (before: {money(before, _currency(week))})."


def _forecast(found: Result | None) -> str:
    if found is None:
        return "The forecast could not be read."
    own, oracle, currency = found.data.get("own"), found.data.get("oracle"), _currency(found)
    until = str(found.data.get("end", ""))
    said = []
    if isinstance(own, Mapping) and own.get("total") is not None:
        low, high = (money(number(own.get(name)), currency) for name in ("low", "high"))
        said.append(f"{money(number(own['total']), currency)} by our own estimate ({low} to {high})")
    if oracle is not None:
        said.append(f"{money(number(oracle), currency)} by Oracle's")
    return f"Forecast until {until}: {', '.join(said)}." if said else "There is no forecast yet."


def _services(week: Result | None) -> list[tuple[str, Decimal, Decimal]]:
    """Those that moved most first."""
    groups = week.data.get("groups") if week else None
    found = [
        (str(name), number(pair.get("now")), number(pair.get("before")))
        for name, pair in (groups.items() if isinstance(groups, Mapping) else ())
        if isinstance(pair, Mapping)
    ]
    return sorted(found, key=lambda one: (-abs(one[1] - one[2]), one[0]))


def _service(one: tuple[str, Decimal, Decimal], week: Result | None) -> Fact:
    name, now, before = one
    return Fact(name, f"{name}: {money(now, _currency(week))}, {change(now, before)}", lead="cost compare week")  # fmt: skip


def _chart(week: Result | None, services: Sequence[tuple[str, Decimal, Decimal]]) -> tuple[Chart, ...]:
    if week is None or not services:
        return ()
    biggest = sorted(services, key=lambda one: -max(one[1], one[2]))[:8]
    series = tuple(
        Series(name, tuple(float(one[at]) for one in biggest)) for name, at in (("this week", 1), ("week before", 2))
    )  # fmt: skip
    names = tuple(one[0] for one in biggest)
    said = ", ".join(f"{name} {now:,.0f}" for name, now, _ in biggest[:3])
    return (Chart("Cost by service", "bar", _currency(week), names, series, f"Most this week: {said} {_currency(week)}."),)  # fmt: skip


def _table(week: Result | None, services: Sequence[tuple[str, Decimal, Decimal]]) -> tuple[Table, ...]:
    rows_ = tuple((n, money(a, _currency(week)), money(b, _currency(week)), change(a, b)) for n, a, b in services[:20])  # fmt: skip
    return (Table("Cost by service", ("service", "this week", "week before", "change"), rows_, len(services)),) if rows_ else ()  # fmt: skip


def anomalies(found: Result | None) -> list[Fact]:
    own = [
        Fact(
            f"own/{one.get('service')}/{one.get('compartment')}/{one.get('start')}",
            f"{one.get('service')} in {one.get('compartment')}: {one.get('excess')} {_currency(found)} more than usual since {str(one.get('start'))[:10]}"
            f"{_of(one, 'resource', ', ')}{_of(one, 'made_by', ', made by ')}",
            lead="why did cost go up?",
        )
        for one in rows(found, "own")
    ]  # fmt: skip
    oracle = [
        Fact(f"oracle/{one.get('id')}", f"{one.get('costMonitorName')}: Oracle saw {one.get('costImpact')} more on {str(one.get('timeAnomalyEventDate'))[:10]}{_of(one, 'root', ', ')}")
        for one in rows(found, "oracle")
    ]  # fmt: skip
    return [*own, *oracle]


def _of(one: Row, key: str, before: str) -> str:
    return f"{before}{one[key]}" if one.get(key) else ""


def _budgets(found: Result | None) -> list[Fact]:
    """The state is a step, so that not every cent is a change."""
    facts = []
    for one in sorted(rows(found, "budgets"), key=lambda row: -float(row.get("used") or 0)):
        used, gone = float(one.get("used") or 0), float(one.get("month_gone") or 0)
        state = "used up" if used >= 1 else "ahead of the month" if used > gone else "within"
        out = f", used up on {str(one['used_up'])[:10]} at this rate" if one.get("used_up") else ""
        silent = ", nobody is alerted" if one.get("alert_rules") == 0 else ""
        text = f"{one.get('name')}: {used:.0%} of {one.get('amount')} used, {gone:.0%} of the month gone: {state}{out}{silent}"  # fmt: skip
        facts.append(Fact(str(one.get("id") or one.get("name")), text, state, lead="budget"))
    return facts


def _idle(found: Result | None, owners: Mapping[str, str]) -> list[Fact]:
    """The dearest first, with whoever answers for it."""
    known = sorted(rows(found, "things"), key=lambda one: -number(one.get("saves_a_month") or 0))
    facts = []
    for one in known:
        saves = one.get("saves_a_month")
        worth = f"{saves} {one.get('currency') or ''} a month" if saves is not None else "price unknown"
        owner = owners.get(str(one.get("compartment")), "")
        who = f", owner {owner}" if owner else ", no owner in the service map"
        text = f"{one.get('kind')} {one.get('name')} in {one.get('compartment')}: {worth}, {one.get('why')}{who}"  # fmt: skip
        facts.append(Fact(str(one.get("id")), text, lead=f"cost of {one.get('name')}" if saves else ""))
    return facts


def _saved(found: Result | None) -> list[Fact]:
    return [
        Fact(str(one.get("plan")), f"{one.get('title')}: {_worth(one)}, asked by {one.get('requester')}", f"ended by {one['ended_by']}" if one.get("ended_by") else "holds", lead=f"plans show {one.get('plan')}")
        for one in rows(found, "entries")
    ]  # fmt: skip


def _worth(one: Row) -> str:
    saving = one.get("saving") or {}
    amount = saving.get("a_month")
    return f"{amount} {saving.get('currency') or ''} a month" if amount is not None else "price unknown"
