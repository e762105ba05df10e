"""A question about a name that no service has: the same words, read as those about an instance of that name."""

from __future__ import annotations

import re
from dataclasses import replace

from agents.planner.cloud import about_cloud
from agents.planner.reading import Reading, read
from agents.planner.route import Kind, Route, Topic

_ASKED = re.compile(r"\b(?:cpu|memory|gpu)\b|\bwho (?:has |have |last )*\w+ed\b")
_NAMELIKE = re.compile(r"[-_.\d]")


def otherwise(reading: Reading, found: Route) -> Route:
    """`found` with what else the words may ask. People say the name alone, and the service map knows no instances."""
    if reading.found.known or len(reading.found.services) != 1:
        return found
    name = reading.found.services[0]
    if not _ASKED.search(reading.norm):
        return found
    if found.kind in {Kind.TOOL, Kind.PLAYBOOK} and found.args.get("service") == name:
        other = _as_instance(reading, name)
        return replace(found, otherwise=other) if other else found
    nothing = found.kind is Kind.NONE and found.topic is Topic.OUTSIDE
    if nothing and _NAMELIKE.search(name):
        return _as_instance(reading, name) or found
    return found


def _as_instance(reading: Reading, name: str) -> Route | None:
    word = rf"(?<![\w./-]){re.escape(name)}(?![\w/-])"
    said = re.sub(word, lambda match: f"instance {match[0]}", reading.raw, count=1, flags=re.IGNORECASE)
    found = about_cloud(read(said, reading.context))
    return found if found is not None and found.kind is Kind.TOOL and found.tool.startswith("oci_") else None
