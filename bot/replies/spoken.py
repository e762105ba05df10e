"""What a chart and a table say, in words: for those who hear a message, and for notifications."""

from __future__ import annotations

from collections.abc import Sequence

from bot.replies.text import Outbound, cut, escape
from tools.spec import Chart

SPOKEN = 2_500  # characters of a table


def chart_words(chart: Chart, out: Outbound) -> str:
    """Its title, what its lines are where there are several, and what they do."""
    title = chart.title.strip() or "Chart"
    told = chart.note or _course(chart)
    lines = f" ({', '.join(one.name for one in chart.series)})" if len(chart.series) > 1 else ""
    named = told.startswith(title) and not lines
    return out.mrkdwn(told if named else f"{title}{lines}: {told}", 600)


def _course(chart: Chart) -> str:
    """Of all lines together."""
    sums = [sum(values) for values in zip(*(one.values for one in chart.series), strict=False)]
    return f"from {sums[0]:,.4g} to {sums[-1]:,.4g} {chart.unit}".strip() if sums else "no values"


def table_words(head: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A line a row, each cell behind the name of its column. `head` is safe for mrkdwn; columns and cells are plain."""
    lines = ["; ".join(f"{name} {cell or '-'}" for name, cell in zip(columns, row, strict=False)) for row in rows]  # fmt: skip
    return cut("\n".join([head, *(f"{escape(line)}." for line in lines)]), SPOKEN)
