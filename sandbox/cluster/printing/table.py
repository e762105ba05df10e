"""The Table document."""

from typing import Any

from sandbox.cluster.metadata import Obj
from sandbox.cluster.printing.catalogue import printer
from sandbox.cluster.printing.pods import row_conditions
from sandbox.cluster.resources import Resource

HEAD = {"kind": "Table", "apiVersion": "meta.k8s.io/v1"}


def document(
    kind: Resource, objects: list[Obj], metadata: dict[str, Any], include: str, *, now: float
) -> Obj:
    """`include`: what a row carries beside its cells - Metadata, Object or None."""
    printing = printer(kind)
    rows = [_row(printing.cells(obj, now), obj, include) for obj in objects]
    definitions = [column.definition() for column in printing.columns]
    return {**HEAD, "metadata": metadata, "columnDefinitions": definitions, "rows": rows}


def empty(metadata: dict[str, Any]) -> Obj:
    return {**HEAD, "metadata": metadata, "columnDefinitions": None, "rows": []}


def _row(cells: list[Any], obj: Obj, include: str) -> Obj:
    row: Obj = {"cells": cells}
    if marks := row_conditions(obj):
        row["conditions"] = marks
    if include == "None":
        return row
    if include == "Object":
        return {**row, "object": obj}
    shown = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}
    return {**row, "object": shown}
