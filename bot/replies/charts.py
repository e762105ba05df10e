"""Charts as Slack's native `data_visualization` blocks, with the sentence that says the same."""

from __future__ import annotations

from collections.abc import Iterable

from bot.replies import limits
from bot.replies.blocks import Block, context
from bot.replies.text import Outbound, cut
from tools.spec import Chart


def chart_blocks(charts: Iterable[Chart], out: Outbound) -> list[Block]:
    shown = list(charts)[: limits.CHARTS_PER_MESSAGE]
    return [block for chart in shown for block in _one(chart, out)]


def _one(chart: Chart, out: Outbound) -> list[Block]:
    labels = [cut(label, limits.CHART_LABEL) for label in chart.categories]
    series = [
        {
            "name": out.plain(item.name, limits.CHART_LABEL),
            "data": [
                {"label": label, "value": value} for label, value in zip(labels, item.values, strict=False)
            ],
        }
        for item in chart.series[: limits.CHART_SERIES]
    ]
    visual: Block = {
        "type": "data_visualization",
        "title": cut(out.plain(chart.title), limits.CHART_TITLE),
        "chart": {
            "type": chart.kind,
            "series": series,
            "axis_config": {"categories": labels, "y_label": cut(chart.unit, limits.CHART_TITLE)},
        },
    }
    return [visual, context(out.mrkdwn(chart.note))] if chart.note else [visual]
