"""Charts as Slack's native `data_visualization` blocks, with the sentence that says the same."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.replies import limits
from bot.replies.blocks import Block, context
from bot.replies.text import Outbound, cut
from tools.spec import Chart, Series


def chart_blocks(charts: Iterable[Chart], out: Outbound) -> list[Block]:
    drawn = [chart for chart in charts if chart.series and chart.categories]  # Slack draws no empty frame
    shown = drawn[: limits.CHARTS_PER_MESSAGE]
    return [block for chart in shown for block in _one(thinned(chart), out)]


def _one(chart: Chart, out: Outbound) -> list[Block]:
    labels = _apart([out.plain(label, limits.CHART_LABEL).strip() or "-" for label in chart.categories])
    shown = chart.series[: limits.CHART_SERIES]
    names = _apart([out.plain(item.name, limits.CHART_LABEL).strip() or "value" for item in shown])
    series = [
        {
            "name": name,
            "data": [
                {"label": label, "value": value}
                for label, value in zip(labels, _values(item, len(labels)), strict=True)
            ],
        }
        for name, item in zip(names, shown, strict=True)
    ]
    visual: Block = {
        "type": "data_visualization",
        "title": cut(out.plain(chart.title), limits.CHART_TITLE).strip() or "Chart",
        "chart": {
            "type": chart.kind,
            "series": series,
            "axis_config": {"categories": labels, "y_label": out.plain(chart.unit, limits.CHART_TITLE)},
        },
    }
    return [visual, context(out.mrkdwn(chart.note))] if chart.note else [visual]


def _values(item: Series, count: int) -> list[float]:
    """One finite number a category: Slack takes neither more nor fewer."""
    padded = (*item.values, *[0.0] * count)[:count]
    return [value if math.isfinite(value) else 0.0 for value in padded]


def _apart(labels: Sequence[str]) -> list[str]:
    """Labels of which some are alike are numbered: Slack takes each once."""
    if len(set(labels)) == len(labels):
        return list(labels)
    return [f"{number} {label}"[: limits.CHART_LABEL].strip() for number, label in enumerate(labels, 1)]


def thinned(chart: Chart) -> Chart:
    """As many points as Slack draws: of a bar its neighbours together, of a line the highest of them. The note says so."""
    step = -(-len(chart.categories) // limits.CHART_POINTS)
    if step <= 1:
        return chart
    bar = chart.kind == "bar"
    how = f"each bar is {step} together" if bar else f"each point is the highest of {step}"
    note = f"{chart.note.rstrip('.')}; {how}" if chart.note else how.capitalize()
    merge = sum if bar else max
    series = tuple(
        replace(
            item,
            values=tuple(
                float(merge(item.values[at : at + step])) for at in range(0, len(item.values), step)
            ),
        )
        for item in chart.series
    )
    return replace(chart, categories=chart.categories[::step], series=series, note=note)
