"""Detectors: what of the policy sets one up, and what of it must fit together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictStr

from agents.policy.fields import Duration, Name
from agents.policy.marks import Document, Path

HOUR = timedelta(hours=1)
Plain = Annotated[StrictStr, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Words = Annotated[StrictStr, Field(min_length=1, max_length=400, pattern=r"^\S(?:.*\S)?$")]


def _whole(every: timedelta) -> timedelta:
    if every % HOUR or not HOUR <= every <= 6 * HOUR:
        raise ValueError("whole hours from 1h to 6h: what is judged are hours that are over")
    return every


Hours = Annotated[Duration, AfterValidator(_whole)]


class DetectorPart(BaseModel):
    """One metric of Oracle Cloud, of a service's parts, a resource or a compartment, looked at on a schedule. `metric`, `namespace`,
    `kind` and `stat` are those of `oci_trend`. Without a `channel` it is told where the service's incidents are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    service: Words | None = None
    resource: Words | None = None
    compartment: Words | None = None
    region: Words | None = None
    kind: Literal["instance", "load balancer", "database"] = "instance"
    metric: Plain = "cpu"
    namespace: Plain | None = None
    stat: Literal["mean", "max", "min", "sum", "count", "rate"] = "mean"
    direction: Literal["above", "below", "both"] = "both"
    sensitivity: Literal["low", "normal", "high"] = "normal"
    severity: Literal["critical", "high", "warning", "info"] = "warning"
    every: Hours = HOUR
    channel: StrictStr | None = None
    enabled: StrictBool = True


Detecting = tuple[DetectorPart, ...]


def check_detecting(document: Document, detectors: Detecting, told: Mapping[str, bool]) -> None:
    """`told`: the channels of the file, and whether incidents are told there."""
    seen: dict[str, Path] = {}
    for n, part in enumerate(detectors):
        path: Path = ("detectors", n)
        if (first := seen.setdefault(part.name.lower(), path)) != path:
            line = document.line((*first, "name"))
            raise document.error((*path, "name"), f"duplicate {part.name!r}, first at line {line}")
        if not (part.service or part.resource or part.compartment):
            raise document.error(path, "say what is looked at: service, resource or compartment")
        if part.service and part.resource:
            raise document.error((*path, "resource"), "either a service or a resource, not both")
        if part.channel is not None and not told.get(part.channel):
            raise document.error((*path, "channel"), "name a channel of this file with incidents: true")
        if not any(told.values()):
            raise document.error(path, "no channel of this file has incidents: true, so nobody would hear of it")  # fmt: skip
