"""Series of Oracle's Monitoring, asked in its query language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tools.metrics.prometheus import Sample
from tools.oracle.parts import Parts
from tools.oracle.subtree import WHOLE, across, of_region
from tools.oracle.where import Where, text_of
from tools.spec import Json

STEPS = (
    ("1m", timedelta(minutes=1)),
    ("5m", timedelta(minutes=5)),
    ("1h", timedelta(hours=1)),
    ("1d", timedelta(days=1)),
)
POINTS = 200  # of a course, about
NAMES = ("resourceDisplayName", "backendSetName")  # dimensions that people know a resource by
UNITS = {"Utilization": "%", "Bytes": "bytes"}


@dataclass(frozen=True, slots=True)
class Stream(Sample):
    """A sample named after its resource, with the OCIDs of both that it is from; empty where Monitoring left them out."""

    resource: str = ""
    compartment: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One metric of one namespace, of one compartment and everything that is asked with it."""

    namespace: str
    query: str
    start: datetime
    end: datetime


def interval(span: timedelta) -> str:
    """The coarsest of Monitoring's intervals that still gives a course."""
    return next((name for name, step in STEPS if span / step <= POINTS), STEPS[-1][0])


def unit_of(metric: str) -> str:
    """As its name says; empty where it does not."""
    return next((unit for part, unit in UNITS.items() if part in metric), "")


def query(metric: str, step: str, stat: str, dimensions: Sequence[tuple[str, str]] = ()) -> str:
    """`CpuUtilization[5m]{resourceId = "..."}.mean()`; quotes in a value are dropped, they cannot be in an OCID."""
    held = ", ".join(f'{name} = "{_plain(value)}"' for name, value in dimensions)
    return f"{metric}[{step}]{f'{{{held}}}' if held else ''}.{stat}()"


def _plain(value: str) -> str:
    return value.replace("\\", "").replace('"', "")


async def series(where: Where, region: str, compartment: str, asked: Asked) -> list[Stream]:
    """Of one compartment. Raises the three error words; an unknown metric is an empty list, as Monitoring has it."""
    return await _summarized(where, region, asked, compartment_id=compartment)


async def everywhere(where: Where, asked: Asked) -> Parts[list[Stream]]:
    """By region, of all compartments that the person may see. Raises the three error words when nothing answers."""

    async def ask(region: str, compartment: str, subtree: Json) -> list[Stream]:
        return await _summarized(where, region, asked, compartment_id=compartment, **subtree)

    return await across(where, ask)


async def _summarized(where: Where, region: str, asked: Asked, **place: Any) -> list[Stream]:
    answer = await where.api.read(
        "monitoring",
        "summarize_metrics_data",
        region=region,
        summarize_metrics_data_details={
            "namespace": asked.namespace,
            "query": asked.query,
            "startTime": asked.start,
            "endTime": asked.end,
        },
        **place,
    )
    return [sample for one in answer.data or [] if where.covers(one) and (sample := _sample(one)).points]


def _sample(one: Json) -> Stream:
    """Named after its resource, where Monitoring says how that is called."""
    dimensions = {key: str(value) for key, value in (one.get("dimensions") or {}).items()}
    called = [dimensions[key] for key in NAMES if key in dimensions]
    labels = {"__name__": " ".join(called)} if called else {"__name__": text_of(one, "name"), **dimensions}
    points = tuple(
        (datetime.fromisoformat(text_of(point, "timestamp")).timestamp(), float(point["value"]))
        for point in one.get("aggregatedDatapoints") or []
        if isinstance(point.get("value"), int | float)
    )
    return Stream(
        labels, tuple(sorted(points)), dimensions.get("resourceId", ""), text_of(one, "compartmentId")
    )


async def names(where: Where, region: str, compartment: str, namespace: str = "") -> list[Json]:
    """Which metrics there are: `{namespace, name}` each once."""
    details: Json = {"groupBy": ["namespace", "name", "compartmentId"]} | (
        {"namespace": namespace} if namespace else {}
    )

    async def ask(region: str, ident: str, subtree: Json) -> list[Json]:
        found = await where.api.listing(
            "monitoring", "list_metrics", region=region, compartment_id=ident, list_metrics_details=details,
            cap=2_000, **subtree,
        )  # fmt: skip
        return [one for one in found.items if where.covers(one)]

    if compartment == where.tenancy.id == where.top.id:
        return await of_region(where, region, ask, {})
    return await ask(region, compartment, WHOLE if compartment == where.tenancy.id else {})
