"""Metrics: which there are, and what a query of them gives."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import bad_parameter
from sandbox.oci.metrics.evaluate import Grid, Stream, evaluate
from sandbox.oci.metrics.mql import Tree, metrics, read, span
from sandbox.oci.metrics.series import Series, all_series
from sandbox.oci.services import alarm_writes, alarms
from sandbox.oci.services.reach import compartments, series_of
from sandbox.oci.tenancy.records import Json
from sandbox.oci.times import DAY, HOUR, given, stamp

USUAL_S: Final = 3 * HOUR
MOST_POINTS: Final = 100_000
REACH: Final = (
    (HOUR, 90 * DAY),
    (300.0, 30 * DAY),
    (60.0, 7 * DAY),
)  # an interval, how long a time it covers


def _list(call: Call) -> Answer:
    """Metrics of one compartment, filtered; with `groupBy` what is left of them is shown once."""
    places, body = compartments(call), call.body
    found = [one for one in all_series(call.tenancy) if one.compartment in places and _wanted(one, body)]
    if body.get("groupBy"):
        unique = {tuple(sorted(_grouped(one, body["groupBy"]).items())): one for one in found}
        return Answer([_as_metric(dict(key)) for key in sorted(unique)])
    return Answer([_metric(one) for one in found])


def _wanted(one: Series, body: Json) -> bool:
    filters = body.get("dimensionFilters") or {}
    return (
        body.get("namespace") in {None, one.namespace}
        and body.get("name") in {None, one.name}
        and all(one.dimensions.get(key) == value for key, value in filters.items())
    )


def _metric(one: Series) -> Json:
    about = {"namespace": one.namespace, "name": one.name, "compartmentId": one.compartment}
    return about | {"dimensions": dict(one.dimensions)}


def _grouped(one: Series, names: list[str]) -> dict[str, str]:
    own = {"namespace": one.namespace, "name": one.name, "compartmentId": one.compartment}
    everything = own | dict(one.dimensions)
    return {name: everything[name] for name in names if name in everything}


def _as_metric(parts: dict[str, str]) -> Json:
    own = {key: parts.pop(key) for key in ("namespace", "name", "compartmentId") if key in parts}
    return own | ({"dimensions": parts} if parts else {})


def _summarize(call: Call) -> Answer:
    places, body = compartments(call), call.body
    tree = read(body["query"])
    grid = _grid(call, tree)
    found = evaluate(tree, series_of(call, body["namespace"], places), grid)
    if sum(len(one.values) for one in found) > MOST_POINTS:
        raise bad_parameter(
            f"The query gives more than {MOST_POINTS} points: ask for less time or a longer interval"
        )
    return Answer([_data(one, body.get("resolution")) for one in found])


def _grid(call: Call, tree: Tree) -> Grid:
    body = call.body
    end = given("endTime", body["endTime"]) if body.get("endTime") else call.now
    start = given("startTime", body["startTime"]) if body.get("startTime") else end - USUAL_S
    interval = min(one.interval for one in metrics(tree))
    step = span(body["resolution"]) if body.get("resolution") else interval
    if start >= end:
        raise bad_parameter("startTime must be before endTime")
    if step > interval:
        raise bad_parameter("resolution must not be more than the interval of the query")
    longest = next(most for least, most in REACH if interval >= least)
    if end - start > longest:
        raise bad_parameter(f"An interval of {interval:.0f} s reaches over {longest / DAY:.0f} days at most")
    return Grid.between(start, min(end, call.now), step)


def _data(one: Stream, resolution: str | None) -> Json:
    points = [{"timestamp": stamp(at), "value": value} for at, value in sorted(one.values.items())]
    return {
        "namespace": one.of.namespace,
        "name": one.of.name,
        "compartmentId": one.of.compartment,
        "dimensions": dict(one.dimensions),
        "metadata": {"displayName": one.of.name, "unit": one.of.wave.unit},
        "resolution": resolution,
        "resourceGroup": None,
        "aggregatedDatapoints": points,
    }


TABLE: Final[Table] = (
    {"list_metrics": _list, "summarize_metrics_data": _summarize} | alarms.TABLE | alarm_writes.TABLE
)
