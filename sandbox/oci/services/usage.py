"""The usage API: cost and usage by whatever is asked, forecast included. Only of the whole tenancy."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.costs.asking import read
from sandbox.oci.costs.lines import lines
from sandbox.oci.costs.rows import Totals
from sandbox.oci.errors import bad_parameter, hidden
from sandbox.oci.times import given

AT_ONCE: Final = 10_000
KNOWN: Final = frozenset({"COST", "USAGE"})


def _summarized(call: Call) -> Answer:
    body, tenancy = call.body, call.tenancy
    if body["tenantId"] != tenancy.root:
        raise hidden()
    call.need(tenancy.root)
    asked = read(body)
    kind = body.get("queryType", "COST")
    if kind not in KNOWN:
        raise bad_parameter(f"queryType {kind} has no data on this machine")
    totals = Totals(tenancy, lines(tenancy), asked, body.get("filter"))
    items = list(totals.rows())
    forecast = body.get("forecast")
    if forecast:
        start = given("timeForecastStarted", forecast.get("timeForecastStarted") or body["timeUsageEnded"])
        items += totals.forecast(start, given("timeForecastEnded", forecast["timeForecastEnded"]))
    return Answer({"groupBy": list(asked.group_by), "items": items}, page_size=AT_ONCE)


TABLE: Final[Table] = {"request_summarized_usages": _summarized}
