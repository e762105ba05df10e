"""Which printer a kind has; a kind without one shows name and age."""

from typing import Any

from sandbox.cluster.metadata import Obj, name_of
from sandbox.cluster.printing.columns import Printer, age, columns
from sandbox.cluster.resources import Resource


def _plain(obj: Obj, now: float) -> list[Any]:
    return [name_of(obj), age(obj, now)]


PLAIN = Printer(columns("Name", "Age"), _plain)
PRINTERS: dict[str, Printer] = {}


def printer(kind: Resource) -> Printer:
    return PRINTERS.get(kind.kept, PLAIN)
