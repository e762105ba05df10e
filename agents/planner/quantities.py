"""Numbers that changes need: how many replicas, how much memory and CPU, which revision."""

from __future__ import annotations

import re
from collections.abc import Mapping

COUNT_WORDS = {
    "zero": 0, "none": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12,
}  # fmt: skip
_N = r"(?P<n>\d{1,4}|zero|none|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_UNIT = r"(?:replicas?|pods?|instances?|copies|copy|containers?)"
_REPLICAS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:to|at|=|with|only|just|exactly|have|run|want|need|wants|needs)\s*{_N}\s+{_UNIT}\b",
        rf"\b{_UNIT}\s*(?:count\s*)?(?:=|:|to|of|at|should be|must be|be)?\s*{_N}\b(?!\s*(?:m|g|%))",
        rf"\b(?:to|=|at)\s*{_N}\b(?!\s*(?:[mgk]i?b?\b|m\b|%|cpus?|cores?|:|\.\d|minutes?|hours?))",
        rf"\b{_N}\s+{_UNIT}\b",
        rf"\bscale\s+(?:up |down |out |in )?\S+\s+{_N}\b",
        rf"\breplicas={_N}\b",
    )
)
_RELATIVE = re.compile(
    rf"\b(?:by|add|remove|plus|minus|another|extra)\s+(?:\d+|{_N.replace('?P<n>', '?:')})\b|\b\d+\s+(?:more|fewer|less|extra|additional)\b|\b(?:double|triple|half|halve)\b"
)
_MEMORY = re.compile(
    r"(?<![\w.])(?P<n>\d+(?:\.\d+)?)\s?(?P<u>ki|mi|gi|ti|kib|mib|gib|kb|mb|gb|megs?|megabytes?|gigs?|gigabytes?|mebibytes?|gibibytes?|m|g)\b"
)
_CPU = re.compile(
    r"(?<![\w.])(?P<n>\d+(?:\.\d+)?)\s?(?P<u>m|millicores?|millicpus?|milli ?cpus?|v?cpus?|cores?)\b"
    r"|\bcpu\w*\s*(?:limits?|requests?)?\s*(?:to|=|:|of|at|up to|down to)\s*(?P<bare>\d+(?:\.\d+)?m?)(?![\w.]*(?:i|b)\b)"
)
_MEMORY_BARE = re.compile(
    r"\bmemory\w*\s*(?:limits?|requests?)?\s*(?:to|=|:|of|at)\s*(?P<n>\d+)\s*(?P<u>m|g|mi|gi|mb|gb)?\b"
)
_REVISION = re.compile(
    r"\b(?:revision|rev|version|rollout)\s*(?:number\s*|no\.?\s*|#)?(?P<n>\d{1,5})\b|#(?P<m>\d{1,5})\b"
)
_FROM = re.compile(
    r"\bfrom\s+\d+(?:\.\d+)?\s*[a-z]*\s+(?=(?:up |down )?to\b)"
)  # the value that is left behind
_UNITS: Mapping[str, str] = {"k": "Ki", "m": "Mi", "g": "Gi", "t": "Ti"}


def replicas(text: str) -> int | None:
    """The absolute number of replicas in lower-case text, or None. "two more" is not absolute."""
    if _RELATIVE.search(text):
        return None
    text = _FROM.sub("", text)
    for pattern in _REPLICAS:
        if match := pattern.search(text):
            word = match["n"]
            return COUNT_WORDS.get(word, 0) if word in COUNT_WORDS else int(word)
    if re.search(r"\bscale\b.*\b(?:to zero|down to nothing)\b", text):
        return 0
    return None


def is_relative(text: str) -> bool:
    return bool(_RELATIVE.search(text))


def memory(text: str) -> str:
    """A Kubernetes quantity such as `64Mi`. Megabytes are read as mebibytes, which is what people mean here."""
    text = _FROM.sub("", text)
    for match in _MEMORY.finditer(text):
        if match["u"] == "m" and not _about_memory(text, match):
            continue  # 500m is CPU unless the words say memory
        return _number(match["n"]) + _UNITS[match["u"][0]]
    return ""


def _about_memory(text: str, match: re.Match[str]) -> bool:
    near = text[max(0, match.start() - 24) : match.start()]
    return "memory" in near and "cpu" not in near.rsplit("memory", 1)[1]


def cpu(text: str) -> str:
    """A Kubernetes CPU quantity such as `500m` or `0.5`."""
    text = _FROM.sub("", text)
    for match in _CPU.finditer(text):
        if match["bare"]:
            return match["bare"]
        unit = match["u"]
        if unit.startswith("m"):
            if unit == "m" and _about_memory(text, match):
                continue
            return f"{_number(match['n'])}m"
        return _number(match["n"])
    return ""


def revision(text: str) -> int | None:
    match = _REVISION.search(text)
    return int(match["n"] or match["m"]) if match else None


def _number(text: str) -> str:
    value = float(text)
    return str(int(value)) if value == int(value) else text
