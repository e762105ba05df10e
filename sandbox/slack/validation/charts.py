"""Charts: pie, bar, line and area."""

from __future__ import annotations

from sandbox.slack.validation import limits
from sandbox.slack.validation.spot import Spot


def data_visualization(spot: Spot) -> None:
    if not spot.fields("title chart", "block_id"):
        return
    spot["title"].string(limits.CHART_TITLE)
    chart = spot["chart"]
    if not isinstance(chart.value, dict):
        chart.bad("must be an object")
    elif chart["type"].one_of("pie", "bar", "line", "area"):
        _pie(chart) if chart.kind == "pie" else _axes(chart)


def _pie(spot: Spot) -> None:
    if not spot.fields("segments"):
        return
    for each in spot["segments"].items(limits.CHART_SEGMENTS):
        if each.fields("label value"):
            each["label"].string(limits.CHART_LABEL)
            each["value"].number(0)


def _axes(spot: Spot) -> None:
    if not spot.fields("series axis_config"):
        return
    axis = spot["axis_config"]
    categories: list[object] = []
    if axis.fields("categories", "x_label y_label"):
        for each in axis["categories"].items(limits.CHART_POINTS):
            each.string(limits.CHART_LABEL)
            categories.append(each.value)
        if len({str(one) for one in categories}) < len(categories):
            axis["categories"].bad("must be unique")
    for name in ("x_label", "y_label"):
        for each in axis.get(name):
            each.string(limits.AXIS_LABEL, 0)
    names = []
    for each in spot["series"].items(limits.CHART_SERIES):
        _series(each, categories)
        names.append(str(each.value.get("name")) if isinstance(each.value, dict) else "")
    if len(set(names)) < len(names):
        spot["series"].bad("names must be unique")


def _series(spot: Spot, categories: list[object]) -> None:
    if not spot.fields("name data"):
        return
    spot["name"].string(limits.CHART_LABEL)
    points = spot["data"].items(limits.CHART_POINTS)
    if len(points) != len(categories):
        spot["data"].bad("must have one point for each of the categories")
    for each in points:
        if each.fields("label value"):
            each["value"].number(float("-inf"))
            if each["label"].value not in categories:
                each["label"].bad("must be one of the categories")
