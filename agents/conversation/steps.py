"""What the status line says while a tool runs: the real step, in words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from agents.outcomes import Progress

_STEPS = {
    "k8s_unhealthy": "is looking for unhealthy workloads",
    "k8s_diagnose": "is diagnosing",
    "k8s_logs": "is reading logs of",
    "k8s_events": "is reading events of",
    "k8s_rollouts": "is comparing rollouts of",
    "k8s_usage": "is measuring usage of",
    "k8s_who_can": "is asking who may do that",
    "iam_who_can": "is reading policies of Oracle Cloud",
    "k8s_resources": "is listing objects",
    "ops_service": "is reading the service map for",
    "ops_changes": "is reading the record of our own changes",
    "prom_query": "is asking Prometheus about",
    "find_tools": "is looking for a tool",
    "propose_change": "is preparing a plan",
}


def step(tool: str, args: Mapping[str, Any]) -> str:
    words = _STEPS.get(tool, f"is running {tool}")
    name = str(args.get("service") or args.get("name") or args.get("namespace") or "")
    needs_name = words.endswith((" of", " for", " about", "diagnosing"))
    if needs_name:
        return f"{words} {name or 'the namespace'}…"
    return f"{words}…"


@dataclass
class Told:
    """`well` is set by who did it, where nothing was raised and it is no success all the same."""

    well: bool = True


@asynccontextmanager
async def told(progress: Progress, words: str) -> AsyncIterator[Told]:
    """Around what the words name: people see it begin, and how it ended."""
    await progress.step(words)
    found, through = Told(), False
    try:
        yield found
        through = True
    finally:
        await progress.ended(words, well=through and found.well)
