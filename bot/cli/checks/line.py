"""One line of the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "off", "wrong"]


@dataclass(frozen=True, slots=True)
class Line:
    """`text` says what is, `todo` what to do about it. `off` is a part that nobody configured: fine, and said."""

    area: str
    state: State
    text: str
    todo: str = ""


def fine(area: str, text: str) -> Line:
    return Line(area, "ok", text)


def off(area: str, text: str) -> Line:
    return Line(area, "off", text)


def wrong(area: str, text: str, todo: str) -> Line:
    return Line(area, "wrong", text, todo)
