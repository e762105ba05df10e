"""The change that would quiet an incident's alert: as a proposal, and as the words by which a person asks for it."""

from __future__ import annotations

import re
from typing import Any, Final

from agents.triage.correlate import Incident, Seen

SILENCE_FOR: Final = "1h"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,119}")  # a name that cannot say anything else in a sentence


def silencing(incident: Incident) -> tuple[str, dict[str, Any]]:
    """The change that silences what fires first; empty where the alert does not say enough for one."""
    firing = [one for one in incident.seen.values() if one.firing]
    return silencing_of(min(firing or incident.seen.values(), key=lambda one: one.first))


def silencing_of(first: Seen) -> tuple[str, dict[str, Any]]:
    labels, subject = first.alert.labels, first.subject
    if first.alert.source == "oci":
        return "alarm_suppress", {"resource": labels.get("alarm") or first.alert.name, "lasts": SILENCE_FOR}
    if not subject.namespace:
        return "", {}
    where = {"namespace": subject.namespace} | ({"cluster": subject.cluster} if subject.cluster else {})
    return "silence_create", {"alert": first.alert.name, "lasts": SILENCE_FOR, **where}


def words_of(seen: Seen, lasts: str) -> str:
    """What a person types to have it proposed; empty where its names would not stand in a sentence as they are."""
    action, args = silencing_of(seen)
    names = [str(args[key]) for key in ("resource", "alert", "namespace") if key in args]
    if not action or not all(_PLAIN.fullmatch(name) for name in names):
        return ""
    if action == "alarm_suppress":
        return f"suppress alarm {names[0]} for {lasts}"
    return f"silence alert {names[0]} in namespace {names[1]} for {lasts}"
