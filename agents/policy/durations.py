"""Durations as people write them in the policy: `5s`, `15m`, `64h`, `2d`."""

from __future__ import annotations

import re
from datetime import timedelta

FORM = re.compile(r"([1-9][0-9]{0,5})([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(text: str) -> timedelta:
    """Raises ValueError for anything but a whole positive number and one unit."""
    found = FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no duration; write for example 15m, 5s, 64h or 2d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})
