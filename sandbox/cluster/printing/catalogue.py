"""Which printer a kind has; a kind without one shows name and age."""

import re
from typing import Any, Final

from sandbox.cluster.metadata import Obj, name_of
from sandbox.cluster.printing import cluster, network, pods, volumes, workloads
from sandbox.cluster.printing.columns import Printer, age, ago, columns
from sandbox.cluster.resources import Resource


def _plain(obj: Obj, now: float) -> list[Any]:
    return [name_of(obj), age(obj, now)]


_STEP: Final = re.compile(r'\.?([\w-]+)|(\[\*\])|\[\?\(@\.(\w+)=="([^"]*)"\)\]')
PLAIN: Final = Printer(columns("Name", "Age"), _plain)
PRINTERS: Final[dict[str, Printer]] = {
    "v1/pods": pods.PODS,
    **workloads.PRINTERS,
    **network.PRINTERS,
    **volumes.PRINTERS,
    **cluster.PRINTERS,
}


def printer(kind: Resource) -> Printer:
    return _defined(kind) if kind.columns else PRINTERS.get(kind.kept, PLAIN)


def _defined(kind: Resource) -> Printer:
    """The printer columns of a CustomResourceDefinition, which are JSON paths."""

    def cells(obj: Obj, now: float) -> list[Any]:
        found = [_at(obj, path) for _, path in kind.columns]
        dated = [path.endswith("Timestamp") for _, path in kind.columns]
        return [name_of(obj), *(ago(v, now) if d else v for v, d in zip(found, dated, strict=True))]

    return Printer(columns("Name", *(name for name, _ in kind.columns)), cells)


def _at(obj: Obj, path: str) -> Any:
    """The first thing at a path, as a server prints it; `[*]` and `[?(@.type=="Ready")]` choose among the entries of a list."""
    value: Any = obj
    for key, each, field, wanted in _STEP.findall(path):
        if key:
            value = value.get(key) if isinstance(value, dict) else None
            continue
        entries = value if isinstance(value, list) else []
        value = next((e for e in entries if each or (isinstance(e, dict) and e.get(field) == wanted)), None)
    return value
