"""An order to run a runbook, by its name: "run the runbook surge-restart with service=checkout high=4 normal=3".

The words order what is between them and nothing else: a condition or a time beside it is asked about, never passed over.
Whether there is such a runbook, and whether its parameters fit, is found out when it is planned.
"""

from __future__ import annotations

import re

from agents.planner.reading import Reading
from agents.planner.route import Kind, Route
from agents.planner.speech import Act

RUNBOOK = "runbook"  # the action's name
_NAME = r"[\"'`]?(?P<{}>[a-z0-9][a-z0-9-]*)[\"'`]?"
_KINDLY = r"^(?:(?:please|now|then|so|and|okay|can you|could you|go ahead and|let us)[\s,]+)*"
_RUN = re.compile(
    rf"{_KINDLY}(?:run|execute|start|play|propose)\s+(?:the\s+|our\s+)?"
    rf"(?:runbook\s+{_NAME.format('after')}|{_NAME.format('before')}\s+runbook)(?![\w-])(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_PARAM = re.compile(r"(?P<key>[a-z][a-z0-9_]*)\s*=\s*[\"'`]?(?P<value>[\w.:/@-]*\w)[\"'`]?", re.IGNORECASE)
_DRY = re.compile(r"(?<!\S)(?:--?dry[- ]run|as a (?:dry run|rehearsal))(?!\S)", re.IGNORECASE)
_FILL = re.compile(r"\b(?:with|using|and|for|please|now|parameters?)\b|[\s,.!?:;]", re.IGNORECASE)


def order(reading: Reading) -> Route | None:
    """None for what is no such order."""
    match = _RUN.match(reading.raw.strip())
    if match is None or reading.speech.act is Act.FORBID:
        return None
    name, rest = (match["after"] or match["before"]).lower(), match["rest"]
    params = {found["key"]: found["value"] for found in _PARAM.finditer(rest)}
    given = " ".join(f"{key}={value}" for key, value in params.items())
    unread = _FILL.sub(" ", _PARAM.sub(" ", _DRY.sub(" ", rest))).strip()
    whole = f"run the runbook {name}" + (f" with {given}" if given else "")
    if unread:
        ask = f"I read an order to run {name}, and not what “{' '.join(unread.split())[:80]}” means there. Parameters are given as name=value."
        return Route(Kind.CLARIFY, confidence=0.6, ask=ask, options=(whole,))
    if _DRY.search(rest):
        ask = f"A dry run of {name} is a command: it plans every step and proposes nothing."
        return Route(
            Kind.CLARIFY, confidence=0.8, ask=ask, options=(f"runbooks show {name} {given}".strip(),)
        )
    args = {"name": name, "params": params}
    return Route(Kind.CHANGE, tool=RUNBOOK, args=args, tools=(RUNBOOK,), confidence=0.95)
