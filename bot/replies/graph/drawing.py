"""The laid out picture as a PNG. Blocking: for a thread."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from bot.replies.graph.layout import LINE, PAD, Layout, Placed

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
SIZE = 16
FACES: Final = (
    "DejaVuSans.ttf",
    "LiberationSans-Regular.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "Arial.ttf",
)  # where the system has them
NOWHERE = "\U000fffff"  # no font has a sign for it
TONES: Final = {  # fill, frame: told apart without their colours by the word in the box and the width of the frame
    "critical": ("#fbe3e1", "#9c1c13"),
    "high": ("#fdeedd", "#a34a00"),
    "medium": ("#fdf7d9", "#7a6200"),
    "low": ("#eef3f8", "#44607d"),
    "none": ("#f4f5f6", "#5d6670"),
}
INK, PAPER, FAINT = "#1b1f24", "#ffffff", "#57606a"
WIDTHS: Final = {"critical": 4, "high": 3}


@dataclass
class Fonts:
    """The system's faces and Pillow's own, which is always there and knows plain letters only."""

    faces: list[Font] = field(default_factory=list)
    _known: dict[tuple[int, str], bool] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Fonts:
        found: list[Font] = []
        for name in FACES:
            try:
                found.append(ImageFont.truetype(name, SIZE))
            except OSError:  # this system has none of it
                continue
        return cls([*found, ImageFont.load_default(SIZE)])

    def of(self, text: str) -> Font | None:
        """A face that has every sign of the text; None where there is none."""
        return next((face for at, face in enumerate(self.faces) if all(self._has(at, sign) for sign in text)), None)  # fmt: skip

    def measure(self, text: str) -> float:
        return float((self.of(text) or self.faces[0]).getlength(text))

    def _has(self, at: int, sign: str) -> bool:
        if sign.isspace() or sign == "\u2060":
            return True
        if (at, sign) not in self._known:
            face = self.faces[at]
            self._known[at, sign] = bytes(face.getmask(sign)) != bytes(face.getmask(NOWHERE))
        return self._known[at, sign]


def png_of(layout: Layout, fonts: Fonts) -> bytes:
    image = Image.new("RGB", (layout.width, layout.height), PAPER)
    draw = ImageDraw.Draw(image)

    def write(x: int, y: int, text: str, ink: str = INK) -> None:
        draw.text((x, y), text, fill=ink, font=fonts.of(text) or fonts.faces[0])

    write(layout.heads[0][0], 24, layout.title)
    for x, head in layout.heads:
        write(x, 72, head, FAINT)
    for start, end, risk in sorted(layout.lines, key=lambda line: line[2] in WIDTHS):
        _line(draw, layout.boxes[start], layout.boxes[end], risk)
    for box in layout.boxes:
        _box(draw, box, write)
    write(layout.heads[0][0], layout.height - 44, layout.note, FAINT)
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _line(draw: ImageDraw.ImageDraw, start: Placed, end: Placed, risk: str) -> None:
    y1, y2 = (start.top + start.bottom) // 2, (end.top + end.bottom) // 2
    middle = (start.right + end.left) // 2
    points = [(start.right, y1), (middle - 20, y1), (middle + 20, y2), (end.left, y2)]
    draw.line(points, fill=TONES[risk][1], width=WIDTHS.get(risk, 2), joint="curve")


def _box(draw: ImageDraw.ImageDraw, box: Placed, write: Callable[..., None]) -> None:
    fill, frame = TONES[box.risk]
    corners = (box.left, box.top, box.right, box.bottom)
    if box.several:
        draw.rounded_rectangle(tuple(at + 5 for at in corners), 8, fill=PAPER, outline=frame, width=1)
    draw.rounded_rectangle(corners, 8, fill=fill, outline=frame, width=WIDTHS.get(box.risk, 1))
    y = box.top + PAD - 1
    if box.bottom - box.top > 2 * PAD + LINE * len(box.lines):
        write(box.left + PAD, y, box.risk.upper(), frame)
        y += LINE
    for line in box.lines:
        write(box.left + PAD, y, line)
        y += LINE
