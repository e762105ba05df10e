"""P14 and the list of 5,000 instances: what Oracle Cloud's big answers cost us, each read in a fresh process."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from scripts.benches.running import helper, once

INSTANCES, SERVICES, DAYS = 5_000, 40, 90
TIMES = 3


async def measure(root: Path, scale: float) -> dict[str, float]:
    root.mkdir()
    seeded = {
        "folder": str(root / "oci"),
        "instances": int(INSTANCES * max(scale, 0.2)),
        "services": SERVICES,
    }
    async with helper("tenancy", seeded, root / "oci.log") as tenancy:
        place = json.loads(tenancy.greeting)
        access = {"oci_config": place["config"], "oci_endpoints": f"*={place['url']}/{{region}}"}
        times = TIMES if scale >= 1 else 1
        listed = [await once("digest", access | INSTANCES_READ, root / "list.log") for _ in range(times)]
        costs = [await once("digest", access | COSTS_READ, root / "cost.log") for _ in range(times)]
    return {
        "instances": seeded["instances"],
        "instances_grown_mib": max(one["grown_mib"] for one in listed),
        "instances_cpu_s": _middle(listed, "cpu_s"),
        "cost_cpu_ms": round(_middle(costs, "cpu_s") * 1000, 1),
        "cost_wall_ms": round(_middle(costs, "wall_s") * 1000, 1),
        "cost_cached_ms": _middle(costs, "cached_ms"),
        "cost_characters": costs[0]["found"],
    }


def _middle(found: list[dict[str, float]], name: str) -> float:
    return statistics.median(one[name] for one in found)


# What comes first imports and opens what is needed once, and finds nothing or little.
INSTANCES_READ: dict[str, Any] = {
    "warm": ["oci_resources", {"kind": "vcn"}],
    "read": ["oci_resources", {"kind": "instance", "limit": 500}],
}
COSTS_READ: dict[str, Any] = {"warm": ["cost_summary", {"days": 2}], "read": ["cost_summary", {"days": DAYS}]}
