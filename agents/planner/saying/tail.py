"""What follows an order: where, why, politeness. Whatever is none of these is handed back, never dropped."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from agents.planner.names import Catalog
from agents.planner.saying.values import is_no_name, unquoted

_NAME = r"[\"'“]?(?P<name>[\w][\w./:-]*[\w]|\w)[\"'”]?"
_IN = r"(?:in|inside|within|on|of|from|at|for)"
_PLACES = {
    "namespace": (rf"(?:{_IN}\s+)?(?:the\s+)?(?:namespace|ns)[\s:=]+{_NAME}", rf"{_IN}\s+(?:the\s+)?{_NAME}\s+namespace", rf"(?:-n|--namespace)[\s=]{_NAME}"),
    "cluster": (rf"(?:{_IN}\s+)?(?:the\s+)?(?:cluster|context)[\s:=]+{_NAME}", rf"{_IN}\s+(?:the\s+)?{_NAME}\s+cluster", rf"(?:-c|--cluster|--context)[\s=]{_NAME}"),
    "compartment": (rf"(?:{_IN}\s+)?(?:the\s+)?compartment[\s:=]+{_NAME}", rf"{_IN}\s+(?:the\s+)?{_NAME}\s+compartment", rf"--compartment[\s=]{_NAME}"),
    "region": (rf"(?:{_IN}\s+)?(?:the\s+)?(?:region[\s:=]+)?(?P<name>[a-z]{{2}}-[a-z]+-\d)", rf"--region[\s=]{_NAME}"),
    "container": (rf"(?:{_IN}\s+)?(?:the\s+)?container[\s:=]+{_NAME}", rf"{_IN}\s+(?:the\s+)?{_NAME}\s+container"),
    "service": (rf"{_IN}\s+(?:the\s+)?service\s+{_NAME}", rf"{_IN}\s+(?:the\s+)?{_NAME}\s+service"),
}  # fmt: skip
_TAKEN = {
    key: tuple(re.compile(rf"\s*{p}(?=$|[\s,;.!?])", re.IGNORECASE) for p in patterns)
    for key, patterns in _PLACES.items()
}
_BARE = re.compile(rf"\s*{_IN}\s+(?:the\s+|our\s+)?{_NAME}(?=$|[\s,;.!?])", re.IGNORECASE)
_KINDLY = re.compile(
    r"[\s,]*(?:please|pls|now|right\s+(?:now|away)|asap|immediately|at\s+once|quickly|for\s+(?:me|us)|thanks?(?:\s+you)?|thx|again|too|as\s+well|then(?=[\s.!?]*$)|will\s+you|would\s+you|can\s+you|okay|ok)\b",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"[\s,;(-]*\b(?:because|cause|since|as\s+(?!soon|long|if\b|far)|so\s+that|due\s+to|given\s+that|reason\s*:|for\s+(?=(?:maintenance|the\s+(?:maintenance|upgrade|incident|night|test))\b)|to\s+(?:fix|stop|reduce|get|free|save|make|avoid|mitigate|relieve|clear|let|allow|test|rule|recover|help)\b)",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:if|unless|until|only\s+when|except|but\s+not|as\s+soon)\b", re.IGNORECASE)
_NEXT = re.compile(
    r"\s*(?:[,;]\s*(?:and\s+|then\s+|also\s+)*|[.!?]+\s+(?:and\s+|then\s+|also\s+)*|(?:and|then|also|plus)\s+(?:then\s+|also\s+)?)(?=\S)",
    re.IGNORECASE,
)
_END = re.compile(r"[\s.!?,;)]*$")


@dataclass(frozen=True, slots=True)
class Tail:
    """`places` by argument; `more` is a clause of its own, `unread` are words that would change the order."""

    places: dict[str, str] = field(default_factory=dict)
    more: str = ""
    unread: str = ""


def read_tail(text: str, takes: Collection[str], catalog: Catalog) -> Tail:
    places: dict[str, str] = {}
    while text:
        if _END.fullmatch(text):
            return Tail(places)
        if match := _KINDLY.match(text):
            text = text[match.end() :]
            continue
        if (match := _WHY.match(text)) and not _CONDITION.search(text):
            return Tail(places)
        found = _named(text, takes, places) or _bare(text, takes, places, catalog)
        if found is None:
            break
        key, name, text = found
        places[key] = name
    if match := _NEXT.match(text):
        return Tail(places, more=text[match.end() :].strip())
    return Tail(places, unread=text.strip())


def _named(text: str, takes: Collection[str], places: dict[str, str]) -> tuple[str, str, str] | None:
    """A place that is called one: "in namespace shop"."""
    for key, patterns in _TAKEN.items():
        if key not in takes or key in places:
            continue
        for pattern in patterns:
            if (match := pattern.match(text)) and not is_no_name(match["name"]):
                return key, unquoted(match["name"]), text[match.end() :]
    return None


def _bare(
    text: str, takes: Collection[str], places: dict[str, str], catalog: Catalog
) -> tuple[str, str, str] | None:
    """A place that is only named: "in shop". It is what is known by that name, else a namespace or a compartment."""
    match = _BARE.match(text)
    if match is None or is_no_name(match["name"]) or match["name"][0].isdigit():
        return None
    name = match["name"]
    known = [item.sort for item in catalog.find(name, "service", "namespace", "cluster")]
    kinds = ("service", "namespace", "cluster") if _of(match.group()) else ("namespace", "cluster", "service")
    key = next((kind for kind in kinds if kind in known and kind in takes), "")
    key = key or next((kind for kind in ("namespace", "compartment") if kind in takes), "")
    if not key or key in places:
        return None
    return key, name.lower() if key == "namespace" else name, text[match.end() :]


def _of(words: str) -> bool:
    return re.match(r"\s*(?:of|for)\b", words, re.IGNORECASE) is not None
