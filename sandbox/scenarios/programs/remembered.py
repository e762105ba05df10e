"""Monitoring's memory on disk, so that a world that is started again has a past."""

import json
from pathlib import Path
from typing import Any, Final

from sandbox.prometheus.series import NAME
from sandbox.scenarios.programs.running import Programs

SPAN_S: Final = 3900.0


def memory_of(programs: Programs) -> dict[str, Any]:
    """What is kept; the last hour is enough for every chart. For the thread that records: series change meanwhile."""
    memory = programs.memory
    ends = [series.times[-1] for name in memory.names() for series in memory.named(name) if series.times]
    since = max(ends, default=0.0) - SPAN_S
    kept = []
    for name in memory.names():
        for series in memory.named(name):
            points = series.between(since, float("inf"))
            labels = {key: text for key, text in series.labels.items() if key != NAME}
            if points:
                kept.append({"name": name, "labels": labels, "points": points})
    return {"series": kept, "journals": programs.journals.kept()}


def write(body: dict[str, Any], path: Path) -> None:
    """In one step: a reader finds the old file or the new one. One writer at a time."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(body, separators=(",", ":")), encoding="utf-8")
    fresh.replace(path)


def recall(programs: Programs, path: Path) -> None:
    """What can be read of it; without it monitoring begins anew."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for series in body["series"]:
        for at, value in series["points"]:
            programs.memory.record(series["name"], at, value, **series["labels"])
    programs.journals.restore(body["journals"])
