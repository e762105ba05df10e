"""Bars as a PNG for those who read mail: the same numbers stand in the text."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

WIDE, HIGH, EDGE, FOOT, HEAD = 600, 200, 16, 28, 24
INK, BAR, LINE = "#1d1c1d", "#1264a3", "#dddddd"
MOST = 24


def bars(counts: Sequence[tuple[str, int]]) -> bytes:
    """One bar a label, the newest last; no more than fit."""
    shown = list(counts)[-MOST:]
    image = Image.new("RGB", (WIDE, HIGH), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(12)
    top = max((count for _, count in shown), default=0) or 1
    step = (WIDE - 2 * EDGE) / max(1, len(shown))
    ground = HIGH - FOOT
    draw.line((EDGE, ground, WIDE - EDGE, ground), fill=LINE)
    every = max(1, round(50 / step))
    for number, (label, count) in enumerate(shown):
        left = EDGE + number * step
        height = (ground - HEAD) * count / top
        if count:
            draw.rectangle((left + 2, ground - height, left + step - 2, ground), fill=BAR)
            draw.text((left + step / 2, ground - height - 2), str(count), fill=INK, font=font, anchor="mb")
        if number % every == 0:
            draw.text((left + step / 2, ground + 6), label, fill=INK, font=font, anchor="mt")
    buffer = BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
