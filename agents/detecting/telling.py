"""A detector's alert, as the desk reads it, and its state in words."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from agents.detecting.state import State
from agents.policy.detecting import DetectorPart

SHORTLY = "%a %d %b %H:%M UTC"


def spec_of(part: DetectorPart) -> str:
    """Another one for another meaning: what was found by the old is over, and nothing of it holds for the new."""
    said = part.model_dump_json(exclude={"channel", "severity", "every", "enabled"})
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def labels_of(part: DetectorPart) -> dict[str, str]:
    found = {
        "detector": part.name, "service": part.service, "resource": part.resource, "metric": part.metric,
        "metric_namespace": part.namespace, "stat": part.stat, "region": part.region,
    }  # fmt: skip
    return {key: text for key, text in found.items() if text}


def payload(name: str, labels: dict[str, str], severity: str, state: State, *, over: bool) -> dict[str, Any]:
    """`state` is that which fires, also for its end."""
    return {
        "name": f"{name} is unusual",
        "status": "resolved" if over else "firing",
        "severity": severity,
        "labels": labels,
        "text": state.text,
        "began": state.since.isoformat() if state.since else None,
    }


def what_of(part: DetectorPart) -> str:
    """`max CpuUtilization of checkout's instances`."""
    stat = "" if part.stat == "mean" else f"{part.stat} "
    if part.service:
        whose = f"{part.kind}s of {part.service}" if part.kind == "instance" else f"{part.kind} of {part.service}"  # fmt: skip
    elif part.resource:
        whose = f"{part.kind} {part.resource}"
    else:
        whose = f"{part.kind}s in {part.compartment}"
    side = "" if part.direction == "both" else f", {part.direction} alone"
    return f"{stat}{part.metric} of {whose}{side}"


def how(state: State, seen_at: datetime | None) -> str:
    """One of: could not look since, firing since, not looked yet, muted until, watching."""
    if state.trouble:
        since = f"{state.trouble_since:{SHORTLY}}" if state.trouble_since else "the last look"
        fires = f"; fired since {state.since:{SHORTLY}} then" if state.since else ""
        return f"could not look since {since}: {state.trouble}{fires}"
    if state.since is not None:
        return f"firing since {state.since:{SHORTLY}}"
    if seen_at is None:
        return "not looked yet"
    if state.muted_until is not None:
        return f"muted until {state.muted_until:{SHORTLY}}, when there are 14 days of baseline"
    return "watching"
