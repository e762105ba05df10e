"""`watch <thing> for <time>` read: which thing, by which kind, how long. Never a guess: what fits nothing is asked back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

USUAL: Final = timedelta(minutes=30)
LEAST: Final = timedelta(minutes=2)
MOST: Final = timedelta(hours=24)
KINDS: Final = ("service", "workload", "instance", "alarm", "metric", "query")
_UNITS: Final = {"s": 1 / 60, "m": 1, "h": 60, "d": 1_440, "w": 10_080, "mo": 43_200}  # minutes
_FOR: Final = re.compile(
    r"(?:^|\s+)(?:for|during|over|in)\s+(?:the\s+next\s+)?(?P<number>\d{1,4}|an?|half\s+an)\s*"
    r"(?P<unit>s|secs?|seconds?|m|min|mins|minutes?|h|hours?|hrs?|d|days?|w|weeks?|months?)\s*[.!?]?$",
    re.IGNORECASE,
)
_KIND: Final = re.compile(r"^(?:the\s+|our\s+)?(?P<kind>service|workload|deployment|instance|vm|alarm|alert|metric|query)\s+(?P<rest>.+)$", re.IGNORECASE)  # fmt: skip
_ALSO: Final = {"deployment": "workload", "vm": "instance", "alert": "alarm"}
_OF: Final = re.compile(r"^(?P<metric>[\w.]+)\s+(?:of|on|for)\s+(?:the\s+)?(?P<of>.+)$", re.IGNORECASE)
_BARE: Final = re.compile(r"^(?:the|our)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """`kind` is empty where none was named; `metric` is set for a metric, and `what` is then what it is of."""

    what: str
    lasts: timedelta = USUAL
    kind: str = ""
    metric: str = ""


def wished(text: str) -> Wish:
    """Raises ValueError, in words for whoever asked."""
    text = " ".join(text.split())
    lasts = USUAL
    if found := _FOR.search(text):
        lasts = _lasts(found)
        text = text[: found.start()]
    if not LEAST <= lasts <= MOST:
        raise ValueError("a watch lasts from 2 minutes to 24 hours")
    kind = ""
    if named := _KIND.match(text):
        kind, text = named["kind"].lower(), named["rest"]
    kind = _ALSO.get(kind, kind)
    text = _BARE.sub("", text) if kind != "query" else text
    if not text:
        raise ValueError("say what to watch")
    if kind in {"", "metric"} and (of := _OF.match(text)):
        return Wish(of["of"], lasts, "metric", of["metric"])
    return Wish("", lasts, "metric", text) if kind == "metric" else Wish(text, lasts, kind)


def _lasts(found: re.Match[str]) -> timedelta:
    number, named = found["number"].lower(), found["unit"].lower()
    unit = _UNITS["mo" if named.startswith("mo") else named[0]]
    if number.startswith("half"):
        return timedelta(minutes=unit / 2)
    return timedelta(minutes=unit * (1 if number in {"a", "an"} else int(number)))


def length(lasts: timedelta) -> str:
    """`30m`, `2h`."""
    minutes = round(lasts.total_seconds() / 60)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
