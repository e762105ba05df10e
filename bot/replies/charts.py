"""Charts as Slack's native `data_visualization` blocks, with the sentence that says the same."""

from __future__ import annotations

from collections.abc import Iterable

from bot.replies import limits
from bot.replies.blocks import Block, context
from bot.replies.text import Outbound, cut
from tools.spec import Chart


def chart_blocks(charts: Iterable[Chart], out: Outbound) -> list[Block]:
    drawn = [chart for chart in charts if chart.series and chart.categories]  # Slack draws no empty frame
    shown = drawn[: limits.CHARTS_PER_MESSAGE]
    return [block for chart in shown for block in _one(chart, out)]


def _one(chart: Chart, out: Outbound) -> list[Block]:
    labels = [out.plain(label, limits.CHART_LABEL) or "-" for label in chart.categories]
    series = [
        {
            "name": out.plain(item.name, limits.CHART_LABEL).strip() or "value",
            "data": [
                {"label": label, "value": value} for label, value in zip(labels, item.values, strict=False)
            ],
        }
        for item in chart.series[: limits.CHART_SERIES]
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
