"""An answer as the person who asked likes it: how much of it, in whose time, and where their own scope was used."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agents.outcomes import Answer, Failure, Outcome
from agents.people import Own, Request
from agents.policy.models import ScopePart
from tools.spec import Table

EVIDENCE = {"short": 3, "full": 40}
NORMAL = 12
PARTS = ("service", "cluster", "namespace", "compartment")
DATED = re.compile(r"\b(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?: UTC\b|Z\b|\+00:00)")


def evidence_shown(own: Own) -> int:
    return EVIDENCE.get(own.verbosity, NORMAL)


def as_liked(outcome: Outcome, request: Request, channel: ScopePart) -> Outcome:
    """What others said, as a line of a log, keeps its own times: it is quoted."""
    own = request.own
    if own.zone:
        outcome = _in_zone(outcome, own.zone)
    if not isinstance(outcome, Answer):
        return outcome
    if own.verbosity == "short":
        outcome = _short(outcome)
    if channel == ScopePart() and (words := _own_scope(outcome, request)):
        note = f"Nothing else was named, so I looked at your own default: {words} (`settings me`)."
        outcome = replace(outcome, notes=(*outcome.notes, note))
    return outcome


def _short(answer: Answer) -> Answer:
    """What could not be seen stays: without it the rest would say more than was read."""
    left = [f"{len(answer.charts)} charts"] if answer.charts else []
    left += [f"{len(answer.ruled_out)} things ruled out"] if answer.ruled_out else []
    left += (
        [f"evidence beyond the first {EVIDENCE['short']}"] if len(answer.evidence) > EVIDENCE["short"] else []
    )
    note = (
        (f"Short, as you set it; left out: {', '.join(left)} (`settings me verbosity full`).",)
        if left
        else ()
    )
    return replace(answer, charts=(), ruled_out=(), notes=(*answer.notes, *note))


def _own_scope(answer: Answer, request: Request) -> str:
    """The parts of it that the answer stands on and that the person did not say themselves."""
    said = request.text.lower()
    used = [
        f"{name} {value}"
        for name in PARTS
        if (value := getattr(request.own.scope, name))
        and getattr(answer.scope, name) == value
        and value.lower() not in said
    ]
    return ", ".join(used)


def _in_zone(outcome: Outcome, name: str) -> Outcome:
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name that this machine does not know
        return outcome

    def local(text: str) -> str:
        return DATED.sub(lambda found: _moved(found, zone, name), text)

    if isinstance(outcome, Answer):
        return replace(
            outcome,
            text=local(outcome.text),
            ruled_out=tuple(map(local, outcome.ruled_out)),
            could_not_see=tuple(map(local, outcome.could_not_see)),
            notes=tuple(map(local, outcome.notes)),
            evidence=tuple(e if e.untrusted else replace(e, value=local(e.value)) for e in outcome.evidence),
            tables=tuple(_table(table, zone, name) for table in outcome.tables),
        )
    if isinstance(outcome, Failure):
        return replace(outcome, what=local(outcome.what), next_step=local(outcome.next_step))
    return replace(outcome, text=local(outcome.text))


def _table(table: Table, zone: ZoneInfo, name: str) -> Table:
    """Cells that are a time and nothing else: others may quote what a program wrote."""

    def cell(text: str) -> str:
        found = DATED.fullmatch(text)
        return _moved(found, zone, name) if found else text

    return replace(table, rows=tuple(tuple(map(cell, row)) for row in table.rows))


def _moved(found: re.Match[str], zone: ZoneInfo, name: str) -> str:
    try:
        at = datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC).astimezone(zone)
    except (ValueError, OverflowError):  # a day that is none
        return found[0]
    clock = "%H:%M:%S" if found[2].count(":") > 1 else "%H:%M"
    short = at.tzname() or ""
    return f"{at:%Y-%m-%d} {at.strftime(clock)} {short if short.isalpha() else name}"
